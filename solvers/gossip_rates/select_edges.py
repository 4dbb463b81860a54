"""Edge selection: which k edges make lambda_2 largest, proved by branch and bound.

Spanning trees have a search of their own, whose result is re-checked by searching once more. Other
choices, and trees that are too many for that, are split into cases, each bounded by the points of
its relaxed choice; the tree of cases is the proof.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.certificate import CasesCertificate, TreesCertificate
from planner.models.gossip_rates.check_choices import (
    cases_bound,
    tree_search,
    wants_tree,
)
from planner.models.gossip_rates.choices import LEAF, CaseTree, first_case
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import dense_laplacian
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.select_bounds import FINE, relaxed
from planner.solvers.gossip_rates.select_cases import Search

MOST_EDGES = 300
NAME = "branch and bound"
EXCEEDED = 1e-8
"""Relative distance of the bound from the best tree, above what the search tells apart."""
TREE_SHARE = 0.4
"""Share of the time limit for the search of trees, which checking its proof takes again."""


def refuses(instance: GossipRates) -> str | None:
    """Return why edges cannot be chosen for an instance, or `None`."""
    view = instance.view
    if view.objective != "edge_selection":
        return f"it chooses edges; `{view.objective}` chooses rates"
    if view.edges > MOST_EDGES:
        return f"there are {view.edges:,} edges, more than {MOST_EDGES:,}"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best choice of edges, and the tree of cases or of edges that proves it."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    with blas_threads(run.budget.workers):
        return _Selection(instance.view, run).answer()


@dataclass(slots=True)
class _Selection:
    """One run: a bound at once, then the search for trees, then that by cases."""

    view: View
    run: Run

    def answer(self) -> Answer:
        """Return the best choice that was found and the strongest proof."""
        view, run = self.view, self.run
        points, share = self._points()
        root = _certificate(view, CaseTree(np.array([LEAF]), np.array([0]), points))
        search = Search(view, run, lambda found: self._report(found, root))
        node = search.begin(points, share)
        self._report(search, root)
        if wants_tree(view) and node.bound > search.cut and self._all_trees(search):
            rounding = 2 * tree_search(view, 0.0).rounding
            proof = TreesCertificate(value=(search.mixing + rounding) * (1 + EXCEEDED))
            return Answer(plan=_plan(view, search), certificate=proof)
        search.go(node)
        tree = search.tree(node)
        word = tree is None and search.bound < (root.value if root else np.inf)
        return Answer(
            plan=_plan(view, search),
            certificate=root if tree is None else _certificate(view, tree),
            solver_bound=search.bound if word else None,
            solver=NAME if word else None,
            stopped_by=None if search.bound <= search.cut else run.stopping() or "time",
        )

    def _points(self) -> tuple[FloatArray, FloatArray]:
        """Return points that bound every choice, and how good each edge seems to be.

        They are those of the relaxed choice, or of all edges taken.
        """
        view, case = self.view, first_case(self.view)
        if int(case.open.sum()) > case.count:
            found = relaxed(view, case, cut=0.0, gap=FINE)
            if found is not None and found.points is not None:
                return found.points, found.share
        matrix = dense_laplacian(view.nodes, view.ends, np.where(view.usable, view.most, 0.0))
        points: FloatArray = np.linalg.eigh(matrix)[1][:, 1:2]
        return points, view.most

    def _all_trees(self, search: Search) -> bool:
        """Search all spanning trees; return whether none was left out."""
        run, limit = self.run, self.run.budget.time_limit
        trees = tree_search(self.view, search.mixing)
        until = None if limit is None else run.elapsed() + TREE_SHARE * (limit - run.elapsed())
        trees.stop = lambda: (
            run.stopping() is not None or (until is not None and run.elapsed() > until)
        )
        trees.run(self.view)
        if len(trees.best):
            taken = np.zeros(self.view.edges, dtype=bool)
            taken[trees.best] = True
            search.offer(taken)
        return trees.complete

    def _report(self, search: Search, proof: CasesCertificate | None) -> None:
        answer = None
        if search.improved:
            search.improved = False
            answer = Answer(plan=_plan(self.view, search), certificate=proof)
        self.run.report("select", answer=answer, objective=search.mixing, bound=search.bound)


def _certificate(view: View, tree: CaseTree) -> CasesCertificate | None:
    """Return a tree of cases as a certificate with the value that it proves."""
    fields = {"branch": tree.branch, "place": tree.place, "points": tree.points}
    proof = CasesCertificate(value=0.0, **fields)
    value = cases_bound(view, proof)
    return None if value is None else proof.model_copy(update={"value": value})


def _plan(view: View, search: Search) -> RatesPlan | None:
    if not search.mixing > 0:
        return None
    return RatesPlan(rate=np.where(search.best, view.most, 0.0))
