"""The semidefinite programmes as they stand in the literature, written in CVXPY.

On the space orthogonal to constants (Q an orthonormal basis, D = Q^T B) the Laplacian of rates is
D diag(rate) D^T, and R_e <= 1 / a is the same as L >= a b_e b_e^T:

    fastest_mixing    max s                  L >= s I
    fewest_messages   min c^T rate           L >= s I,  L >= a d_e d_e^T for every edge,  a s >= 1
    gradient_rate     max sqrt(a s)          the same
    total_resistance  min n tr L^-1
    fdla, fmmc        min r                  -r I <= I - L <= r I

The readable reference for small networks; bounds are recomputed from its multipliers.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.bounds import balance, price_messages
from planner.models.gossip_rates.certificate import (
    EmbeddingCertificate,
    MessagesCertificate,
    RadiusCertificate,
    ReferenceCertificate,
)
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import NO_LIMIT, View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.cvxpy_engine import solve_cvxpy
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.clocks import first_calls, stretched
from planner.solvers.gossip_rates.limits import clock_rows, limit_rows, most_calls
from planner.solvers.gossip_rates.newton import SYNCHRONOUS, stretch
from planner.solvers.gossip_rates.polish import polished
from planner.solvers.gossip_rates.programmes import inner_rates
from planner.solvers.gossip_rates.proofs import Proof, factor, price_fields

MOST_NODES, MOST_EDGES = 60, 200
MOST_BLOCKS = 40
"""Edges above which a matrix inequality for each is too much."""
TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
"""Clarabel's own tolerances are above the second eigenvalue of many networks."""


