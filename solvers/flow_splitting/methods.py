"""The methods of flow splitting, simplest first, and how `auto` picks one."""

from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Choice, Method
from planner.solvers.flow_splitting import (
    colouring,
    equal_parts,
    equal_search,
    halving,
    local_search,
    rules,
    wrap_around,
)
from planner.solvers.flow_splitting.baselines import ecmp, ethereal, greedy_online, lpt
from planner.solvers.flow_splitting.exact import by_cpsat, by_milp
from planner.solvers.flow_splitting.graphs import (
    equal_paths,
    exact_paths,
    greedy_paths,
    multi_commodity,
)
from planner.solvers.flow_splitting.linear import splittable_lp
from planner.solvers.flow_splitting.reach import is_infeasible

_ROOM = "planner.solvers.flow_splitting"
_BACKEND = {"backend": "Solver of the integer programme: highs (unless given) or cbc."}
_OPENING = f"{_ROOM}.dealing:opening"
_PATHS = f"{_ROOM}.graphs.first_paths:opening"
_BOUND = f"{_ROOM}.dealing:bound_alone"

QUICK = 1_000_000
"""Flows times slots of a fabric up to which no method takes long between two looks at the clock."""


def is_quick(instance: FlowSplitting) -> bool:
    """Return whether flows can be planned one by one in some tenths of a second."""
    return instance.view.fabric is None or _entries(instance.view) <= QUICK


def _entries(view: View) -> int:
    slots = 1 if view.fabric is None else view.fabric.spines * view.fabric.lanes
    return sum(len(step.traffic) for step in view.steps) * slots


METHODS = (
    Method(
        name="rule",
        proves="exact",
        summary="Closed forms on uniform fabrics: rotation, or the place of the sending host.",
        entry=f"{_ROOM}.rules:closed_form",
        refuses=rules.refuses,
    ),
    Method(
        name="colouring",
        proves="bounded",
        summary="Equitable edge colouring of flows of one size; the optimum of whole flows.",
        entry=f"{_ROOM}.colouring:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=colouring.refuses,
    ),
    Method(
        name="wrap_around",
        proves="exact",
        summary="Flows laid end to end and cut at the shares of the links (McNaughton).",
        entry=f"{_ROOM}.wrap_around:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=wrap_around.refuses,
    ),
    Method(
        name="equal_parts",
        proves="exact",
        summary="Fewest flows cut, each into equal parts, dealt out over the whole fabric.",
        entry=f"{_ROOM}.equal_parts:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=equal_parts.refuses,
    ),
    Method(
        name="equal_search",
        proves="bounded",
        summary="Equal parts on any fabric: repeated insertion, and CP-SAT where steps are small.",
        entry=f"{_ROOM}.equal_search:solve",
        isolated=True,
        is_quick=is_quick,
        opening=_OPENING,
        refuses=equal_search.refuses,
    ),
    Method(
        name="splittable_lp",
        proves="exact",
        summary="The flow LP with exact symmetry reduction, purified so that few flows are split.",
        entry=f"{_ROOM}.linear.splittable_lp:solve",
        isolated=True,
        opening=_OPENING,
        refuses=splittable_lp.refuses,
    ),
    Method(
        name="halving",
        proves="bounded",
        summary="Whole flows of one size on any fabric, dealt to ever smaller sets of spines.",
        entry=f"{_ROOM}.halving:solve",
        isolated=True,
        opening=_OPENING,
        refuses=halving.refuses,
    ),
    Method(
        name="exact",
        proves="exact",
        summary="Whole flows of any size by CP-SAT, from the plan of a local search.",
        entry=f"{_ROOM}.exact.by_cpsat:solve",
        isolated=True,
        opening=_OPENING,
        refuses=by_cpsat.refuses,
    ),
    Method(
        name="milp",
        proves="exact",
        summary="The same assignment as a readable MILP in PuLP (HiGHS or CBC).",
        entry=f"{_ROOM}.exact.by_milp:solve",
        isolated=True,
        opening=_OPENING,
        refuses=by_milp.refuses,
        options=_BACKEND,
    ),
    Method(
        name="local_search",
        proves="heuristic",
        summary="Whole flows of any size and number: insertion, moves and exchanges.",
        entry=f"{_ROOM}.local_search:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=local_search.refuses,
    ),
    Method(
        name="multi_commodity",
        proves="exact",
        summary="Graphs: multi-commodity flow by path column generation, with few flows cut.",
        entry=f"{_ROOM}.graphs.multi_commodity:solve",
        isolated=True,
        opening=_PATHS,
        refuses=multi_commodity.refuses,
    ),
    Method(
        name="exact_paths",
        proves="bounded",
        summary="Graphs: one path per flow, by integer programming with the flow LP as bound.",
        entry=f"{_ROOM}.graphs.exact_paths:solve",
        isolated=True,
        opening=_PATHS,
        refuses=exact_paths.refuses,
        options=_BACKEND,
    ),
    Method(
        name="equal_paths",
        proves="bounded",
        summary="Graphs: equal parts on paths of the flow LP; over all paths where these are few.",
        entry=f"{_ROOM}.graphs.equal_paths:solve",
        isolated=True,
        opening=f"{_ROOM}.graphs.equal_paths:opening",
        refuses=equal_paths.refuses,
    ),
    Method(
        name="greedy_paths",
        proves="heuristic",
        summary="Graphs: whole flows, longest first, each on the least loaded path.",
        entry=f"{_ROOM}.graphs.greedy_paths:solve",
        refuses=greedy_paths.refuses,
    ),
    Method(
        name="ecmp",
        proves="baseline",
        summary="Hashed paths (Monte Carlo); on graphs equal shares of all shortest paths.",
        entry=f"{_ROOM}.baselines.ecmp:solve",
        is_quick=is_quick,
        opening=_BOUND,
        refuses=ecmp.refuses,
        options={
            "draws": f"Number of random draws ({ecmp.DRAWS:,} unless given).",
            "subflows": "Equal sub-flows of each flow, hashed by themselves (1 unless given).",
        },
    ),
    Method(
        name="ethereal",
        proves="baseline",
        summary="Equal parts per sending host and destination leaf (arXiv 2407.00550).",
        entry=f"{_ROOM}.baselines.ethereal:solve",
        is_quick=is_quick,
        opening=_BOUND,
        refuses=ethereal.refuses,
    ),
    Method(
        name="greedy_online",
        proves="baseline",
        summary="Each flow on the least loaded path in order of arrival (like C4P).",
        entry=f"{_ROOM}.baselines.greedy_online:solve",
        is_quick=is_quick,
        opening=_BOUND,
        refuses=greedy_online.refuses,
    ),
    Method(
        name="lpt",
        proves="baseline",
        summary="Longest flow first on the least loaded path (Graham 1969).",
        entry=f"{_ROOM}.baselines.lpt:solve",
        is_quick=is_quick,
        opening=_BOUND,
        refuses=lpt.refuses,
    ),
)


