"""Parts of the pipeline: earliest starts, release order, names of qubits, places to pause."""

import itertools

import numpy as np
import pytest

from planner.models.entanglement_scheduling.plan import Distil, Link, Protocol, Swap
from planner.models.entanglement_scheduling.shape import Shape
from planner.solvers.entanglement_scheduling.baselines.occupation import Occupation
from planner.solvers.entanglement_scheduling.baselines.pauses import by_intervals, by_operations
from planner.solvers.entanglement_scheduling.baselines.periodic import (
    Periodic,
    periodic_tasks,
    shortest,
)
from planner.solvers.entanglement_scheduling.baselines.pieces import cut, joined
from planner.solvers.entanglement_scheduling.baselines.qubits import Naming
from planner.solvers.entanglement_scheduling.baselines.rcpsp_pb import place_pieces
from planner.solvers.entanglement_scheduling.baselines.releases import Releases


def _periodic(place, period, length, *spans, label="", pauses=()):
    return Periodic(place, label, period, length, spans, pauses)


def test_earliest_start_by_trying_all():
    """The bit arithmetic finds the start that slot by slot search finds."""
    rng = np.random.default_rng(3)
    for _ in range(300):
        taken = rng.random((3, 60)) < 0.3
        occupation = Occupation()
        for qubit, slot in np.argwhere(taken).tolist():
            occupation.take([(qubit, slot, slot + 1)], 0)
        begin = rng.integers(0, 6, 3)
        spans = [
            (qubit, int(first), int(first + rng.integers(1, 9)))
            for qubit, first in zip(rng.integers(0, 3, 3).tolist(), begin, strict=True)
        ]
        first, last = sorted(rng.integers(0, 45, 2).tolist())
        free = [
            start
            for start in range(first, last + 1)
            if not any(taken[q, start + b : start + e].any() for q, b, e in spans)
        ]
        assert occupation.earliest(spans, first, last) == (free[0] if free else None)


def test_no_window_no_start():
    """A task that is longer than its period has no start."""
    assert Occupation().earliest([(0, 0, 3)], 0, -1) is None


def test_last_taken():
    """The slot after the last taken one within a range is found, or that there is none."""
    occupation = Occupation()
    occupation.take([(0, 0, 2)], 3)
    assert occupation.last_taken(0, 0, 10) == 5
    assert occupation.last_taken(0, 0, 4) == 4
    assert occupation.last_taken(0, 5, 10) is None
    assert occupation.last_taken(0, 5, 5) is None


def test_repetitions_are_released_when_a_qubit_is_held_that_long():
    """The second repetition of the short task follows once its qubit is held up to its release."""
    order = Releases([_periodic(0, 4, 1, (0, 0, 1)), _periodic(1, 8, 5, (0, 0, 5))])
    assert order.pop() == (0, 0)
    order.held([(0, 1)])
    assert order.pop() == (1, 0)
    order.held([(0, 6)])
    assert order.pop() == (0, 1)
    assert order.pop() is None


def test_equal_deadlines_by_label_then_arrival():
    """Labels decide between equal deadlines, arrival between equal labels."""
    tasks = [_periodic(k, 4, 1, (k, 0, 1), label=label) for k, label in enumerate("bab")]
    order = Releases(tasks)
    assert [order.pop() for _ in range(4)] == [(1, 0), (0, 0), (2, 0), None]


def test_least_used_goes_to_the_most_used():
    """Qubits are packed: what a protocol uses least takes the qubit that others use most."""
    naming = Naming([1, 3])
    shape = Shape(6, np.array([0, 1, 1]), np.array([0, 0, 2]), np.array([6, 6, 4]))
    assert naming.name(shape, 8) == ((0, 0, 6), (1, 2, 4), (2, 0, 6))
    # Qubit 2 is used 6/8 of the time by now, qubit 1 only 2/8.
    assert naming.name(shape, 8) == ((0, 0, 6), (1, 0, 6), (2, 2, 4))
    single = Shape(2, np.array([1]), np.array([0]), np.array([2]))
    assert naming.name(single, 4) == ((1, 0, 2),)


