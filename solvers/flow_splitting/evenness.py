"""Fabrics on which all spines are alike for the traffic of a step, up to their speed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric

ALIKE = 1e-12
"""Relative difference of rates that is rounding."""


@dataclass(frozen=True, eq=False)
class Even:
    """Rates of the form up[i, k] = up_scale[i] rate[k] and down[k, j] = down_scale[j] rate[k].

    Only leaves that send (receive) count. A slot k is a spine with one of its parallel links, the
    same one upwards and downwards: k = spine * lanes + lane.
    """

    slot: IntArray
    """The slots whose links are up."""
    rate: FloatArray
    """Rate[slot] of the first leaf."""
    up_scale: FloatArray
    """Speed[leaf] upwards relative to the first leaf; 1 for leaves that do not send."""
    down_scale: FloatArray
    """Speed[leaf] downwards relative to the first leaf; 1 for leaves that do not receive."""

    @property
    def has_one_speed(self) -> bool:
        """Whether all slots are equally fast."""
        return bool((np.abs(self.rate - self.rate[0]) <= ALIKE * self.rate[0]).all())

    @property
    def has_equal_leaves(self) -> bool:
        """Whether all leaves are equally fast, upwards and downwards."""
        scales = np.concatenate([self.up_scale, self.down_scale])
        return bool((np.abs(scales - 1) <= ALIKE).all())


def find_even(fabric: Fabric, sends: NDArray[np.bool_], receives: NDArray[np.bool_]) -> Even | None:
    """Return the common form of the rates, or `None` where spines differ from leaf to leaf.

    `sends` and `receives` tell which leaves have traffic in that direction, at least one each.
    """
    up, down = (rates.reshape(fabric.leaves, -1) for rates in (fabric.up, fabric.down))
    first = up[int(np.flatnonzero(sends)[0])]
    slot = np.flatnonzero(first)
    if not len(slot):
        return None
    scales = []
    for rates, takes_part in ((up, sends), (down, receives)):
        scale = np.where(takes_part, rates[:, slot[0]] / first[slot[0]], 1.0)
        expected = scale[:, None] * first
        differs = np.abs(rates - expected) > ALIKE * expected
        if (scale <= 0).any() or differs[takes_part].any():
            return None
        scales.append(scale)
    return Even(slot=slot, rate=first[slot], up_scale=scales[0], down_scale=scales[1])
