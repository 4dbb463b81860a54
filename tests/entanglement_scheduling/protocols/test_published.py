import json
from collections import Counter, deque
from pathlib import Path

import pytest

from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.protocols.occupy import merged, most_used, shape_of
from planner.models.entanglement_scheduling.protocols.published import published
from planner.models.entanglement_scheduling.protocols.targets import (
    generation_rounds,
    nest_levels,
    pump_rounds,
    target_before,
)
from planner.models.entanglement_scheduling.protocols.trail import length_of
from planner.models.entanglement_scheduling.shape import Quality

# Slots, then links, distillations and swaps where they are known: what the code of
# mdskrzypczyk/LinkScheduling at commit 46b4a67 gives on a line of 5 km links with one communication
# and three storage qubits per node.
LENGTHS = {
    0.55: (2, 7, 17, 33), 0.60: (2, 9, 17, 33), 0.65: (3, 11, 38, 66), 0.70: (3, 11, 55, 101),
    0.75: (4, 17, 69, 103), 0.80: (5, 33, 144, 206), 0.85: (8, 67, 427, 799),
    0.90: (17, 138, 2707, 5143),
}  # fmt: skip
COUNTS = {
    (0.55, 4): (4, 0, 3), (0.65, 3): (5, 1, 3), (0.65, 4): (8, 2, 5), (0.70, 3): (7, 4, 2),
    (0.70, 4): (12, 8, 3), (0.75, 3): (9, 6, 2), (0.75, 4): (16, 12, 3), (0.80, 2): (4, 1, 2),
    (0.80, 3): (18, 13, 4), (0.85, 2): (8, 5, 2), (0.90, 1): (2, 1, 0), (0.90, 2): (16, 13, 2),
}  # fmt: skip
FIVE_HOPS = {
    0.55: (66, 9, 4, 4), 0.60: (69, 11, 6, 4), 0.65: (154, 22, 14, 7),
}  # fmt: skip

SHARED = Path(__file__).parents[4] / "shared" / "data" / "entanglement_scheduling" / "instances"


def counts(protocol):
    kinds = Counter(operation.kind for operation in protocol.operations)
    return kinds["link"], kinds["distil"], kinds["swap"]


@pytest.mark.parametrize("target", sorted(LENGTHS))
def test_published_lengths(nv_line, target):
    """Lengths and operations of up to four hops are those of the published code."""
    for hops, length in enumerate(LENGTHS[target], start=1):
        network = nv_line(hops)
        found = published(network, list(range(hops)), 0, target)
        assert found is not None
        assert length_of(found) == length
        assert counts(found) == COUNTS.get((target, hops), counts(found))
        quality = assess(network, found, 0, hops)
        assert isinstance(quality, Quality)
        assert quality.fidelity >= target
        shape = shape_of(network, found, 0, hops)
        assert (most_used(shape, 2 * hops + 2) <= [1, 3] * (hops + 1)).all()


@pytest.mark.slow
@pytest.mark.parametrize("target", sorted(FIVE_HOPS))
def test_published_lengths_of_five_hops(nv_line, target):
    """Five hops as well, which take the search some seconds."""
    found = published(nv_line(5), list(range(5)), 0, target)
    assert found is not None
    assert (length_of(found), *counts(found)) == FIVE_HOPS[target]


@pytest.mark.parametrize(
    ("hops", "target", "decohered", "success"),
    [(2, 0.75, 0.688, 0.459), (2, 0.80, 0.651, 0.133), (3, 0.75, 0.413, 0.0066)],
)
def test_what_published_protocols_deliver(nv_line, hops, target, decohered, success):
    """With waiting and chance the published protocols are far below their targets."""
    network = nv_line(hops)
    found = published(network, list(range(hops)), 0, target)
    assert found is not None
    quality = assess(network, found, 0, hops)
    assert isinstance(quality, Quality)
    assert quality.decohered == pytest.approx(decohered, abs=5e-4)
    assert quality.success == pytest.approx(success, rel=5e-3)


def test_unreachable_targets_have_no_protocol(nv_line):
    """Neither a fidelity nor a rate that no link reaches is served."""
    assert published(nv_line(5), list(range(5)), 0, 0.85) is None
    assert published(nv_line(1), [0], 0, 0.8, min_rate=1000.0) is None


def test_paths_run_in_either_direction(network):
    """Links that lie against the path keep their lengths, and their stored flags change sides."""
    table = [(0.9, 20.0), (0.8, 30.0)]
    line = network([(1, 0), (1, 2)], [table, table])
    found = published(line, [0, 1], 0, 0.7)
    assert found is not None
    assert isinstance(assess(line, found, 0, 2), Quality)
    assert published(line, [1, 0], 2, 0.7) is not None
    with pytest.raises(ValueError, match="does not begin"):
        published(line, [1, 0], 0, 0.7)


def test_pumping_and_nesting_counts():
    """Pairs of 0.877 need one distillation for 0.9, and 0.5 never gets better."""
    assert pump_rounds(0.877083, 0.9) == 1
    assert pump_rounds(0.5, 0.6) is None
    assert pump_rounds(0.6, 0.99) is None
    assert nest_levels(0.8, 0.85, 3) == 2
    assert nest_levels(0.8, 0.99, 2) is None
    before = target_before(2, 0.9)
    assert before is not None
    assert pump_rounds(before, 0.9) == 2
    # Of 8 pairs with one line and room for 4 halves, one by one.
    assert generation_rounds(8, 1, 4) == 8
    assert generation_rounds(8, 2, 4) == 4


@pytest.mark.parametrize(
    "name",
    ["H_F0.6_load20_seed1", "symm_F0.65_load20_seed1", "surfnet_F0.98_load10_seed21"],
)
def test_shapes_of_the_generated_task_sets(network, nv_table, name):
    """Every task of the shared sets of the published code has our length and occupation."""
    file = SHARED / f"{name}.json"
    if not file.exists():
        pytest.skip("the shared data is not here")
    given = json.loads(file.read_text())["instance"]
    place = {node: number for number, node in enumerate(given["nodes"])}
    pairs = [(place[edge["u"]], place[edge["v"]]) for edge in given["edges"]]
    table = [(0.999, 1400.0)] if name.startswith("surf") else nv_table
    net = network(pairs, [table] * len(pairs))
    for task in given["tasks"]:
        allowed = {place[qubit.split("-")[0]] for qubit in task["busy"]}
        source, target = place[task["src"]], place[task["dst"]]
        path = _path(pairs, source, target, allowed)
        found = published(net, path, source, task["f_min"])
        assert found is not None
        assert length_of(found) == task["length_slots"]
        shape = shape_of(net, found, source, target)
        expected = merged(
            [
                (2 * place[qubit.split("-")[0]] + (qubit.split("-")[1][0] == "S"), begin, end)
                for qubit, spans in task["busy"].items()
                for begin, end in spans
            ]
        )
        rows = zip(shape.pool.tolist(), shape.begin.tolist(), shape.end.tolist(), strict=True)
        assert sorted(rows) == sorted(expected)


def _path(pairs, source, target, allowed):
    """Links of the path with fewest links through some nodes."""
    back, queue = {source: None}, deque([source])
    while queue:
        node = queue.popleft()
        for link, pair in enumerate(pairs):
            if node in pair:
                other = sum(pair) - node
                if other in allowed and other not in back:
                    back[other] = (node, link)
                    queue.append(other)
    path = []
    while back[target] is not None:
        target, link = back[target]
        path.append(link)
    return path[::-1]
