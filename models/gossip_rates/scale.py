"""Numbers of a certificate on a scale of 1, so that their squares neither vanish nor overflow.

A square below the least normal number keeps few digits or none, and sums of such squares prove
anything. Bounds do not depend on the unit of the numbers, so that only ratios are ever computed
with.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.certificate import GossipCertificate

LEAST = float(np.finfo(np.float64).tiny)
"""The least number that has all its digits."""


def about_mean(points: FloatArray) -> FloatArray:
    """Return points about their mean, shape (n, r).

    The first point is taken off before: of an offset that all share, rounding of the mean would
    leave a part, and spread out points that are close to each other.
    """
    shifted = points - points[:1]
    result: FloatArray = shifted - shifted.mean(axis=0)
    return result


def size_of(*tables: FloatArray) -> float | None:
    """Return the largest absolute value in some tables.

    `None` where it is zero, has lost digits (it is subnormal) or is not finite.
    """
    size = max(float(np.abs(table).max(initial=0.0)) for table in tables)
    return size if LEAST <= size < np.inf else None


def centred(*tables: FloatArray) -> tuple[list[FloatArray], float] | None:
    """Return tables of points about their means, divided by their common size, and that size.

    `None` where the points of all tables coincide, or `size_of` finds them too close to each other
    or too far apart.
    """
    about = [about_mean(table) for table in tables]
    size = size_of(*about)
    return None if size is None else ([table / size for table in about], size)


def is_off_scale(nodes: int, proof: GossipCertificate) -> bool:
    """Return whether points, rates or weights of a certificate have no size to be scaled by."""
    with np.errstate(all="ignore"):
        return _is_off_scale(nodes, proof)


def _is_off_scale(nodes: int, proof: GossipCertificate) -> bool:
    values = dict(proof)
    rows = [values[name] for name in ("reference", "theta") if name in values]
    if any(len(column) and size_of(column) is None for column in rows):
        return True
    sides = [values[name] for name in ("positive", "negative") if name in values]
    if any(side.size for side in sides):
        return centred(*(side for side in sides if side.size)) is None
    points = values.get("points", np.zeros((0, 0)))
    if not points.size or len(points) % nodes:
        return False
    tables = points.reshape(-1, nodes, points.shape[-1])
    return any(centred(table) is None for table in tables)