def choose(instance: FlowSplitting) -> Choice:
    """Return the simplest method that is sure to be as good as any that accept, and why."""
    choice = _on_graph(instance) if instance.view.network is not None else _on_fabric(instance)
    if is_infeasible(instance):
        # Every method proves that first, so any that takes the instance will do.
        return Choice(choice.method, "some traffic cannot reach its target")
    return choice


def _on_graph(instance: FlowSplitting) -> Choice:
    if multi_commodity.refuses(instance) is None:
        return Choice("multi_commodity", "a graph whose flows may be cut")
    if exact_paths.refuses(instance) is None:
        return Choice("exact_paths", "a graph with one path per flow")
    if equal_paths.refuses(instance) is None:
        return Choice("equal_paths", "a graph whose flows are cut into equal parts")
    if greedy_paths.refuses(instance) is None:
        return Choice("greedy_paths", "a graph where no exact method applies")
    return Choice("ecmp", "a graph too large for any other method")


def _on_fabric(instance: FlowSplitting) -> Choice:
    if rules.refuses(instance) is None:
        return Choice("rule", "a closed form reaches the bound")
    if colouring.reaches_bound(instance):
        return Choice("colouring", "whole flows of one size reach the bound")
    splitting = instance.view.splitting
    if splitting == "free":
        if wrap_around.refuses(instance) is None and wrap_around.cuts_little(instance):
            return Choice("wrap_around", "cutting at the shares of the links is exact here")
        return Choice("splittable_lp", "flows may be cut, and the fabric has no closed form")
    if splitting == "equal":
        if equal_parts.refuses(instance) is None and not equal_search.is_small(instance):
            return Choice("equal_parts", "flows are cut into equal parts")
        if equal_search.refuses(instance) is None:
            return Choice("equal_search", "equal parts, with as few of them as can be found")
    if halving.suits(instance):
        return Choice("halving", "many whole flows of one size on a fabric without symmetry")
    if by_cpsat.refuses(instance) is None:
        return Choice("exact", "whole flows of different sizes or rates")
    return Choice("local_search", "no exact method takes this many flows")
