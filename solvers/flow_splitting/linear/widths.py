"""How much the paths of a pair of leaves take, and how many there are."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray


def path_widths(source: IntArray, target: IntArray, up: FloatArray, down: FloatArray) -> FloatArray:
    """Return the sum over spines of the scarcer of the two links of each pair of leaves.

    Parameters
    ----------
    source, target
        The leaves of each pair.
    up, down
        Room or rate[leaf, spine]; ones and zeros for links that are up or down count paths.
    """
    # Told once for all leaves that are alike: with a few links down there are a few kinds.
    leaving, sends = np.unique(up, axis=0, return_inverse=True)
    arriving, receives = np.unique(down, axis=0, return_inverse=True)
    width = np.zeros((len(leaving), len(arriving)))
    for one, other in zip(leaving.T, arriving.T, strict=True):
        width += np.minimum.outer(one, other)
    return np.asarray(width[sends[source], receives[target]])
