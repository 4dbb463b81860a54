"""The methods of flow splitting, simplest first, and how `auto` picks one."""

from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Choice, Method
from planner.solvers.flow_splitting import colouring, equal_parts, rules, wrap_around
from planner.solvers.flow_splitting.baselines import ecmp, ethereal, greedy_online, lpt
from planner.solvers.flow_splitting.linear import splittable_lp

_ROOM = "planner.solvers.flow_splitting"

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
        refuses=colouring.refuses,
    ),
    Method(
        name="wrap_around",
        proves="exact",
        summary="Flows laid end to end and cut at the shares of the links (McNaughton).",
        entry=f"{_ROOM}.wrap_around:solve",
        refuses=wrap_around.refuses,
    ),
    Method(
        name="equal_parts",
        proves="bounded",
        summary="Fewest flows cut, each into equal parts, dealt out over the whole fabric.",
        entry=f"{_ROOM}.equal_parts:solve",
        refuses=equal_parts.refuses,
    ),
    Method(
        name="splittable_lp",
        proves="exact",
        summary="The flow LP with exact symmetry reduction, purified so that few flows are split.",
        entry=f"{_ROOM}.linear.splittable_lp:solve",
        isolated=True,
        refuses=splittable_lp.refuses,
    ),
    Method(
        name="ecmp",
        proves="baseline",
        summary="Hashed paths (Monte Carlo); on graphs equal shares of all shortest paths.",
        entry=f"{_ROOM}.baselines.ecmp:solve",
        refuses=ecmp.refuses,
    ),
    Method(
        name="ethereal",
        proves="baseline",
        summary="Equal parts per sending host and destination leaf (arXiv 2407.00550).",
        entry=f"{_ROOM}.baselines.ethereal:solve",
        refuses=ethereal.refuses,
    ),
    Method(
        name="greedy_online",
        proves="baseline",
        summary="Each flow on the least loaded path in order of arrival (like C4P).",
        entry=f"{_ROOM}.baselines.greedy_online:solve",
        refuses=greedy_online.refuses,
    ),
    Method(
        name="lpt",
        proves="baseline",
        summary="Longest flow first on the least loaded path (Graham 1969).",
        entry=f"{_ROOM}.baselines.lpt:solve",
        refuses=lpt.refuses,
    ),
)


def choose(instance: FlowSplitting) -> Choice:
    """Return the simplest method that is sure to be as good as any, and why."""
    if rules.refuses(instance) is None:
        return Choice("rule", "a closed form reaches the bound")
    if colouring.reaches_bound(instance):
        return Choice("colouring", "whole flows of one size reach the bound")
    if wrap_around.refuses(instance) is None:
        return Choice("wrap_around", "cutting at the shares of the links is exact here")
    return Choice("splittable_lp", "flows may be cut and the fabric is not uniform")
