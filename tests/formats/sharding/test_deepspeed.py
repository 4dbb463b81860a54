"""DeepSpeed's JSON for every plan it can run, and its refusal of the others."""

import json

import pytest

from planner.models.base.errors import CapabilityError, InputError

N, NODE, ONE = (2, 2), (2, 1), (1, 1)


@pytest.mark.parametrize(
    ("vectors", "stage"),
    [
        ((ONE, ONE, ONE, ONE), 0),
        ((ONE, ONE, ONE, N), 1),
        ((ONE, ONE, N, N), 2),
        ((N, N, N, N), 3),
        ((N, NODE, N, N), 3),
        ((NODE, NODE, NODE, NODE), 3),
    ],
)
def test_stage(export, machine, uniform, vectors, stage):
    """The stage says which states are split."""
    values = json.loads(export("deepspeed", machine(), uniform(*vectors)))
    assert values["zero_optimization"]["stage"] == stage
    assert ("stage3_prefetch_bucket_size" in values["zero_optimization"]) == (stage == 3)


def test_whole_file(export, machine, uniform):
    """The file for ZeRO++ with all three parts, word for word."""
    instance = machine(
        training={"microbatches": 4, "overlap": "prefetch"},
        precision={"forward": 8, "gradients": 4},
    )
    plan = uniform(N, NODE, N, N, bits={"forward": 8, "gradients": 4})
    assert (
        export("deepspeed", instance, plan)
        == """\
{
  "gradient_accumulation_steps": 4,
  "bf16": {
    "enabled": true
  },
  "zero_optimization": {
    "stage": 3,
    "reduce_bucket_size": 500000000,
    "allgather_bucket_size": 500000000,
    "overlap_comm": true,
    "stage3_prefetch_bucket_size": 50000000,
    "stage3_param_persistence_threshold": 100000,
    "stage3_max_live_parameters": 1000000000,
    "stage3_max_reuse_distance": 1000000000,
    "zero_hpz_partition_size": 2,
    "zero_quantized_weights": true,
    "zero_quantized_gradients": true
  }
}
"""
    )


@pytest.mark.parametrize(("size", "hops"), [(None, False), (2, False), (1, True)])
def test_mics(export, machine, uniform, size, hops):
    """MiCS names its group; groups beyond a node gather in two hops."""
    options = {} if size is None else {"node_size": size}
    values = json.loads(export("deepspeed", machine(), uniform(*[NODE] * 4), **options))
    settings = values["zero_optimization"]
    assert settings["mics_shard_size"] == 2
    assert settings["mics_hierarchical_params_gather"] is hops
    assert "zero_hpz_partition_size" not in settings


def test_wide_gradients_and_batch(export, machine, uniform):
    """Gradients of 4 bytes are told, and so are the sequences of a micro-batch."""
    batch = {"sequences": 8, "activations": "1 MB", "forward": "1 s", "backward": "2 s"}
    model = {"parameters": 1e9, "unit_parameters": 0, "gradient_bytes": 4}
    instance = machine(training={"batch": batch}, model=model)
    plan = uniform(N, N, N, N).model_copy(update={"schedule": 2})
    values = json.loads(export("deepspeed", instance, plan))
    assert (values["gradient_accumulation_steps"], values["train_micro_batch_size_per_gpu"]) == (
        4,
        2,
    )
    assert values["data_types"] == {"grad_accum_dtype": "fp32"}


def test_wide_parameters(export, machine, uniform):
    """Parameters of 4 bytes are trained without bfloat16; what is quantised must have 2."""
    wide = {"parameters": 1e9, "unit_parameters": 0, "parameter_bytes": 4, "gradient_bytes": 4}
    values = json.loads(export("deepspeed", machine(model=wide), uniform(N, N, N, N)))
    assert values["bf16"] == {"enabled": False}
    assert values["communication_data_type"] == "fp32"
    precision = {"gradients": 4}
    plan = uniform(N, N, N, N, bits=precision)
    with pytest.raises(CapabilityError, match="gradient_bytes: 2"):
        export("deepspeed", machine(model=wide, precision=precision), plan)


def test_refusal_names_the_nearest_plan(export, machine, uniform):
    """The refusal says what DeepSpeed can do, and what its best plan loses (W1, 5 GB)."""
    instance = machine(limits={"memory": "5 GB"}, training={"microbatches": 4})
    plan = uniform(NODE, NODE, NODE, N)
    with pytest.raises(CapabilityError) as caught:
        export("deepspeed", instance, plan)
    text = str(caught.value)
    assert "parameters 2x2, second copy 2x1, gradients 2x2, optimizer 2x2" in text
    assert "0.52 s (+136 %), 5 GB (+0 %)" in text
    assert "--option nearest=true" in text


@pytest.mark.parametrize("given", [True, "true"])
def test_nearest_plan_on_request(export, machine, uniform, given):
    """With the option the nearest plan is written."""
    instance = machine(limits={"memory": "5 GB"}, training={"microbatches": 4})
    text = export("deepspeed", instance, uniform(NODE, NODE, NODE, N), nearest=given)
    assert json.loads(text)["zero_optimization"]["zero_hpz_partition_size"] == 2


def test_nothing_near(export, machine, uniform):
    """Where no plan of DeepSpeed fits, the refusal says how much memory they need."""
    instance = machine(limits={"memory": "3 GB"})
    with pytest.raises(CapabilityError, match=r"at least 4 GB"):
        export("deepspeed", instance, uniform(NODE, NODE, NODE, N), nearest=True)


def test_bad_option(export, machine, uniform):
    """A word that is neither true nor false is refused."""
    with pytest.raises(InputError, match="neither true nor false"):
        export("deepspeed", machine(), uniform(NODE, NODE, NODE, N), nearest="maybe")


@pytest.mark.parametrize("format", ["deepspeed", "fsdp2", "verdict"])
def test_plans_that_do_not_fit_the_machine(export, machine, uniform, format):
    """A plan with too few levels is refused by name, and so is no plan at all."""
    with pytest.raises(CapabilityError, match="2 levels"):
        export(format, machine(), uniform((2,), (2,), (2,), (2,)))
    with pytest.raises(CapabilityError, match="holds no plan"):
        export(format, machine(), None)
