import math
from dataclasses import astuple

import pytest

from planner.models.entanglement_scheduling.plan import Distil, Link, Protocol, Swap
from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.shape import Quality


def link(start, place, *, duration=8, setting=0, stored=(True, True)):
    return Link(start=start, duration=duration, link=place, setting=setting, stored=stored)


def swap(start, *inputs, duration=1):
    return Swap(start=start, duration=duration, inputs=inputs)


def distil(start, *inputs, scheme="bbpssw", duration=1):
    return Distil(start=start, duration=duration, inputs=inputs, scheme=scheme)


def protocol(*operations):
    return Protocol(operations=operations)


def codes(found):
    assert not isinstance(found, Quality)
    return {fault.code for fault in found}


def test_two_hops_at_a_target_of_three_quarters(nv_line):
    """The published two-hop protocol for 0.75 delivers 0.688 with probability 0.459."""
    found = assess(nv_line(2), protocol(link(0, 0), link(8, 1), swap(16, 0, 1)), 0, 2)
    assert isinstance(found, Quality)
    assert found.fidelity == pytest.approx(0.774311, abs=1e-6)
    assert (found.decohered, found.success) == pytest.approx((0.688, 0.459), abs=5e-4)


def test_one_hop_distilled(nv_line):
    """Two links and a distillation for 0.90 deliver 0.854 with probability 0.37."""
    found = assess(nv_line(1), protocol(link(0, 0), link(8, 0), distil(16, 0, 1)), 0, 1)
    assert isinstance(found, Quality)
    assert found.fidelity == pytest.approx(0.907494, abs=1e-6)
    assert (found.decohered, found.success) == pytest.approx((0.854, 0.37), abs=5e-3)


def test_success_counts_the_slots_that_a_link_really_tries(nv_line):
    """A longer generation succeeds more often, with 1 - exp(-rate * time)."""
    network = nv_line(1)
    found = assess(network, protocol(link(0, 0, duration=20)), 0, 1)
    assert isinstance(found, Quality)
    rate = network.settings[0][0].rate
    assert found.success == pytest.approx(1 - math.exp(-rate * 0.2))


def test_swap_success_counts_once_per_swap(nv_line):
    """Two swaps multiply the success by the square of `swap_success`."""
    steps = protocol(link(0, 0), link(8, 1), link(0, 2), swap(16, 0, 1), swap(16, 3, 2))
    sure, unsure = (assess(nv_line(3, swap_success=p), steps, 0, 3) for p in (1.0, 0.5))
    assert isinstance(sure, Quality)
    assert isinstance(unsure, Quality)
    assert unsure.success == pytest.approx(sure.success / 4)


def test_waiting_in_a_communication_qubit_has_its_own_time(nv_line):
    """A half that is not stored decays with the communication time of 1.46 s."""
    network = nv_line(2)
    first = link(0, 0, stored=(True, True))
    last = link(8, 1, stored=(False, True))
    found = assess(network, protocol(first, last, swap(36, 0, 1)), 0, 2)
    assert isinstance(found, Quality)
    # Waits in slots: at the middle 28 (storage) and 20 (communication), at the ends 29 and 21.
    decay = (28 / 1.0 + 20 / 1.46 + 29 / 1.0 + 21 / 1.0) * 0.01
    w = (4 * network.settings[0][0].fidelity - 1) / 3
    assert found.decohered == pytest.approx((1 + 3 * w * w * math.exp(-decay)) / 4)


def test_swaps_commute(nv_line):
    """A swap may come before the swap whose pair it uses: only the halves at its node count."""
    early = protocol(link(0, 1), link(8, 0), link(8, 2), swap(40, 0, 1), swap(16, 3, 2))
    found = assess(nv_line(3), early, 0, 3)
    assert isinstance(found, Quality)
    late = protocol(link(0, 1), link(8, 0), link(8, 2), swap(16, 0, 2), swap(40, 3, 1))
    other = assess(nv_line(3), late, 0, 3)
    assert isinstance(other, Quality)
    assert astuple(other) == pytest.approx(astuple(found))


