"""Rules that place whole flows without listing them, and the loads they give in closed form.

With s spines, flow t of n between leaves i and j takes spine (t + n ((j - i) mod L)) mod s under
`rotation`; i and j count the L leaves that take part. At any leaf the sums run over n, ..., n L - 1
exactly once, upwards and downwards, so that link k carries as many flows as there are numbers
congruent to k among them: the same on every leaf, and never more than one flow apart.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import Rule
from planner.models.flow_splitting.timing import crosses_fabric
from planner.models.flow_splitting.traffic import AllPairs, Flows, Traffic


def why_not(rule: Rule, fabric: Fabric, traffic: Traffic) -> str | None:
    """Return why a rule cannot be applied to a step, or `None` if it can."""
    if rule.rule == "local":
        return "traffic crosses the fabric" if crosses_fabric(traffic) else None
    if fabric.lanes > 1:
        return "the rule does not choose among parallel links"
    if rule.spines is not None and rule.spines > fabric.spines:
        return f"the rule needs {rule.spines} spines and the fabric has {fabric.spines}"
    if rule.rule == "rotation":
        return None if _flows_per_pair(fabric, traffic) else "the pairs of leaves differ in flows"
    if isinstance(traffic, Flows) and (traffic.source_host[traffic.crosses] < 0).any():
        return "some flows start at a leaf as a whole"
    return None


def rule_loads(rule: Rule, fabric: Fabric, traffic: Traffic) -> tuple[FloatArray, FloatArray]:
    """Return load[leaf, spine] upwards and downwards of a rule that can be applied.

    Takes time in the number of hosts, not of flows, for all-pairs traffic, and hardly more for
    equal flows under `rotation`.
    """
    if rule.rule == "local":
        nothing = np.zeros((fabric.leaves, fabric.spines))
        return nothing, nothing
    size = traffic.size if isinstance(traffic, AllPairs) else traffic.equal_size
    if rule.rule == "rotation" and size is not None:
        return _rotation_loads(rule, fabric, traffic, size)
    if isinstance(traffic, Flows):
        return _listed_loads(rule, fabric, traffic)
    return _source_index_loads(rule, fabric, traffic)


def rule_spines(rule: Rule, fabric: Fabric, traffic: Flows) -> IntArray:
    """Return the spine of each flow that leaves its leaf, in the order of `traffic.crosses`."""
    flows, spines = traffic.crosses, rule.spines or fabric.spines
    if rule.rule == "local" or not len(flows):
        return np.zeros(len(flows), dtype=np.int64)
    if rule.rule == "source_index":
        return fabric.host_place[traffic.source_host[flows]] % spines
    source, target = traffic.source[flows], traffic.target[flows]
    used = _leaves_in_use(fabric, source, target)
    place = np.zeros(fabric.leaves, dtype=np.int64)
    place[used] = np.arange(len(used))
    i, j = place[source], place[target]
    pair = i * len(used) + j
    order = np.argsort(pair, kind="stable")
    per_pair = np.bincount(pair)
    turn = np.empty(len(flows), dtype=np.int64)
    turn[order] = np.arange(len(flows)) - np.repeat(np.cumsum(per_pair) - per_pair, per_pair)
    return (turn + int(per_pair.max()) * ((j - i) % len(used))) % spines


def _flows_per_pair(fabric: Fabric, traffic: Traffic) -> int | None:
    """Return n where every ordered pair of the leaves in use has n flows, else `None`."""
    if isinstance(traffic, AllPairs):
        ranks = traffic.ranks_per_leaf(fabric.leaves)
        ranks = ranks[ranks > 0]
        return int(ranks[0]) ** 2 if (ranks == ranks[0]).all() else None
    source, target = traffic.source[traffic.crosses], traffic.target[traffic.crosses]
    used = _leaves_in_use(fabric, source, target)
    counts = np.bincount(source * fabric.leaves + target)
    counts = counts[counts > 0]
    if len(counts) != len(used) * (len(used) - 1) or not len(counts):
        return None
    return int(counts[0]) if (counts == counts[0]).all() else None


def _leaves_in_use(fabric: Fabric, source: IntArray, target: IntArray) -> IntArray:
    """Return the leaves that send or receive, in order."""
    sent, received = (np.bincount(end, minlength=fabric.leaves) for end in (source, target))
    return np.flatnonzero(sent + received)


def _rotation_loads(
    rule: Rule, fabric: Fabric, traffic: Traffic, size: float
) -> tuple[FloatArray, FloatArray]:
    if isinstance(traffic, AllPairs):
        used = np.flatnonzero(traffic.ranks_per_leaf(fabric.leaves))
    else:
        crosses = traffic.crosses
        used = _leaves_in_use(fabric, traffic.source[crosses], traffic.target[crosses])
    flows, leaves = _flows_per_pair(fabric, traffic) or 0, len(used)
    spines = rule.spines or fabric.spines
    spine = np.arange(spines)

    def below(end: int) -> IntArray:
        """Count the numbers from 0 to `end` - 1 that are congruent to each spine."""
        return (end - spine + spines - 1) // spines

    load = np.zeros((fabric.leaves, fabric.spines))
    load[used, :spines] = (below(flows * leaves) - below(flows)) * size
    return load, load


def _source_index_loads(
    rule: Rule, fabric: Fabric, traffic: AllPairs
) -> tuple[FloatArray, FloatArray]:
    spines = rule.spines or fabric.spines
    spine = fabric.host_place[traffic.host] % spines
    senders = np.zeros((fabric.leaves, fabric.spines), dtype=np.int64)
    np.add.at(senders, (traffic.leaf, spine), 1)
    ranks = traffic.ranks_per_leaf(fabric.leaves)[:, None]
    up = senders * (len(traffic.host) - ranks)
    down = ranks * (senders.sum(axis=0) - senders)
    return up.astype(np.float64) * traffic.size, down.astype(np.float64) * traffic.size


def _listed_loads(rule: Rule, fabric: Fabric, traffic: Flows) -> tuple[FloatArray, FloatArray]:
    spine, size = rule_spines(rule, fabric, traffic), traffic.size[traffic.crosses]
    loads = [
        sum_by(leaf[traffic.crosses] * fabric.spines + spine, size, fabric.leaves, fabric.spines)
        for leaf in (traffic.source, traffic.target)
    ]
    return loads[0], loads[1]
