"""Output of nccl-tests as efficiency curves: of a new machine, or of a level of one you have."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from planner.formats.collective_tests.curves import Measured, curves, measure, open_sources
from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.yaml_writer import InstanceData
from planner.models.base.quantities import RATE

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding

FORMAT = Format(
    name="nccl-tests",
    summary="Text of all_gather_perf, reduce_scatter_perf, all_reduce_perf as efficiency curves.",
    problems=("hierarchical_sharding",),
    suffixes=(".txt", ".log", ".out"),
    read="planner.formats.nccl_tests:read",
    options={
        "rate": (
            "peak rate of a device at the level, as `450 GB/s`; needed without `instance`, whose "
            "level has one"
        ),
        "instance": "instance file whose machine gets the curves (default: a machine of one level)",
        "level": "name of the level that was measured (default: the only one; `device` if new)",
        "more": "further files, separated by commas; a folder is read whole",
        "ranks": "number of ranks, where the text does not list them",
        "place": "`out_of_place` (default) or `in_place`",
        "name": "name of the instance (default: of the file)",
        "parameters": "parameters of the model of a new instance (default 7e9)",
    },
)


def read(source: Path, options: Options) -> InstanceData:
    """Return an instance whose level has the efficiency that was measured.

    Efficiency is bus bandwidth over the peak rate of a device, at the size of the full buffer,
    for groups of as many members as ranks were measured. Raises `InputError` with every fault.
    """
    measured = measure(open_sources(source, options), options)
    listed = ", ".join(f"{one.operation} on {one.ranks} ranks" for one in measured)
    note = f"Efficiency measured: {listed}."
    if "instance" in options:
        return _attach(source, measured, note, options)
    if "rate" not in options:
        fix = "Say what a device can send at most, as `--option rate='450 GB/s'`."
        raise options.refuse("rate", "the peak rate is not known", fix)
    rate = options.quantity("rate", RATE, "1 GB/s")
    level = {
        "name": options.text("level", "device"),
        "fanout": max(one.ranks for one in measured),
        "unit_bandwidth": options.text("rate", ""),
        "efficiency": curves(measured, rate, options),
    }
    values = {
        "problem": "hierarchical_sharding",
        "schema_version": 1,
        "name": _name(source, options),
        "source": f"{source.name} (nccl-tests)",
        "topology": {"kind": "hierarchy", "levels": [level]},
        "model": {"parameters": options.positive("parameters", 7e9), "unit_parameters": 0},
    }
    comments = {"topology": note, "model": "The text says nothing of a model; change this."}
    return InstanceData(values, comments=comments)


def _attach(
    source: Path, measured: Sequence[Measured], note: str, options: Options
) -> InstanceData:
    """Return the instance of the option with the curves in one of its levels."""
    from planner.loading import load_document, load_instance

    path = Path(options.text("instance", ""))
    instance, document = load_instance(path), load_document(path)
    if instance.problem != "hierarchical_sharding":
        fix = "Name an instance of hierarchical_sharding."
        raise options.refuse("instance", f"it is one of {instance.problem}", fix)
    data = _with_levels(cast("HierarchicalSharding", instance), document.data, options)
    machine = cast("HierarchicalSharding", instance).view.machine
    place = _level(machine.names, options)
    rate = float(machine.rate[place])
    if "rate" in options:
        rate = options.quantity("rate", RATE, "1 GB/s")
    data["topology"]["levels"][place]["efficiency"] = curves(measured, rate, options)
    data["name"] = options.text("name", data["name"])
    level = machine.names[place]
    return InstanceData(data, comments={"topology": f"{note} It stands in the level `{level}`."})


def _level(names: Sequence[str], options: Options) -> int:
    """Return the place of the level that was measured."""
    asked = options.text("level", names[0] if len(names) == 1 else "")
    if asked not in names:
        message = f"there is no level `{asked}`" if asked else "the level is not named"
        raise options.refuse("level", message, f"Write one of {', '.join(names)}.")
    return list(names).index(asked)


def _with_levels(
    instance: "HierarchicalSharding", data: dict[str, Any], options: Options
) -> dict[str, Any]:
    """Return the data of an instance with its levels written out, also those of a named cluster."""
    from planner.models.topologies.clusters import find_cluster
    from planner.models.topologies.hierarchy import Hierarchy, NamedCluster

    values: dict[str, Any] = copy.deepcopy(data)
    machine = instance.topology
    if isinstance(machine, NamedCluster):
        cluster = find_cluster(machine)
        machine = cluster.machine
        values["topology"] = machine.model_dump(
            mode="json", exclude_defaults=True, context={"normalised": False}
        )
        values["topology"]["kind"] = machine.kind
        # The memory of a cluster comes with its name, which is gone now.
        values["limits"] = {"memory": f"{cluster.memory!r} B", **(values.get("limits") or {})}
    if not isinstance(machine, Hierarchy):
        raise options.refuse("instance", "a torus has no levels", "Name a hierarchy.")
    return values


def _name(source: Path, options: Options) -> str:
    return options.text("name", source.stem)
