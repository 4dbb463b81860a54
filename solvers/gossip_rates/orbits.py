"""Exact rates for networks with much symmetry: one rate per class of edges.

The functions are concave or convex in the rates, so some best rates are equal on edges that a
symmetry maps to each other. The certificate is one of the whole network and rests on no symmetry.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.bounds import balance, price_messages, squared_lengths
from planner.models.gossip_rates.certificate import EmbeddingCertificate, MessagesCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import dense_laplacian
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates import symmetry
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.cones import Limits, Rows
from planner.solvers.gossip_rates.interior import Programme, follow
from planner.solvers.gossip_rates.lowrank import limited
from planner.solvers.gossip_rates.newton import worth_of
from planner.solvers.gossip_rates.orbits_cones import ClassDefinite, Classes, ClassResistances
from planner.solvers.gossip_rates.polish import polished
from planner.solvers.gossip_rates.proofs import Proof

MOST_CLASSES = 60
MOST_ENTRIES = 40_000_000
"""Entries of one dense matrix per class."""
ACCURACY, NEAR, CLOSE = 1e-8, 1e-2, 1e-6
"""Relative gaps: where it ends, where rates and proofs are read off first, and where rounding may
have the last word."""
PATIENCE = 4
"""Steps without a better bound after which it has."""
BALANCING = 30
"""Steps towards the greatest determinant before the first point."""
RANK = 300


def refuses(instance: GossipRates) -> str | None:
    """Return why an instance is not for one rate per class of edges, or `None`."""
    view = instance.view
    if view.objective not in ("fewest_messages", "fastest_mixing", "gradient_rate"):
        return f"it does not know the objective `{view.objective}`"
    if (reason := limited(view)) is not None:
        return reason
    if view.nodes > symmetry.MOST_NODES:
        return f"there are {view.nodes:,} nodes, more than {symmetry.MOST_NODES:,}"
    count = classes(view)
    if count > MOST_CLASSES or count * view.nodes**2 > MOST_ENTRIES:
        return f"there are {count:,} classes of edges; `newton` or `unfolding` take them"
    return None


def classes(view: View) -> int:
    """Return how many classes of edges there are."""
    return int(symmetry.edge_classes(view).max()) + 1


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best rates that are equal on classes, and a proof for all rates."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    with blas_threads(run.budget.workers):
        return _shared(instance.view, run)


def _shared(view: View, run: Run) -> Answer:
    model = _model(view, Classes(view, symmetry.edge_classes(view)))
    best, accuracy = _Best(model), max(ACCURACY, 0.1 * run.budget.gap)

    def watch(z: FloatArray, mu: float) -> bool:
        left, stopping = mu * model.products / float(z[-1]), run.stopping() is not None
        if left > NEAR and not stopping:
            return False
        best.see(z)
        run.report("orbits", answer=best.answer(), objective=best.worth, bound=best.bound)
        return best.gap() <= accuracy or best.is_stuck(left) or stopping

    last = follow(model.programme, watch)
    if best.rate is None:
        best.see(last)
    if best.gap() > accuracy and isinstance(best.proof, MessagesCertificate):
        best.polish(run)
    return replace(best.answer(), stopped_by=run.stopping())


@dataclass(frozen=True, slots=True)
class _Model:
    """A programme in the rates of classes and where its parts are."""

    classes: Classes
    programme: Programme
    eigenvalue: ClassDefinite
    resistance: ClassResistances | None

    @property
    def products(self) -> int:
        """How many products of slacks and multipliers there are."""
        return sum(cone.size for cone in self.programme.cones)


def _model(view: View, classes: Classes) -> _Model:
    """Return the programme of an objective and a start strictly inside."""
    rate, k = _balanced(classes), classes.count
    spread = classes.spread(rate)
    mixing = float(np.linalg.eigvalsh(dense_laplacian(view.nodes, view.ends, spread))[1])
    resistance = None
    if view.objective != "fastest_mixing":
        # A total cost of C sustains C / F gradients: the same rates are best for both.
        most = float(classes.drops(classes.potentials(classes.inverse(rate))).max())
        # Rates k times as large have R / k and k lambda_2: leave room on both sides of s.
        scale, extras = 2 * np.sqrt(most / mixing), [np.sqrt(most * mixing)]
        eigenvalue = ClassDefinite(classes, np.array([-1.0, 0.0]))
        resistance = ClassResistances(classes)
    else:
        scale, extras = 2 / mixing, []
        eigenvalue = ClassDefinite(classes, np.zeros(1), -1.0)
    size = k + len(extras) + 1
    above = Limits(np.arange(k), 1.0, np.zeros(k), size)
    table = np.concatenate([-classes.cost, np.zeros(len(extras)), [1.0]])[None]
    shared = Rows(table, np.zeros(1))
    cones = (eigenvalue, *([] if resistance is None else [resistance]), above, shared)
    start = np.concatenate([rate * scale, extras, [scale]])
    programme = Programme(np.append(np.zeros(size - 1), 1.0), cones, start)
    return _Model(classes, programme, eigenvalue, resistance)


def _balanced(classes: Classes) -> FloatArray:
    """Return rates near the greatest determinant, well above zero, which cost 1/2 together.

    Each step rate_e R_e / c_e raises the determinant (Silvey, Titterington and Torsney 1978).
    """
    even = np.full(classes.count, 1 / float(classes.cost.sum()))
    rate = even
    price = classes.cost / classes.size
    for _ in range(BALANCING):
        rate = rate * classes.drops(classes.potentials(classes.inverse(rate))) / price
        rate = rate / float(classes.cost @ rate)
    return 0.45 * rate + 0.05 * even


class _Best:
    """The best rates and the best proof on the way."""

    def __init__(self, model: _Model) -> None:
        self.model, self.view = model, model.classes.view
        self.sign = 1.0 if self.view.objective == "fewest_messages" else -1.0
        self.rate: FloatArray | None = None
        self.worth: float | None = None
        self.proof: Proof | None = None
        self.idle = 0

    @property
    def bound(self) -> float | None:
        """What the proof proves."""
        return None if self.proof is None else self.proof.value

    def see(self, z: FloatArray) -> None:
        """Take the rates and the multipliers of a point, where they are better."""
        view, classes = self.view, self.model.classes
        rate = classes.spread(z[: classes.count])
        rate = rate * (view.total or 1.0) / float(view.cost @ rate)
        worth = worth_of(view, rate)
        better = self.worth is None or (worth is not None and self.sign * (worth - self.worth) < 0)
        if better:
            self.rate, self.worth = rate, worth
        proof = self._messages(z) if self.model.resistance is not None else self._mixing()
        self.idle += 1
        if proof is not None:
            self._keep(proof)

    def polish(self, run: Run) -> None:
        """Mend the reference rates of the proof, as one of the fewest messages."""
        messages, proof = replace(self.view, objective="fewest_messages"), self.proof
        value = None if proof is None else bound_of(messages, proof)
        if isinstance(proof, MessagesCertificate) and value is not None:
            known = proof.model_copy(update={"value": value})
            self._keep(polished(messages, known, lambda: run.stopping() is not None))

    def _keep(self, proof: Proof) -> None:
        """Keep a proof that proves more."""
        value = bound_of(self.view, proof)
        if value is None:
            return
        proof = proof.model_copy(update={"value": value})
        if self.proof is None or self.sign * (proof.value - self.proof.value) > 0:
            self.proof, self.idle = proof, 0

    def is_stuck(self, left: float) -> bool:
        """Return whether rounding has won: no better bound for some steps, at the optimum."""
        return self.idle > PATIENCE and left < CLOSE

    def gap(self) -> float:
        """Return the relative gap, infinity without a bound."""
        if self.worth is None or self.proof is None or not self.proof.value:
            return math.inf
        return abs(self.worth - self.proof.value) / abs(self.proof.value)

    def answer(self) -> Answer:
        """Return what is known."""
        note = f"{self.view.edges:,} edges share {self.model.classes.count} rates."
        plan = None if self.rate is None else RatesPlan(rate=self.rate)
        return Answer(plan=plan, certificate=self.proof, notes=(note,))

    def _messages(self, z: FloatArray) -> MessagesCertificate | None:
        """Return the multipliers of the resistances, spread evenly over each class."""
        view, classes, cone = self.view, self.model.classes, self.model.resistance
        assert cone is not None, "fewest messages limits resistances"
        theta = classes.spread(cone.dual / classes.size)
        rate, points = classes.spread(z[: classes.count]), factor(self.model.eigenvalue.dual)
        terms = price_messages(view, points, theta, rate)
        if terms is None:
            return None
        beta = balance(terms[0] / view.cost, terms[1] / view.cost)
        return MessagesCertificate(value=0.0, points=points, theta=theta, reference=rate, beta=beta)

    def _mixing(self) -> EmbeddingCertificate:
        points = factor(self.model.eigenvalue.dual)
        price = float((squared_lengths(points, self.view.ends) / self.view.cost).max())
        return EmbeddingCertificate(value=0.0, points=points, total_price=price)


def factor(matrix: FloatArray) -> FloatArray:
    """Return points X, shape (n, r), with X X^T close to a positive matrix, in few dimensions."""
    from scipy.linalg import eigh

    values, vectors = eigh(matrix)
    order = np.argsort(values)[::-1]
    kept = order[values[order] > 1e-12 * values[order[0]]][:RANK]
    points: FloatArray = vectors[:, kept] * np.sqrt(values[kept])
    return points
