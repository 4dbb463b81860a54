from math import comb

import pytest

from planner.models.entanglement_scheduling.protocols.pga import (
    at_least,
    attempt_slots,
    end_to_end,
)


def test_one_link_without_memory():
    """A link of 0.001 per slot needs 2302 slots for one pair with probability 0.9."""
    success = end_to_end(0.001, 0, 0, 1.0)
    assert success == pytest.approx(0.001)
    assert attempt_slots(success, 1, 0.9) == 2302


def test_two_links_with_memory():
    """The example of one swap (0.6) and a memory of 200 slots: 0.0199115, and 194 slots."""
    success = end_to_end(0.001, 200, 1, 0.6)
    assert success == pytest.approx(0.0199115, abs=5e-8)
    assert attempt_slots(success, 2, 0.9) == 194


def test_tail_is_that_of_the_binomial():
    """`at_least` equals the sum of the binomial probabilities."""
    exact = sum(comb(30, i) * 0.2**i * 0.8 ** (30 - i) for i in range(4, 31))
    assert at_least(4, 30, 0.2) == pytest.approx(exact)


def test_least_number_of_slots():
    """One slot less does not reach the confidence."""
    slots = attempt_slots(0.07, 5, 0.95)
    assert slots is not None
    assert at_least(5, slots, 0.07) >= 0.95 > at_least(5, slots - 1, 0.07)


def test_certain_and_impossible_slots():
    """A link that always succeeds needs as many slots as pairs, one that never does has none."""
    assert attempt_slots(1.0, 3, 0.99) == 3
    assert attempt_slots(0.0, 1, 0.5) is None
    assert at_least(2, 1, 0.9) == 0.0
