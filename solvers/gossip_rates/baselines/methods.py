"""The baselines as methods."""

from planner.solvers.contract import Method
from planner.solvers.gossip_rates.baselines import lambda2_only, matcha, rules, tree

_ROOM = "planner.solvers.gossip_rates.baselines"

BASELINES = (
    Method(
        name="uniform",
        proves="baseline",
        summary="The same rate on every edge, as DADAO ships; rounds take colours in turn.",
        entry=f"{_ROOM}.rules:uniform",
        refuses=rules.refuses_rates,
    ),
    Method(
        name="lambda2_only",
        proves="baseline",
        summary="The rates that mix fastest, whatever the objective.",
        entry=f"{_ROOM}.lambda2_only:solve",
        refuses=lambda2_only.refuses,
    ),
    Method(
        name="metropolis",
        proves="baseline",
        summary="1 / max(d_i, d_j) on every edge (Metropolis weights).",
        entry=f"{_ROOM}.rules:metropolis",
        refuses=rules.refuses_metropolis,
    ),
    Method(
        name="max_degree",
        proves="baseline",
        summary="One weight for synchronous averaging: 1 over the largest degree.",
        entry=f"{_ROOM}.rules:max_degree",
        refuses=rules.refuses_weights,
    ),
    Method(
        name="best_constant",
        proves="baseline",
        summary="The best of all weights that are the same on every edge.",
        entry=f"{_ROOM}.rules:best_constant",
        refuses=rules.refuses_weights,
    ),
    Method(
        name="matcha",
        proves="baseline",
        summary="Fixed matchings with the best activation probabilities (MATCHA).",
        entry=f"{_ROOM}.matcha:solve",
        refuses=matcha.refuses,
        options=matcha.OPTIONS,
    ),
    Method(
        name="tree",
        proves="baseline",
        summary="Gossip on one spanning tree, beside reducing and broadcasting along it.",
        entry=f"{_ROOM}.tree:solve",
        refuses=tree.refuses,
    ),
)
