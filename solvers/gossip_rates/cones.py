"""The constraints of rate programmes, each with its multipliers, as Newton's method needs them.

A point z holds a rate per edge, then a few more variables. A constraint has a slack that must stay
positive and a multiplier (dual) that must too; its Jacobian is the derivative of the slack.
"""

from abc import ABC, abstractmethod

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray


class Cone(ABC):
    """One constraint, or many of one kind."""

    size: int
    """How many products of slack and multiplier there are."""

    @abstractmethod
    def place(self, z: FloatArray) -> bool:
        """Move the slack to a point; return whether the point is strictly inside."""

    @abstractmethod
    def begin(self, mu: float) -> None:
        """Set the multipliers so that every product with a slack is `mu`."""

    @abstractmethod
    def gap(self) -> float:
        """Return the sum of the products of slacks and multipliers."""

    @abstractmethod
    def bend(self, hessian: FloatArray) -> None:
        """Add the Hessian of the condensed Newton system."""

    @abstractmethod
    def pull(self, mu: float) -> FloatArray:
        """Return the transposed Jacobian times mu / slack, corrections taken off."""

    @abstractmethod
    def aim(self, dz: FloatArray, mu: float) -> tuple[float, float]:
        """Take a direction; return the longest steps of slacks and of multipliers."""

    @abstractmethod
    def gap_after(self, primal: float, dual: float) -> float:
        """Return the gap after steps of these lengths."""

    @abstractmethod
    def correct(self, *, on: bool) -> None:
        """Keep the second-order term of the last direction, or forget it."""

    @abstractmethod
    def move(self, primal: float, dual: float) -> None:
        """Move the multipliers, and slacks that do not follow the point by themselves."""


class Scalars(Cone):
    """Constraints with one number of slack each; the subclasses say how it depends on z."""

    @abstractmethod
    def slack_at(self, z: FloatArray) -> FloatArray:
        """Return the slacks at a point."""

    @abstractmethod
    def push(self, dz: FloatArray) -> FloatArray:
        """Return the Jacobian times a direction."""

    @abstractmethod
    def gather_back(self, weight: FloatArray) -> FloatArray:
        """Return the transposed Jacobian times one weight for each constraint."""

    def place(self, z: FloatArray) -> bool:
        """Move the slacks."""
        self.slack = self.slack_at(z)
        return bool((self.slack > 0).all())

    def begin(self, mu: float) -> None:
        """Set the multipliers to mu / slack."""
        self.dual = mu / self.slack
        self.second: FloatArray | None = None

    def gap(self) -> float:
        """Return the product of slacks and multipliers."""
        return float(self.dual @ self.slack)

    def pull(self, mu: float) -> FloatArray:
        """Return what mu / slack (less the correction) pulls at each variable."""
        weight = mu / self.slack
        return self.gather_back(weight if self.second is None else weight - self.second)

    def aim(self, dz: FloatArray, mu: float) -> tuple[float, float]:
        """Take a direction of the point; that of the multipliers follows."""
        self.dslack = self.push(dz)
        return self._aim_dual(mu)

    def _aim_dual(self, mu: float) -> tuple[float, float]:
        self.ddual = (mu - self.dual * self.dslack) / self.slack - self.dual
        if self.second is not None:
            self.ddual -= self.second
        return _ratio(self.slack, self.dslack), _ratio(self.dual, self.ddual)

    def gap_after(self, primal: float, dual: float) -> float:
        """Return the gap after steps of these lengths."""
        return float((self.dual + dual * self.ddual) @ (self.slack + primal * self.dslack))

    def correct(self, *, on: bool) -> None:
        """Keep the product of the last direction's two parts (Mehrotra's correction)."""
        self.second = self.ddual * self.dslack / self.slack if on else None

    def move(self, primal: float, dual: float) -> None:
        """Move the multipliers."""
        del primal
        self.dual = self.dual + dual * self.ddual


class Limits(Scalars):
    """sign (z_i - limit z_last) > 0 for single variables."""

    def __init__(self, index: IntArray, sign: float, limit: FloatArray, count: int) -> None:
        self.index, self.sign, self.limit, self.count = index, sign, limit, count
        self.size = len(index)

    def slack_at(self, z: FloatArray) -> FloatArray:
        """Return the distance of each variable from its limit."""
        result: FloatArray = self.sign * (z[self.index] - self.limit * z[-1])
        return result

    def push(self, dz: FloatArray) -> FloatArray:
        """Return how the distances change along a direction."""
        return self.slack_at(dz)

    def gather_back(self, weight: FloatArray) -> FloatArray:
        """Return the transposed Jacobian times the weights."""
        found = np.zeros(self.count)
        found[self.index] = self.sign * weight
        found[-1] -= self.sign * float(self.limit @ weight)
        return found

    def bend(self, hessian: FloatArray) -> None:
        """Add a diagonal, and a row where limits grow with the last variable."""
        ratio = self.dual / self.slack
        hessian[self.index, self.index] += ratio
        cross = -self.limit * ratio
        hessian[self.index, -1] += cross
        hessian[-1, self.index] += cross
        hessian[-1, -1] -= float(self.limit @ cross)


class Rows(Scalars):
    """constant + table z > 0."""

    def __init__(self, table: FloatArray, constant: FloatArray) -> None:
        self.table, self.constant, self.size = table, constant, len(table)

    def slack_at(self, z: FloatArray) -> FloatArray:
        """Return the slack of every row."""
        result: FloatArray = self.constant + self.table @ z
        return result

    def push(self, dz: FloatArray) -> FloatArray:
        """Return the table times a direction."""
        result: FloatArray = self.table @ dz
        return result

    def gather_back(self, weight: FloatArray) -> FloatArray:
        """Return the transposed table times the weights."""
        result: FloatArray = weight @ self.table
        return result

    def bend(self, hessian: FloatArray) -> None:
        """Add table^T diag(dual / slack) table."""
        half = self.table * np.sqrt(self.dual / self.slack)[:, None]
        hessian += half.T @ half


def _ratio(value: FloatArray, change: FloatArray) -> float:
    falling = change < 0
    return float((-value[falling] / change[falling]).min()) if falling.any() else np.inf
