"""The machines that ship with the planner, by name (`clusters.toml`)."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from planner.models.base.quantities import SIZE, parse
from planner.models.topologies.hierarchy import Hierarchy, NamedCluster, Torus


@dataclass(frozen=True, slots=True)
class Cluster:
    """A shipped machine: its shape, the memory of a device in bytes, and where that is from."""

    machine: Hierarchy | Torus
    memory: float
    source: str


@functools.cache
def _table() -> Mapping[str, Any]:
    package = resources.files("planner.models.topologies")
    return tomllib.loads(package.joinpath("clusters.toml").read_text(encoding="utf-8"))


class _Names(Mapping[str, Any]):
    """The table, read when it is first asked for."""

    def __getitem__(self, name: str) -> Any:
        return _table()[name]

    def __iter__(self) -> Any:
        return iter(_table())

    def __len__(self) -> int:
        return len(_table())


CLUSTERS: Mapping[str, Any] = _Names()
"""Every shipped machine as its entry in `clusters.toml`."""


def cluster_levels(name: str) -> int:
    """Return the number of levels (or axes) of a shipped machine."""
    entry = CLUSTERS[name]
    return len(entry["levels"] if "levels" in entry else entry["axes"])


def find_cluster(named: NamedCluster) -> Cluster:
    """Return the machine that an instance names, with the fanouts it asks for."""
    entry = CLUSTERS[named.cluster]
    if "axes" in entry:
        machine: Hierarchy | Torus = Torus(
            kind="torus",
            axes=named.fanouts or tuple(entry["axes"]),
            link_bandwidth=entry["link_bandwidth"],
        )
    else:
        levels = [dict(level) for level in entry["levels"]]
        for level, fanout in zip(levels, named.fanouts or (), strict=False):
            level["fanout"] = fanout
        machine = Hierarchy.model_validate({"kind": "hierarchy", "levels": levels})
    return Cluster(machine, parse(entry["memory"], SIZE), entry["source"])
