"""Which qubit of its pool each held interval takes, the same in every hyperperiod."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.evaluation.timetable import Rows
from planner.models.entanglement_scheduling.view import View

CUTS = 64
"""Most places at which a circle is cut."""
SMALL = 200
"""Most intervals of a pool for which all namings may be tried."""
STEPS = 100_000
"""Most trials of that search."""


def name_qubits(view: View, rows: Rows) -> IntArray | None:
    """Return the qubit within its pool of each interval of `rows.held`, or `None`.

    The choice depends on the schedule alone. Without a circle there is a naming as soon as no pool
    is held above its size. On a circle there may be none, or none may be found.
    """
    held = rows.held
    found = np.zeros(len(held.pool), dtype=np.int64)
    order = np.argsort(held.pool, kind="stable")
    pools, first = np.unique(held.pool[order], return_index=True)
    for pool, mine in zip(pools.tolist(), np.split(order, first[1:]), strict=False):
        size = int(view.capacity[pool])
        names = name_pool(held.begin[mine], held.end[mine], size, view.hyperperiod)
        if names is None:
            return None
        found[mine] = names
    return found


def name_pool(begin: IntArray, end: IntArray, size: int, hyperperiod: int) -> IntArray | None:
    """Return a qubit from 0 to `size` - 1 for each interval [begin, end) of one pool, or `None`.

    Intervals that share a slot modulo the hyperperiod get different qubits. The circle is cut
    where fewest intervals cross, then at every other place where one begins; from the cut on each
    interval takes the first qubit that is free. If no cut works a search through all namings
    follows, within limits.
    """
    if (end - begin > hyperperiod).any():
        return None
    start = begin % hyperperiod
    length = end - begin
    cuts, held = np.unique(start), _covering(start, length, hyperperiod)
    if held.max() > size:
        return None
    order = np.argsort(held[cuts], kind="stable")
    for cut in [0, *cuts[order][:CUTS].tolist()]:
        names = _first_fit((start - cut) % hyperperiod, length, size, hyperperiod)
        if names is not None:
            return names
    return _search(start, length, size, hyperperiod) if len(start) <= SMALL else None


def _covering(start: IntArray, length: IntArray, circle: int) -> IntArray:
    """Return how many intervals hold each slot, (circle,); none is longer than the circle."""
    twice = np.zeros(2 * circle + 1, dtype=np.int64)
    np.add.at(twice, start, 1)
    np.add.at(twice, start + length, -1)
    count = np.cumsum(twice)
    found: IntArray = count[:circle] + count[circle:-1]
    return found


def _first_fit(start: IntArray, length: IntArray, size: int, circle: int) -> IntArray | None:
    """Name intervals in the order of their starts from a cut at 0 on.

    Those that run over the cut come first and keep their qubits free at its other side.
    """
    over = start + length > circle
    names = np.full(len(start), -1, dtype=np.int64)
    free_from = np.zeros(size, dtype=np.int64)
    free_until = np.full(size, circle, dtype=np.int64)
    across = np.flatnonzero(over)
    if len(across) > size:
        return None
    # The longest reach before the cut goes with the longest after it, whatever is between.
    for qubit, place in enumerate(across[np.argsort(start[across], kind="stable")].tolist()):
        names[place] = qubit
        free_from[qubit] = start[place] + length[place] - circle
        free_until[qubit] = start[place]
    inner = np.flatnonzero(~over)
    for place in inner[np.lexsort((length[inner], start[inner]))].tolist():
        stop = start[place] + length[place]
        fits = (free_from <= start[place]) & (free_until >= stop)
        if not fits.any():
            return None
        # The qubit that is taken from soonest again, so that the others stay free for longer.
        qubit = int(np.argmin(np.where(fits, free_until, circle + 1)))
        names[place], free_from[qubit] = qubit, stop
    return names


def _search(start: IntArray, length: IntArray, size: int, circle: int) -> IntArray | None:
    """Try all namings by depth first, each interval on a used qubit or on one new one."""
    order = np.lexsort((length, start)).tolist()
    apart = [
        [
            earlier
            for earlier in order[:number]
            if (start[place] - start[earlier]) % circle < length[earlier]
            or (start[earlier] - start[place]) % circle < length[place]
        ]
        for number, place in enumerate(order)
    ]
    names = np.full(len(start), -1, dtype=np.int64)
    tried = [-1] * (len(order) + 1)
    used = [0] * (len(order) + 1)
    depth = steps = 0
    while 0 <= depth < len(order) and steps < STEPS:
        steps += 1
        taken = {int(names[earlier]) for earlier in apart[depth]}
        most = min(size, used[depth] + 1)
        choice = next((q for q in range(tried[depth] + 1, most) if q not in taken), None)
        if choice is None:
            names[order[depth]], tried[depth] = -1, -1
            depth -= 1
            continue
        names[order[depth]], tried[depth] = choice, choice
        used[depth + 1] = max(used[depth], choice + 1)
        depth += 1
        tried[depth] = -1
    return names if depth == len(order) else None
