import itertools

import numpy as np
import pytest

from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.protocols.chain import chain_of
from planner.models.entanglement_scheduling.protocols.occupy import most_used, shape_of
from planner.models.entanglement_scheduling.protocols.swap_chain import place_swap_chain, swap_chain
from planner.models.entanglement_scheduling.shape import Quality


def optimum(network, hops, target):
    """Least max(d_i + d_{i+1}) + 1 over all settings, `None` if none reaches the target."""
    best = None
    for settings in itertools.product(*network.settings):
        w = np.prod([(4 * each.fidelity - 1) / 3 for each in settings])
        if (1 + 3 * w) / 4 < target - 1e-12:
            continue
        d = [each.slots for each in settings]
        if hops == 1:
            slots = d[0]
        else:
            need = [
                a + b if network.communication[node] == 1 else max(a, b)
                for node, (a, b) in enumerate(itertools.pairwise(d), start=1)
            ]
            slots = max(need) + 1
        best = slots if best is None else min(best, slots)
    return best


@pytest.mark.parametrize(
    ("hops", "target", "slots"),
    [
        (2, 0.55, 7), (2, 0.75, 17), (3, 0.55, 9), (3, 0.60, 11), (3, 0.65, 14),
        (4, 0.55, 14), (4, 0.60, 17), (5, 0.55, 17),
    ],
)  # fmt: skip
def test_chain_optimum_of_nitrogen_vacancy_lines(nv_line, hops, target, slots):
    """The fastest swap-only protocols of 5 km lines have the known lengths."""
    chain = chain_of(nv_line(hops), list(range(hops)), 0)
    found = swap_chain(chain, target)
    assert found is not None
    assert found.slots == slots
    assert place_swap_chain(chain, found).length == slots


def test_agrees_with_all_settings(network):
    """On random chains the optimum is the enumerated one, and the protocol keeps all limits."""
    rng = np.random.default_rng(4)
    served = 0
    for _ in range(60):
        hops = int(rng.integers(1, 5))
        tables = [
            [(float(f), float(r)) for f, r in zip(
                rng.uniform(0.5, 0.99, 3), 100 / rng.uniform(0.5, 9, 3), strict=True
            )]
            for _ in range(hops)
        ]  # fmt: skip
        line = network(
            [(node, node + 1) for node in range(hops)],
            tables,
            communication=rng.integers(1, 3, hops + 1),
            storage=rng.integers(1, 3, hops + 1),
        )
        target = float(rng.uniform(0.5, 0.8))
        chain = chain_of(line, list(range(hops)), 0)
        found = swap_chain(chain, target)
        assert (None if found is None else found.slots) == optimum(line, hops, target)
        if found is None:
            continue
        served += 1
        placing = place_swap_chain(chain, found)
        quality = assess(line, placing.protocol, 0, hops)
        assert isinstance(quality, Quality)
        assert quality.fidelity >= target - 1e-12
        shape = shape_of(line, placing.protocol, 0, hops)
        assert shape.length == found.slots
        capacity = np.stack([line.communication, line.storage], axis=1).ravel()
        assert (most_used(shape, len(capacity)) <= capacity).all()
    assert served > 20


def test_nodes_that_cannot_keep_two_halves(nv_line):
    """One communication qubit without storage cannot swap; two can."""
    for qubits, slots in ((1, None), (2, 4)):
        line = nv_line(2, communication=qubits, storage=0)
        found = swap_chain(chain_of(line, [0, 1], 0), 0.55)
        assert (None if found is None else found.slots) == slots
