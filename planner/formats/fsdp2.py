"""A Python file that shards a model with PyTorch's FSDP2 as a plan says: meshes and settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.sharding import nearest

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.results.result import Result

FORMAT = Format(
    name="fsdp2",
    summary="Python file with the device meshes and fully_shard settings of PyTorch's FSDP2.",
    problems=("hierarchical_sharding",),
    suffixes=(".py",),
    write="planner.formats.fsdp2:write",
    options={
        **nearest.OPTIONS,
        "device": "device type of the mesh (default `cuda`, which ROCm answers to as well)",
    },
)


def write(
    result: "Result", instance: "HierarchicalSharding", path: Path, options: Options
) -> list[Path]:
    """Write the file; it imports torch alone and defines what a training script calls.

    Raises `CapabilityError` for a plan that FSDP2 cannot run, naming the nearest it can, and for
    number formats it does not have.
    """
    from planner.formats.sharding.fsdp2_script import script

    found = nearest.choose("fsdp2", result, instance, options)
    plan, view = found.plan, instance.view
    device = options.text("device", "cuda")
    if not device.isidentifier():
        raise options.refuse("device", f"`{device}` is no device type", "Write `cuda` or `xpu`.")
    name = " ".join(result.instance.name.split())
    about = [f"{name}: {nearest.describe(plan, view)}.", f"Expected: {nearest.losses(found)}."]
    if plan != result.plan:
        about.append("This is the nearest plan that FSDP2 can run, not the plan itself.")
    path.write_text(script(view, plan, device, about), encoding="utf-8", newline="\n")
    return [path]
