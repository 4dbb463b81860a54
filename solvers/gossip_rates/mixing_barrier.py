"""The barrier of the fastest mixing.

maximise    s
such that   L(lambda) >= s P,   c^T lambda <= C,   busy time of each node <= k,
            least <= lambda <= most
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.laplacian import dense_laplacian, gather
from planner.models.gossip_rates.view import NO_LIMIT, View
from planner.solvers.gossip_rates.centre import Local


class MixingBarrier:
    """Points are (lambda, s), shape (m + 1,)."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.capped = view.most < NO_LIMIT
        rows = [] if view.total is None else [view.cost / view.total]
        if view.concurrency is not None:
            table = np.zeros((view.nodes, view.edges))
            place = np.arange(view.edges)
            for end in view.ends.T:
                table[end, place] = view.duration
            rows += list(table / view.concurrency[:, None])
        self.rows = np.array(rows).reshape(-1, view.edges)
        """Every linear limit as a row whose product with the rates is at most 1."""
        self.constraints = view.nodes - 1 + view.edges + int(self.capped.sum()) + len(self.rows)

    def start(self) -> FloatArray | None:
        """Return rates in the interior, or `None` where the least rates leave no room."""
        view = self.view
        rate = view.least + 1 / view.cost
        load = float((self.rows @ rate).max()) if len(self.rows) else 0.0
        share = 0.5 / load if load > 0 else 1.0
        rate = view.least + share / view.cost
        rate = np.where(self.capped, np.minimum(rate, (view.least + view.most) / 2), rate)
        if len(self.rows) and (self.rows @ rate >= 1).any():
            room = 1 - self.rows @ view.least
            if (room <= 0).any():
                return None
            push = (self.rows @ (rate - view.least)) / room
            rate = view.least + (rate - view.least) * 0.5 / float(push.max())
        mixing = float(np.linalg.eigvalsh(dense_laplacian(view.nodes, view.ends, rate))[1])
        return np.append(rate, mixing / 2)

    def value(self, point: FloatArray, weight: float) -> float:
        """Return the barrier's value, infinity outside the domain."""
        view, rate, level = self.view, point[:-1], float(point[-1])
        slacks = [rate - view.least, (view.most - rate)[self.capped], 1 - self.rows @ rate]
        if level <= 0 or any((slack <= 0).any() for slack in slacks):
            return np.inf
        try:
            factor = np.linalg.cholesky(self._shifted(rate, level))
        except np.linalg.LinAlgError:
            return np.inf
        logs = 2 * np.log(factor.diagonal()).sum() - np.log(level)
        return float(-weight * level - logs - sum(np.log(slack).sum() for slack in slacks))

    def local(self, point: FloatArray, weight: float) -> Local:
        """Return gradient and Hessian."""
        view, rate, m = self.view, point[:-1], self.view.edges
        inverse = self.inverse(point)
        near = gather(inverse, view.ends)
        ends = inverse[view.ends[:, 0]] - inverse[view.ends[:, 1]]
        low, room = 1 / (rate - view.least), 1 / (1 - self.rows @ rate)
        high = np.where(self.capped, 1 / np.where(self.capped, view.most - rate, 1.0), 0.0)
        gradient, hessian = np.empty(m + 1), np.empty((m + 1, m + 1))
        gradient[:m] = -near.diagonal() - low + high + room @ self.rows
        gradient[m] = np.trace(inverse) - weight
        hessian[:m, :m] = near * near + (self.rows * (room * room)[:, None]).T @ self.rows
        hessian[range(m), range(m)] += low**2 + high**2
        hessian[:m, m] = hessian[m, :m] = -(ends * ends).sum(axis=1)
        hessian[m, m] = (inverse * inverse).sum()
        return Local(gradient, hessian)

    def inverse(self, point: FloatArray) -> FloatArray:
        """Return the inverse of L - s P on the space orthogonal to the constants, (n, n)."""
        level = float(point[-1])
        full = np.linalg.inv(self._shifted(point[:-1], level))
        return (full + full.T) / 2 - 1 / (level * self.view.nodes)

    def prices(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Return the price of a unit of cost, and of each node's time."""
        view, price = self.view, 1 / (1 - self.rows @ point[:-1])
        total = 0.0
        if view.total is not None:
            total, price = float(price[0]) / view.total, price[1:]
        return total, price / view.concurrency if view.concurrency is not None else np.zeros(0)

    def _shifted(self, rate: FloatArray, level: float) -> FloatArray:
        matrix = dense_laplacian(self.view.nodes, self.view.ends, rate)
        matrix[np.diag_indices_from(matrix)] -= level
        return matrix + 2 * level / self.view.nodes
