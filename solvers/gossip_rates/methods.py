"""The methods of gossip rates, and how `auto` picks one."""

from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.solvers.contract import Choice, Method
from planner.solvers.gossip_rates import (
    closed_forms,
    d_optimal,
    lowrank,
    matching_rounds,
    mix,
    newton,
    orbits,
    prune,
    sdp,
    select_edges,
)
from planner.solvers.gossip_rates.baselines.methods import BASELINES
from planner.solvers.gossip_rates.first_plan import is_quick

_ROOM = "planner.solvers.gossip_rates"
_OPENING = f"{_ROOM}.first_plan:opening"

METHODS = (
    Method(
        name="newton",
        proves="exact",
        summary="Condensed Newton on the rates: exact for up to some thousand edges.",
        entry=f"{_ROOM}.newton:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=newton.refuses,
    ),
    Method(
        name="closed_form",
        proves="exact",
        summary="Known optima: trees, grids, tori, edge-transitive networks, with their proofs.",
        entry=f"{_ROOM}.closed_forms:solve",
        refuses=closed_forms.refuses,
    ),
    Method(
        name="orbits",
        proves="exact",
        summary="One rate per class of edges that symmetry does not tell apart.",
        entry=f"{_ROOM}.orbits:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=orbits.refuses,
    ),
    Method(
        name="unfolding",
        proves="bounded",
        summary="Fastest mixing of large networks: points in few dimensions and their rates.",
        entry=f"{_ROOM}.lowrank:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=lowrank.refuses,
    ),
    Method(
        name="mix",
        proves="bounded",
        summary="Fewest messages of large networks; at equal costs at most twice the optimum.",
        entry=f"{_ROOM}.mix:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=mix.refuses,
    ),
    Method(
        name="d_optimal",
        proves="baseline",
        summary="The rates of the greatest determinant: the least largest resistance.",
        entry=f"{_ROOM}.d_optimal:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=d_optimal.refuses,
    ),
    Method(
        name="prune",
        proves="bounded",
        summary="Drop and add edges for fewer messages; the bound holds for every set of edges.",
        entry=f"{_ROOM}.prune:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=prune.refuses,
    ),
    Method(
        name="matching_rounds",
        proves="exact",
        summary="Rounds of simultaneous exchanges: odd-set cuts, then matchings by their prices.",
        entry=f"{_ROOM}.matching_rounds:solve",
        is_quick=is_quick,
        opening=_OPENING,
        refuses=matching_rounds.refuses,
    ),
    Method(
        name="select_edges",
        proves="exact",
        summary="The best spanning tree, or the best k edges, by branch and bound.",
        entry=f"{_ROOM}.select_edges:solve",
        refuses=select_edges.refuses,
    ),
    Method(
        name="sdp",
        proves="exact",
        summary="The semidefinite programmes in CVXPY, for small networks.",
        entry=f"{_ROOM}.sdp:solve",
        isolated=True,
        opening=_OPENING,
        refuses=sdp.refuses,
        options={"backend": "`clarabel` (default) or `scs`"},
    ),
    *BASELINES,
)


QUICK_EDGES, NEWTON_EDGES = 600, 1_500
"""Up to so many edges Newton takes about a second, and about a minute."""


def choose(instance: GossipRates) -> Choice:
    """Return the method for an instance, and why."""
    view = instance.view
    if view.objective == "edge_selection":
        return Choice("select_edges", "edges are to be chosen")
    if view.is_matching:
        return Choice("matching_rounds", "exchanges come in rounds of matchings")
    if closed_forms.refuses(instance) is None:
        return Choice("closed_form", "the best rates of this network are known")
    if view.edges <= QUICK_EDGES:
        return Choice("newton", "a network of moderate size")
    if orbits.refuses(instance) is None:
        return Choice("orbits", "symmetry leaves few rates to choose")
    if view.edges > NEWTON_EDGES and lowrank.refuses(instance) is None:
        return Choice("unfolding", f"a large network of {view.edges:,} edges")
    if view.edges > NEWTON_EDGES and mix.refuses(instance) is None:
        return Choice("mix", f"a large network of {view.edges:,} edges")
    if newton.refuses(instance) is None:
        return Choice("newton", f"exact, though slow for {view.edges:,} edges")
    if view.objective in SYNCHRONOUS:
        return Choice("best_constant", "no exact method takes weights on so many edges")
    return Choice("uniform", "no exact method takes these limits on so many edges")
