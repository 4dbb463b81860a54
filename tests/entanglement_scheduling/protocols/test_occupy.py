import numpy as np
import pytest

from planner.models.entanglement_scheduling.plan import Link, Protocol, Swap
from planner.models.entanglement_scheduling.protocols.occupy import merged, most_used, shape_of


def two_hops(stored=(True, True)):
    return Protocol(
        operations=(
            Link(start=0, duration=8, link=0, setting=0, stored=(True, True)),
            Link(start=8, duration=8, link=1, setting=0, stored=stored),
            Swap(start=16, duration=1, inputs=(0, 1)),
        )
    )


def rows(shape):
    return sorted(zip(shape.pool.tolist(), shape.begin.tolist(), shape.end.tolist(), strict=True))


def test_stored_links_hold_storage_from_their_start(nv_line):
    """During a generation both kinds of qubit are held, afterwards storage until the half ends."""
    shape = shape_of(nv_line(2), two_hops(), 0, 2)
    assert shape.length == 17
    assert rows(shape) == [
        (0, 0, 8), (1, 0, 17), (2, 0, 16), (3, 0, 17), (3, 8, 17), (4, 8, 16), (5, 8, 17),
    ]  # fmt: skip


def test_unstored_halves_keep_their_communication_qubit(nv_line):
    """A half that is not stored holds the communication qubit until the swap ends."""
    shape = shape_of(nv_line(2), two_hops(stored=(False, False)), 0, 2)
    assert rows(shape) == [(0, 0, 8), (1, 0, 17), (2, 0, 17), (3, 0, 17), (4, 8, 17)]


def test_merging_keeps_every_slot():
    """Segments that touch are joined, overlapping ones stay apart."""
    assert merged([(0, 5, 8), (0, 0, 5), (1, 2, 4), (0, 2, 9)]) == [(0, 0, 8), (0, 2, 9), (1, 2, 4)]


def test_most_used_counts_overlaps(nv_line):
    """The middle node holds two storage qubits at once."""
    shape = shape_of(nv_line(2), two_hops(), 0, 2)
    assert most_used(shape, 6).tolist() == [1, 1, 1, 2, 1, 1]
    assert np.array_equal(shape.busy(6), [8, 17, 16, 26, 8, 9])


def test_what_is_no_protocol_has_no_shape(nv_line):
    """A shape is refused with the reason."""
    with pytest.raises(ValueError, match="joins n0 and n2"):
        shape_of(nv_line(2), two_hops(), 0, 1)
