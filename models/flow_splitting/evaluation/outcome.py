"""What one step of a plan comes to, and the words every kind of plan needs to say so."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Violation
from planner.models.flow_splitting.evaluation.labels import Labels
from planner.models.flow_splitting.evaluation.loads import Busiest
from planner.models.flow_splitting.evaluation.parts import Parts
from planner.models.flow_splitting.evaluation.violations import name_each
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting

SERVED = 1e-9
"""A flow counts as served when its parts sum to its size up to this relative error."""
DUST = 2 * math.ulp(1.0)
"""Relative rounding error of one term, in the plan and in its evaluation."""


def dust(total: FloatArray, terms: IntArray) -> FloatArray:
    """Return by how much sums of `terms` positive floats may be off because of rounding alone.

    The bound of `planner.models.base.rounding.lower`, with a few terms more for how the sizes in
    the plan were computed.
    """
    return DUST * (terms + 4) * total


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step of a plan, evaluated."""

    busiest: Busiest
    parts: Parts
    violations: tuple[Violation, ...] = ()


class Setting:
    """An instance as the evaluators of the plan kinds see it."""

    def __init__(self, instance: "FlowSplitting") -> None:
        self.view = instance.view
        self.steps = self.view.steps
        self.splitting = self.view.splitting
        self.labels = Labels(instance)
        steady = instance.workload.is_steady
        self.unit = "1" if instance.is_normalised else "B/s" if steady else "B"

    @functools.cached_property
    def fabric(self) -> Fabric:
        """The fabric; only for instances that have one."""
        if self.view.fabric is None:
            raise ValueError("this instance has no fabric")
        return self.view.fabric

    @functools.cached_property
    def network(self) -> ArcNetwork:
        """The graph; only for instances that have one."""
        if self.view.network is None:
            raise ValueError("this instance has no graph")
        return self.view.network

    def flow_faults(
        self,
        code: str,
        constraint: str,
        step: int,
        flows: IntArray,
        amounts: FloatArray | None = None,
    ) -> list[Violation]:
        """Return a violation for each of the flows of a step."""
        unit = "1" if amounts is None else self.unit
        return list(
            name_each(code, constraint, flows, lambda f: self.labels.flow(step, f), amounts, unit)
        )

    def service_faults(
        self, step: int, served: FloatArray, wanted: FloatArray, flows: IntArray
    ) -> list[Violation]:
        """Return the flows of a step that get less or more than their size.

        `flows` numbers the flows that `served` and `wanted` speak of.
        """
        faults: list[Violation] = []
        for code, excess in (
            ("flow-unserved", wanted - served),
            ("flow-overserved", served - wanted),
        ):
            at = np.flatnonzero(excess > SERVED * wanted)
            faults += self.flow_faults(code, "workload", step, flows[at], excess[at])
        return faults

    def absent_faults(self, up: FloatArray, down: FloatArray) -> list[Violation]:
        """Return the bundles that are down and still have load[leaf, spine]."""
        fabric, faults = self.fabric, list[Violation]()
        for load, rate, name in (
            (up, fabric.up_total, self.labels.uplink),
            (down, fabric.down_total, self.labels.downlink),
        ):
            at = np.flatnonzero((load > 0) & (rate == 0))
            where = functools.partial(_bundle, name, fabric.spines)
            amounts = load.ravel()[at]
            faults += name_each(
                "link-absent", "topology.failed_links", at, where, amounts, self.unit
            )
        return faults

    def split_faults(self, step: int, split: IntArray, unequal: IntArray) -> list[Violation]:
        """Return the flows that are split although `workload.splitting` does not allow it."""
        constraint = "workload.splitting"
        if self.splitting == "whole":
            return self.flow_faults("flow-split", constraint, step, split)
        if self.splitting == "equal":
            return self.flow_faults("parts-unequal", constraint, step, unequal)
        return []


def _bundle(name: Callable[[int, int], str], spines: int, link: int) -> str:
    return name(*divmod(link, spines))
