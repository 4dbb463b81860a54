"""The ways to cut the flows of a step into equal parts, flows that are alike taken together."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.exact.lots import Lots

Path = tuple[int, int, int]
"""Spine, lane upwards, lane downwards."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """The ways to cut each lot: one entry per lot and number of parts."""

    lots: Lots
    paths: list[list[Path]]
    """The paths of each lot."""
    lot: IntArray
    parts: IntArray

    def pieces(self) -> Lots:
        """Return the parts of each entry as flows of their own: as many as there can be."""
        lots, lot = self.lots, self.lot
        return Lots(
            source=lots.source[lot],
            target=lots.target[lot],
            size=lots.size[lot] / self.parts,
            count=lots.count[lot] * self.parts,
            flow=np.zeros(0, dtype=np.int64),
        )


def count_columns(lots: Lots, fabric: Fabric) -> int:
    """Return the number of variables of a model of all cuts, without listing them."""
    sends, takes = ((rate > 0).sum(axis=2) for rate in (fabric.up, fabric.down))
    paths = (sends[lots.source] * takes[lots.target]).sum(axis=1)
    return int((paths * (paths + 1)).sum())


def find_cuts(lots: Lots, fabric: Fabric) -> Cuts:
    """Return every number of parts that the flows of each lot can have: up to their paths."""
    known: dict[tuple[int, int], list[Path]] = {}
    paths = []
    for ends in zip(lots.source.tolist(), lots.target.tolist(), strict=True):
        if ends not in known:
            known[ends] = _paths(fabric, *ends)
        paths.append(known[ends])
    number = np.array([len(each) for each in paths], dtype=np.int64)
    lot = np.repeat(np.arange(len(lots)), number)
    return Cuts(
        lots, paths, lot, np.arange(len(lot)) - np.repeat(np.cumsum(number) - number, number) + 1
    )


def _paths(fabric: Fabric, source: int, target: int) -> list[Path]:
    return [
        (spine, int(up), int(down))
        for spine in range(fabric.spines)
        for up in np.flatnonzero(fabric.up[source, spine])
        for down in np.flatnonzero(fabric.down[target, spine])
    ]
