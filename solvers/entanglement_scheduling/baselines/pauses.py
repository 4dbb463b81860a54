"""Where a protocol may pause: between operations, never within one."""

import numpy as np

from planner.models.entanglement_scheduling.plan import Protocol
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View


def by_operations(protocol: Protocol) -> tuple[int, ...]:
    """Return the slots at which some operation begins or ends and none is under way."""
    begin = np.array([each.start for each in protocol.operations])
    end = begin + np.array([each.duration for each in protocol.operations])
    return _between(begin, end, np.union1d(begin, end), int(end.max()))


def by_intervals(view: View, shape: Shape) -> tuple[int, ...]:
    """Return the slots at which a rigid task can be seen to be between operations.

    Its operations are not given. A communication qubit that is held across a slot generates a
    link then, unless a storage qubit of its node begins to be held: that is where one generation
    ends and the next begins. Swaps and distillations are taken to last one slot.
    """
    events = np.union1d(shape.begin, shape.end)
    communicates = np.array(["-C" in name for name in view.pools], dtype=bool)[shape.pool]
    node = view.pool_node[shape.pool]
    begin, end = [], []
    for place in np.flatnonzero(communicates).tolist():
        stored = shape.begin[~communicates & (node == node[place])]
        inner = stored[(stored > shape.begin[place]) & (stored < shape.end[place])]
        cuts = np.unique(np.concatenate([shape.begin[[place]], inner, shape.end[[place]]]))
        begin += cuts[:-1].tolist()
        end += cuts[1:].tolist()
    return _between(np.array(begin, np.int64), np.array(end, np.int64), events, shape.length)


def _between(
    begin: np.ndarray[tuple[int], np.dtype[np.int64]],
    end: np.ndarray[tuple[int], np.dtype[np.int64]],
    events: np.ndarray[tuple[int], np.dtype[np.int64]],
    length: int,
) -> tuple[int, ...]:
    """Return the events strictly within the protocol and within no interval [begin, end)."""
    inside = (begin[None] < events[:, None]) & (events[:, None] < end[None])
    free = ~inside.any(axis=1) & (events > 0) & (events < length)
    return tuple(events[free].tolist())