def test_distillation_may_overlap_a_swap_inside_its_pairs(nv_line):
    """The published mapping distils while an inner swap of the same pairs runs."""
    steps = protocol(
        link(0, 0), link(8, 1), swap(16, 0, 1),
        link(16, 0), link(24, 1), swap(32, 3, 4),
        distil(32, 2, 5),
    )  # fmt: skip
    assert isinstance(assess(nv_line(2), steps, 0, 2), Quality)


def test_direction_of_a_link_does_not_matter(network):
    """Links may be given from either side."""
    table = [(0.9, 20.0)]
    forward = network([(0, 1), (1, 2)], [table, table])
    mixed = network([(1, 0), (2, 1)], [table, table])
    steps = protocol(link(0, 0, duration=5), link(5, 1, duration=5), swap(10, 0, 1))
    assert assess(forward, steps, 0, 2) == assess(mixed, steps, 2, 0)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([link(0, 7)], "protocol-unknown-link"),
        ([link(0, 0, setting=99)], "protocol-unknown-setting"),
        ([link(0, 0, duration=7)], "protocol-too-short"),
        ([link(0, 0), link(8, 1), swap(15, 0, 1)], "protocol-too-early"),
        ([link(0, 0), swap(8, 0, 2), link(8, 1)], "protocol-input-order"),
        ([link(0, 0), swap(8, 0, 1)], "protocol-input-order"),
        ([link(0, 0), link(8, 1), swap(16, 0, 0)], "protocol-pair-reused"),
        ([link(0, 0), link(8, 0), link(16, 1), swap(24, 0, 2)], "protocol-pair-unused"),
        ([link(0, 0), link(8, 0), swap(16, 0, 1)], "protocol-swap-ends"),
        ([link(0, 0), link(8, 1), distil(16, 0, 1)], "protocol-distil-ends"),
        ([link(0, 0), link(8, 0), distil(16, 0, 1, scheme="epl")], "protocol-distil-epl"),
        ([link(0, 0)], "protocol-wrong-ends"),
    ],
)
def test_forged_protocols_are_refused_by_name(nv_line, steps, code):
    """Each way to break a protocol has its own code."""
    assert code in codes(assess(nv_line(2), protocol(*steps), 0, 2))


def test_distilled_halves_are_ready_after_the_distillation(nv_line):
    """A swap at a node of a distilled pair waits for the distillation to end."""
    steps = [link(0, 0), link(8, 0), distil(16, 0, 1), link(16, 1)]
    network = nv_line(2)
    early = assess(network, protocol(*steps, swap(24, 2, 3)), 0, 2)
    assert isinstance(early, Quality)
    steps[3] = link(0, 1)
    assert codes(assess(network, protocol(*steps, swap(16, 2, 3)), 0, 2)) == {"protocol-too-early"}


def test_storage_needs_storage_qubits(nv_line):
    """A half cannot be stored at a node without storage."""
    network = nv_line(1, storage=[0, 3])
    assert codes(assess(network, protocol(link(0, 0)), 0, 1)) == {"protocol-no-storage"}
    kept = assess(network, protocol(link(0, 0, stored=(False, True))), 0, 1)
    assert isinstance(kept, Quality)


def test_epl_of_bright_links(network):
    """EPL of two fresh single-click pairs is nearly perfect and succeeds as its circuit says."""
    line = network([(0, 1)], [[(0.8, 20.0)]], bright=0.2)
    links = (link(0, 0, duration=5), link(5, 0, duration=5))
    found = assess(line, protocol(*links, distil(10, 0, 1, scheme="epl")), 0, 1)
    assert isinstance(found, Quality)
    assert found.fidelity == pytest.approx(1.0)
    assert 0.25 < found.success / (1 - math.exp(-1)) ** 2 < 0.4
