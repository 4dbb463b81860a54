"""MATCHA: fixed matchings, each switched on with a probability of its own.

maximise    lambda_2(sum_j p_j L_j)
such that   sum_j p_j <= C_b M,   0 <= p_j <= 1                 (Wang et al. 2019, arXiv 1905.09435)

over the M matchings of an edge colouring. The second eigenvalue is found by a barrier method in p.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import refuse
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components, dense_laplacian, gather
from planner.models.gossip_rates.plan import MatchingPlan, RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.baselines.matchings_option import given_matchings
from planner.solvers.gossip_rates.baselines.proofs import cheap_proof, no_rates
from planner.solvers.gossip_rates.baselines.rounds import colours_of, matching_plan
from planner.solvers.gossip_rates.baselines.scaling import to_limits
from planner.solvers.gossip_rates.centre import Local, centre
from planner.solvers.gossip_rates.clocks import without_clocks

MOST_EDGES = 2_500
OPTIONS = {
    "share": "Communication budget C_b: matchings switched on per round over all of them (0.5).",
    "matchings": "Matchings to use, as `a,b c,d; e,f` in names of nodes; an edge colouring if not "
    "given.",
}


def refuses(instance: GossipRates) -> str | None:
    """Return why MATCHA is not for an instance, or `None`."""
    view = instance.view
    if (wrong := no_rates(view.objective) or without_clocks(view)) is not None:
        return wrong
    if view.edges > MOST_EDGES:
        return f"there are {view.edges:,} edges, more than {MOST_EDGES:,}; `uniform` takes them"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the rates that the best activation probabilities give, brought to the limits.

    Raises `InputError` (`option-value`) for a budget or matchings that cannot be used.
    """
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view, share = instance.view, _share(run)
    listed = run.options.get("matchings")
    colour = colours_of(view) if listed is None else given_matchings(instance, str(listed))
    chance = probabilities(view, colour, share, run)
    plan: RatesPlan | MatchingPlan
    if view.is_matching:
        plan = matching_plan(view, colour, chance / float(chance.sum()))
    else:
        shape = np.where(colour >= 0, chance[colour], 0.0)
        plan = RatesPlan(rate=to_limits(view, shape), dropped=np.flatnonzero(colour < 0))
    shown = ", ".join(f"{p:.4f}" for p in chance[:12]) + (", ..." if len(chance) > 12 else "")
    note = f"{len(chance)} matchings, switched on with probability {shown}."
    return Answer(
        plan=plan,
        certificate=cheap_proof(instance, run),
        stopped_by=run.stopping(),
        notes=(note,),
    )


def probabilities(view: View, colour: IntArray, share: float, run: Run) -> FloatArray:
    """Return the activation probability of each matching, shape (M,).

    `colour` gives the matching of each edge, -1 for edges that are not used; `share` is C_b.
    """
    barrier = _Chances(view, colour, share)
    point = barrier.start()
    weight = 1 / float(point[-1])
    while run.stopping() is None:
        point = centre(barrier, point, weight, lambda: run.stopping() is not None)
        if barrier.constraints / weight <= 1e-8 * float(point[-1]):
            break
        weight *= 20
    chance = point[:-1]
    # Up to the first limit: to the budget, or to a matching that is always on.
    factor = min(barrier.budget / float(chance.sum()), 1 / float(chance.max()))
    found: FloatArray = chance * factor
    return found


class _Chances:
    """Points are (p, s), shape (M + 1,); a barrier as `centre` minimises it."""

    def __init__(self, view: View, colour: IntArray, share: float) -> None:
        self.nodes, self.count = view.nodes, int(colour.max()) + 1
        self.used = np.flatnonzero(colour >= 0)
        self.ends, self.colour = view.ends[self.used], colour[self.used]
        self.budget = share * self.count
        self.constraints = view.nodes + 2 * self.count
        if components(view.nodes, self.ends).max() > 0:
            raise refuse(
                "option-value",
                "option `matchings`: together they leave the network in pieces",
                "Give matchings that cover a connected network.",
                path="matchings",
            )

    def start(self) -> FloatArray:
        chance = np.full(self.count, 0.5 * min(1.0, self.budget / self.count))
        mixing = float(np.linalg.eigvalsh(self._laplacian(chance))[1])
        return np.append(chance, mixing / 2)

    def value(self, point: FloatArray, weight: float) -> float:
        chance, level = point[:-1], float(point[-1])
        left = self.budget - float(chance.sum())
        if (point <= 0).any() or (chance >= 1).any() or left <= 0:
            return np.inf
        try:
            factor = np.linalg.cholesky(self._shifted(chance, level))
        except np.linalg.LinAlgError:
            return np.inf
        logs = 2 * float(np.log(factor.diagonal()).sum()) - np.log(level)
        inner = float(np.log(chance).sum() + np.log1p(-chance).sum() + np.log(left))
        return float(-weight * level - logs - inner)

    def local(self, point: FloatArray, weight: float) -> Local:
        chance, level, count = point[:-1], float(point[-1]), self.count
        full = np.linalg.inv(self._shifted(chance, level))
        inverse = (full + full.T) / 2 - 1 / (level * self.nodes)
        near = gather(inverse, self.ends)
        rows = inverse[self.ends[:, 0]] - inverse[self.ends[:, 1]]
        left = 1 / (self.budget - float(chance.sum()))
        low, high = 1 / chance, 1 / (1 - chance)
        gradient, hessian = np.empty(count + 1), np.empty((count + 1, count + 1))
        gradient[:count] = -self._sum(near.diagonal()) - low + high + left
        gradient[count] = np.trace(inverse) - weight
        table = np.array([self._sum(row) for row in self._sum_rows(near * near)])
        hessian[:count, :count] = table + left * left
        hessian[range(count), range(count)] += low**2 + high**2
        hessian[:count, count] = hessian[count, :count] = -self._sum((rows * rows).sum(axis=1))
        hessian[count, count] = float((inverse * inverse).sum())
        return Local(gradient, hessian)

    def _sum(self, values: FloatArray) -> FloatArray:
        """Add up what belongs to the edges of each matching, shape (M,)."""
        found: FloatArray = np.bincount(self.colour, values, self.count).astype(np.float64)
        return found

    def _sum_rows(self, table: FloatArray) -> FloatArray:
        found = np.zeros((self.count, table.shape[1]))
        np.add.at(found, self.colour, table)
        return found

    def _laplacian(self, chance: FloatArray) -> FloatArray:
        return dense_laplacian(self.nodes, self.ends, chance[self.colour])

    def _shifted(self, chance: FloatArray, level: float) -> FloatArray:
        # The constant vector gets the eigenvalue s instead of -s.
        matrix = self._laplacian(chance)
        matrix[np.diag_indices_from(matrix)] -= level
        return matrix + 2 * level / self.nodes


def _share(run: Run) -> float:
    given = run.options.get("share", 0.5)
    try:
        share = 0.0 if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        share = 0.0
    if not 0 < share <= 1:
        raise refuse(
            "option-value",
            f"option `share` of `matcha`: `{given}` is not usable here",
            "Write a share above 0, and 1 at most.",
            path="share",
        )
    return share