def refuses(instance: GossipRates) -> str | None:
    """Return why the programme would be too large, or `None`."""
    view = instance.view
    if view.objective == "edge_selection":
        return "choosing edges is for `select_edges`"
    if view.is_matching:
        return "rounds of matchings are for `matching_rounds`"
    has_blocks = view.objective in ("fewest_messages", "gradient_rate")
    if view.nodes > MOST_NODES or view.edges > (MOST_BLOCKS if has_blocks else MOST_EDGES):
        return f"{view.nodes} nodes and {view.edges} edges are too many; `newton` solves the same"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the rates that Clarabel or SCS finds, and what its multipliers prove."""
    view = instance.view
    if (nothing := infeasible(instance)) is not None:
        return nothing
    backend = str(run.options.get("backend", "clarabel"))
    programme = Programme(view)
    options = TIGHT if backend == "clarabel" else {}
    outcome = solve_cvxpy(programme.problem(), run=run, backend=backend, options=options)
    if outcome.values is None:
        return Answer(stopped_by=outcome.stopped_by, backends={backend: outcome.version})
    proof = programme.certificate()
    value = None if proof is None else bound_of(view, proof)
    proof = None if proof is None or value is None else proof.model_copy(update={"value": value})
    if isinstance(proof, MessagesCertificate | ReferenceCertificate):
        proof = polished(view, proof, lambda: run.stopping() is not None)
    return Answer(
        plan=programme.plan(),
        certificate=proof,
        stopped_by=outcome.stopped_by,
        backends={backend: outcome.version},
    )


@dataclass
class Programme:
    """The variables and constraints of one instance; `rate` counts units of a typical rate."""

    view: View
    limits: list[Any] = field(default_factory=list)
    blocks: list[Any] = field(default_factory=list)
    """One matrix inequality for each edge."""
    eigen: list[Any] = field(default_factory=list)
    """The matrix inequalities on eigenvalues."""

    def __post_init__(self) -> None:
        """Build the variables, scaled to about 1, and the limits."""
        import cvxpy as cp

        view = self.view
        self.used = np.flatnonzero(view.usable)
        ends = view.ends[self.used]
        basis = np.linalg.qr(np.c_[np.ones(view.nodes), np.eye(view.nodes)[:, 1:]])[0][:, 1:]
        self.basis, self.d = basis, (basis[ends[:, 0]] - basis[ends[:, 1]]).T
        self.rate = cp.Variable(len(self.used))
        self.laplacian = self.d @ cp.diag(self.rate) @ self.d.T
        self.unit, self.rows = 1.0, []
        if view.objective in SYNCHRONOUS:
            return
        least, most = view.least[self.used], view.most[self.used]
        all_rows = limit_rows(view)
        scale = all_rows if view.clock is None else [*all_rows, most_calls(view)]
        typical = inner_rates(scale, view.least, view.most, ~view.usable)
        self.unit = float(typical[self.used].mean())
        self.rows = all_rows
        self.limits = [(row.weight[self.used] * self.unit) @ self.rate <= 1 for row in all_rows]
        self.bounds = [self.rate >= least / self.unit]
        if view.clock is not None:
            self._add_calls()
        capped = np.flatnonzero(most < NO_LIMIT)
        if len(capped):
            self.bounds.append(self.rate[capped] <= most[capped] / self.unit)

    def _add_calls(self) -> None:
        """Let the calls of both ends of an edge make up its rate, within the clocks."""
        import cvxpy as cp

        twice = np.tile(self.used, 2)
        self.calls = cp.Variable(len(twice), nonneg=True)
        half = len(self.used)
        self.bounds.append(self.rate == self.calls[:half] + self.calls[half:])
        rows = clock_rows(self.view, twice)
        self.rows = [*self.rows, *rows]
        self.limits += [(row.weight * self.unit) @ self.calls <= 1 for row in rows]

    def problem(self) -> Any:
        """Return the `cvxpy.Problem` of the objective."""
        import cvxpy as cp

        view, eye = self.view, np.eye(self.view.nodes - 1)
        if view.objective in SYNCHRONOUS:
            return self._synchronous()
        kept = [*self.limits, *self.bounds]
        if view.objective == "total_resistance":
            return cp.Problem(cp.Minimize(cp.tr_inv(self.laplacian)), kept)
        level, least = cp.Variable(), cp.Variable()
        self.eigen = [self.laplacian - level * eye >> 0]
        if view.objective == "fastest_mixing":
            return cp.Problem(cp.Maximize(level), [*kept, *self.eigen])
        self.blocks = [
            self.laplacian - least * np.outer(column, column) >> 0 for column in self.d.T
        ]
        matrices = [*self.eigen, *self.blocks]
        if view.objective == "gradient_rate":
            worth = cp.geo_mean(cp.hstack([least, level]))
            return cp.Problem(cp.Maximize(worth), [*kept, *matrices])
        cost = view.cost[self.used] / float(view.cost.mean())
        product = cp.geo_mean(cp.hstack([least, level])) >= 1
        return cp.Problem(cp.Minimize(cost @ self.rate), [self.rate >= 0, product, *matrices])

    def _synchronous(self) -> Any:
        import cvxpy as cp

        view, eye, radius = self.view, np.eye(self.view.nodes - 1), cp.Variable()
        self.eigen = [self.laplacian - (1 - radius) * eye >> 0]
        self.eigen.append((1 + radius) * eye - self.laplacian >> 0)
        kept = list(self.eigen)
        if view.objective == "fmmc":
            touch = np.zeros((view.nodes, len(self.used)))
            for end in view.ends[self.used].T:
                touch[end, np.arange(len(self.used))] = 1
            self.limits = [touch @ self.rate <= 1]
            kept += [self.rate >= 0, *self.limits]
        return cp.Problem(cp.Minimize(radius), kept)

    def rates(self) -> FloatArray:
        """Return the rates that were found."""
        found = np.zeros(self.view.edges)
        found[self.used] = self.rate.value * self.unit
        return found

    def plan(self) -> RatesPlan:
        """Return the rates within the limits, and calls where workers have clocks."""
        view = self.view
        if view.clock is None:
            return RatesPlan(rate=self._plan_rates())
        twice, both = np.tile(self.used, 2), np.maximum(self.calls.value, 0.0) * self.unit
        whole = np.asarray(np.bincount(twice, both, view.edges), dtype=np.float64)
        rate, calls = stretched(view, whole, first_calls(view, twice, both))
        return RatesPlan(rate=rate, calls=calls)

    def _plan_rates(self) -> FloatArray:
        """Return the rates within the limits, rounding mended."""
        view, rate = self.view, self.rates()
        if view.objective == "fdla":
            return rate
        rate = np.clip(rate, view.least, view.most)
        if view.objective == "fmmc":
            load = np.bincount(view.ends.ravel(), np.repeat(rate, 2), view.nodes)
            return rate / max(1.0, float(load.max()))
        return stretch(view, rate)

    def certificate(self) -> Proof | None:
        """Return the certificate of the multipliers, its value still to be computed."""
        view = self.view
        if view.objective in SYNCHRONOUS:
            return self._radius()
        rate = np.zeros(view.edges)
        rate[self.used] = np.maximum(self.rates()[self.used], 1e-12 * self.unit)
        if view.objective == "total_resistance":
            trace = float(np.trace(np.linalg.inv(self.laplacian.value)))
            return ReferenceCertificate(value=0.0, reference=rate, **self._prices(1 / trace))
        dual = self.basis @ self.eigen[0].dual_value @ self.basis.T
        points = factor((dual + dual.T) / 2)
        if view.objective == "fastest_mixing":
            return EmbeddingCertificate(value=0.0, points=points, **self._prices(self.unit))
        return self._messages(points, float(np.trace(dual)), rate)

    def _messages(
        self, points: FloatArray, trace: float, rate: FloatArray
    ) -> MessagesCertificate | None:
        """Return the certificate of the resistances.

        At the optimum the multiplier of edge e is theta_e beta^2 L^+ b_e b_e^T L^+.
        """
        view, used = self.view, self.used
        inverse = np.linalg.inv(self.laplacian.value * self.unit)
        own = np.einsum("ie,ij,je->e", self.d, inverse, self.d)
        pairs = zip(self.d.T, self.blocks, strict=True)
        along = [max(float(column @ block.dual_value @ column), 0.0) for column, block in pairs]
        theta = np.zeros(view.edges)
        theta[used] = np.array(along) / own**2
        if view.objective == "gradient_rate":
            beta, prices = float(np.sqrt(theta.sum() / trace)), self._prices(self.unit / trace)
        else:
            terms = price_messages(view, points, theta, rate)
            if terms is None:
                return None
            stretched, square, _ = (term / view.cost for term in terms)
            beta, prices = balance(stretched[used], square[used]), {}
        return MessagesCertificate(
            value=0.0, points=points, theta=theta, reference=rate, beta=beta, **prices
        )

    def _prices(self, scale: float) -> Any:
        """Return the prices of the limits in the unit that a certificate has them in."""
        dual = np.array([float(limit.dual_value) for limit in self.limits])
        return price_fields(self.view, [row.name for row in self.rows], dual * scale)

    def _radius(self) -> RadiusCertificate:
        upper, lower = (constraint.dual_value for constraint in self.eigen)
        whole = self.basis @ (upper - lower) @ self.basis.T
        values, vectors = np.linalg.eigh((whole + whole.T) / 2)
        price = np.maximum(self.limits[0].dual_value, 0.0) if self.limits else np.zeros(0)
        return RadiusCertificate(
            value=0.0,
            positive=vectors[:, values > 0] * np.sqrt(values[values > 0]),
            negative=vectors[:, values < 0] * np.sqrt(-values[values < 0]),
            node_price=price,
        )
