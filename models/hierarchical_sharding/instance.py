"""The instance of hierarchical sharding: a machine, a model, and how it is trained."""

import functools
from collections.abc import Iterator
from typing import Literal

from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.hierarchical_sharding.model import Model
from planner.models.hierarchical_sharding.training import Limits, Policy, Precision, Training
from planner.models.hierarchical_sharding.view import View, compile_view
from planner.models.topologies.hierarchy import Machine


class HierarchicalSharding(Instance):
    """Split and replicate the training state of `model` over the levels of `topology`.

    The objective is the communication time of an optimizer step, or its whole duration, such that
    a device's memory suffices; among plans of equal time the least memory.
    """

    problem: Literal["hierarchical_sharding"]
    schema_version: Literal[1]
    topology: Machine
    model: Model
    training: Training = Training()
    precision: Precision = Precision()
    policy: Policy = Policy()
    limits: Limits = Limits()
    objective: Literal["communication_time", "step_time"] = "communication_time"

    @functools.cached_property
    def view(self) -> View:
        """Everything as arrays."""
        return compile_view(self)

    def summary(self) -> str:
        """Return one line that counts levels, devices and parameters."""
        machine = self.view.machine
        shape = " x ".join(str(fanout) for fanout in machine.fanout)
        total = sum(layer.count * layer.parameters for layer in self.view.layers)
        return f"{shape} = {machine.devices} devices, {total:.4g} parameters"

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults that concern several entities."""
        from planner.models.hierarchical_sharding.references import check_references

        issues = [
            *self.topology.cross_check(),
            *self.model.cross_check(),
            *self.training.cross_check(),
        ]
        yield from issues
        if not issues:
            yield from check_references(self)
