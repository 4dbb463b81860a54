"""DeepSpeed's configuration for a plan: a ZeRO stage, hpZ, MiCS, quantised collectives.

Keys and defaults are those of `deepspeed/runtime/zero/config.py`.
"""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.sharding import nearest
from planner.formats.sharding.dtypes import check_quantised, dtypes

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.models.hierarchical_sharding.plan import Sharding
    from planner.models.hierarchical_sharding.view import View
    from planner.results.result import Result

FORMAT = Format(
    name="deepspeed",
    summary="DeepSpeed's JSON: ZeRO stage, hpZ or MiCS, quantised collectives, micro-batches.",
    problems=("hierarchical_sharding",),
    suffixes=(".json",),
    write="planner.formats.deepspeed:write",
    options={
        **nearest.OPTIONS,
        "node_size": (
            "devices of a node: MiCS groups beyond it gather in two hops "
            "(default: devices below the outermost level)"
        ),
        "micro_batch": "sequences of a device per micro-batch (default: those of `training.batch`)",
    },
)

BUCKETS = {"reduce_bucket_size": 500_000_000, "allgather_bucket_size": 500_000_000}
STAGE_3 = {
    "stage3_prefetch_bucket_size": 50_000_000,
    "stage3_param_persistence_threshold": 100_000,
    "stage3_max_live_parameters": 1_000_000_000,
    "stage3_max_reuse_distance": 1_000_000_000,
}
"""Defaults of DeepSpeed, written out so that they can be tuned."""


def write(
    result: "Result", instance: "HierarchicalSharding", path: Path, options: Options
) -> list[Path]:
    """Write the configuration.

    Raises `CapabilityError` for a plan that DeepSpeed cannot run, naming the nearest it can, and
    for number formats it does not have.
    """
    from planner.models.hierarchical_sharding.evaluate import shares_of

    view = instance.view
    plan = nearest.choose("deepspeed", result, instance, options).plan
    sharding = shares_of(view, plan)[0].sharding
    parameters, gradients = dtypes(view, "deepspeed")
    check_quantised(view, sharding)
    devices = view.machine.devices
    below = devices // view.machine.fanout[-1]
    node = options.whole("node_size", below, least=1, most=devices)
    accumulation = view.schedules[plan.schedule].microbatches
    values: dict[str, Any] = {"gradient_accumulation_steps": accumulation}
    batch = _micro_batch(instance, accumulation, options)
    if batch is not None:
        values["train_micro_batch_size_per_gpu"] = batch
    # Without `bf16` DeepSpeed trains in 4 bytes throughout.
    values["bf16"] = {"enabled": parameters == "bfloat16"}
    if gradients == "float32":
        values["data_types"] = {"grad_accum_dtype": "fp32"}
        values["communication_data_type"] = "fp32"
    values["zero_optimization"] = zero_settings(view, sharding, node)
    text = json.dumps(values, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]


def zero_settings(view: "View", sharding: "Sharding", node: int) -> dict[str, Any]:
    """Return the block `zero_optimization` for a sharding that DeepSpeed can run."""
    s, devices = sharding, math.prod(view.layers[0].fanout)
    held, owners = math.prod(s.parameters), math.prod(s.optimizer)
    if held == 1:
        stage = 0 if owners == 1 else 1 if max(s.gradients) == 1 else 2
        return {"stage": stage, **BUCKETS, "overlap_comm": view.overlap}
    settings: dict[str, Any] = {"stage": 3, **BUCKETS, "overlap_comm": view.overlap, **STAGE_3}
    if s.secondary != s.parameters:
        settings["zero_hpz_partition_size"] = math.prod(s.secondary)
    if held < devices:
        settings["mics_shard_size"] = held
        settings["mics_hierarchical_params_gather"] = held > node
    if s.bits.forward == 8:
        settings["zero_quantized_weights"] = True
    if s.bits.gradients == 4:
        settings["zero_quantized_gradients"] = True
    return settings


def _micro_batch(
    instance: "HierarchicalSharding", accumulation: int, options: Options
) -> int | None:
    if "micro_batch" in options:
        return options.whole("micro_batch", 1, least=1, most=1_000_000)
    batch = instance.training.batch
    return None if batch is None else batch.sequences // accumulation
