"""Memory of the training state by the rules of thumb that others print, beside our own figures."""

from collections.abc import Mapping

from planner.models.hierarchical_sharding.view import View


def memory_by_stage(view: View) -> Mapping[str, float]:
    """Return bytes per device by ZeRO stage: 16-bit state and K bytes of optimizer per parameter.

    ZeRO (arXiv 1910.02054, section 5): with w_p = w_g = 2 and K = 12 that is 16 bytes a parameter,
    of which stage 1 splits the optimizer's, stage 2 the gradients', stage 3 all.
    """
    total, devices = view.parameters, view.machine.devices
    p, g, o = view.parameter_bytes, view.gradient_bytes, view.optimizer_bytes
    return {
        "stage_0": (p + g + o) * total,
        "stage_1": (p + g + o / devices) * total,
        "stage_2": (p + (g + o) / devices) * total,
        "stage_3": (p + g + o) * total / devices,
    }


def deepspeed_estimate(view: View) -> Mapping[str, float]:
    """Return bytes per device by the estimator in DeepSpeed's code, without offloading.

    Stage 2: 2 Psi + 18 Psi / N; stage 3: 4 bytes per parameter of the largest layer and 18 Psi / N
    (`estimate_zero2_model_states_mem_needs`, `estimate_zero3_model_states_mem_needs`). Its
    documentation prints stage 2 as 4 Psi + 16 Psi / N. Gradients count in fp32, hence 18.
    """
    total, devices = view.parameters, view.machine.devices
    largest = max(layer.unit for layer in view.layers)
    return {
        "stage_2": 2 * total + 18 * total / devices,
        "stage_3": 4 * largest + 18 * total / devices,
    }