def test_names_never_share_a_slot():
    """Segments of one qubit do not overlap, whatever the shape."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        begin = rng.integers(0, 20, 10)
        shape = Shape(30, np.zeros(10, np.int64), begin, begin + rng.integers(1, 9, 10))
        spans = Naming([10]).name(shape, 32)
        assert len(spans) == 10
        for qubit in {each[0] for each in spans}:
            mine = [each[1:] for each in spans if each[0] == qubit]
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(mine))


def test_pauses_between_operations():
    """A protocol may pause where one operation ends and none runs, never within one."""
    operations = (
        Link(start=0, duration=3, link=0, setting=0, stored=(True, True)),
        Link(start=1, duration=2, link=1, setting=0, stored=(True, True)),
        Link(start=3, duration=2, link=0, setting=0, stored=(True, True)),
        Distil(start=5, duration=1, inputs=(0, 2)),
        Swap(start=6, duration=2, inputs=(3, 1)),
    )
    assert by_operations(Protocol(operations=operations)) == (3, 5, 6)


def test_pauses_seen_from_intervals(tasks):
    """A communication qubit that is held on pauses where a storage qubit shows a new generation."""
    busy = {"0-C0": [[0, 3]], "0-S0": [[0, 7]], "1-C0": [[0, 6]], "1-S0": [[0, 7]]}
    busy |= {"1-S1": [[3, 7]], "2-C0": [[3, 6]], "2-S0": [[3, 7]]}
    view = tasks((7, 16, busy)).view
    assert by_intervals(view, view.shapes[0][0]) == (3, 6)
    waiting = tasks((4, 8, {"0-C0": [[0, 4]], "1-C0": [[0, 2]]})).view
    assert by_intervals(waiting, waiting.shapes[0][0]) == ()


def test_pieces_reserve_what_they_should():
    """All, piece and shape differ in the qubits and the slots that a running piece reserves."""
    task = _periodic(0, 16, 6, (0, 0, 2), (1, 1, 6), (2, 3, 4), pauses=(3,))
    shape, piece, everything = (cut(task, kind) for kind in ("shape", "piece", "all"))
    assert shape[0].reserved == ((0, 0, 2), (1, 1, 3))
    assert shape[1].reserved == ((1, 0, 3), (2, 0, 1))
    assert piece[0].reserved == ((0, 0, 3), (1, 0, 3))
    assert everything[1].reserved == ((0, 0, 3), (1, 0, 3), (2, 0, 3))
    assert [each.kept for each in shape] == [(1,), ()]
    assert joined(shape, [2, 5]) == ((0, 6, 2),)
    assert joined(shape, [2, 7]) == ((0, 3, 2), (3, 6, 7))


@pytest.mark.parametrize("seed", range(30))
def test_pieces_are_placed_as_early_as_any(seed):
    """Trying all starts of all pieces finds none that is earlier, and misses none that exists."""
    rng = np.random.default_rng(seed)
    task = _periodic(0, 14, 6, (0, 0, 6), (1, 0, 3), (2, 2, 5), pauses=(2, 4))
    taken = rng.random((3, 14)) < 0.25
    occupation = Occupation()
    for qubit, slot in np.argwhere(taken).tolist():
        occupation.take([(qubit, slot, slot + 1)], 0)
    pieces = cut(task, "shape")
    budget = int(rng.integers(0, 4))
    sound = [
        (a, b, c)
        for a in range(9)
        for b in range(a + 2, 11)
        for c in range(b + 2, 13)
        if c + 2 - a <= 6 + budget and _free(taken, pieces, (a, b, c))
    ]
    found = place_pieces(occupation, pieces, 0, 14, budget)
    if not sound:
        assert found is None
    else:
        assert tuple(found) == tuple(min(each) for each in zip(*sound, strict=True))


def _free(taken, pieces, starts):
    for place, (piece, start) in enumerate(zip(pieces, starts, strict=True)):
        if any(taken[q, start + b : start + e].any() for q, b, e in piece.reserved):
            return False
        if place + 1 < len(starts):
            pause = slice(start + piece.length, starts[place + 1])
            if any(taken[qubit, pause].any() for qubit in piece.kept):
                return False
    return True


def test_labels_are_the_published_names(tasks):
    """Tasks without ends, fidelity or rate are ordered by arrival after all."""
    found = periodic_tasks(tasks((1, 4), (1, 4)), shortest)
    assert found[0].label == found[1].label
    assert found[0].rank < found[1].rank
