"""Re-checks what proves a best choice of edges: trees of cases, and all spanning trees again."""

import math

import numpy as np

from planner.models.base.evaluation import CheckedBound, Violation
from planner.models.base.refusals import refused
from planner.models.base.rounding import upper
from planner.models.gossip_rates.best_tree import SLACK, TreeSearch
from planner.models.gossip_rates.certificate import CasesCertificate, TreesCertificate
from planner.models.gossip_rates.choices import CaseTree, tree_bound
from planner.models.gossip_rates.laplacian import components
from planner.models.gossip_rates.view import View

MOST_NODES_VISITED = 1_000_000
"""Nodes of the forests that are looked at before a search for a better tree is given up."""


def cases_bound(view: View, proof: CasesCertificate) -> float | None:
    """Return what a tree of cases proves, `None` for nothing."""
    if view.objective != "edge_selection" or view.count is None:
        return None
    return tree_bound(view, CaseTree(proof.branch, proof.place, proof.points))


def wants_tree(view: View) -> bool:
    """Return whether the edges to choose are just enough to join the network."""
    fixed = np.flatnonzero((view.least > 0) & view.usable)
    pieces = int(components(view.nodes, view.ends[fixed]).max()) + 1
    return len(fixed) == view.nodes - pieces and view.count == pieces - 1


def tree_search(view: View, goal: float) -> TreeSearch:
    """Return a search for spanning trees of more than `goal`, not begun."""
    weight = np.where(view.usable, view.most, 0.0)
    visits = MOST_NODES_VISITED // view.nodes
    return TreeSearch(view.nodes, view.ends, weight, goal=goal, most_visits=visits)


def check_trees(view: View, proof: TreesCertificate) -> CheckedBound:
    """Return the bound once no spanning tree is found that exceeds it.

    Where one does, the best of all is a bound too, beside the violation `certificate-value`.
    """
    if view.objective != "edge_selection" or not wants_tree(view):
        return refused("certificate-kind", "`trees` bounds the choice of a spanning tree")
    if not (math.isfinite(proof.value) and proof.value > 0):
        return refused("certificate-value", f"value: claimed {proof.value!r}")
    search = tree_search(view, proof.value / (1 + SLACK))
    search.doubt = search.rounding
    search.run(view)
    if not search.complete:
        return refused("certificate-kind", f"more than {search.most_visits:,} forests to look at")
    if len(search.best):
        # The search went on from that tree to the best one, which is a bound itself.
        bound = upper(search.goal * (1 + SLACK) + search.rounding, 4)
        where = f"value: claimed {proof.value!r}, and a tree has {search.goal!r}"
        fault = Violation(code="certificate-value", constraint="certificate", where=where)
        return CheckedBound(
            bounds={view.objective: bound}, source="enumeration", violations=(fault,)
        )
    return CheckedBound(bounds={view.objective: proof.value}, source="enumeration")
