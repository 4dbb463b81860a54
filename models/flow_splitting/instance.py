"""The instance of flow splitting: a fabric and a workload."""

import functools
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.flow_splitting.view import View, compile_view
from planner.models.flow_splitting.workload import Workload
from planner.models.topologies.graph import Graph
from planner.models.topologies.leaf_spine import LeafSpine


class FlowSplitting(Instance):
    """Split and pin the flows of `workload` on the network of `topology`.

    The objective is the completion time: the sum over steps of max(theta, T_nic), theta being the
    highest load over rate among fabric links. On graphs it is the maximum link utilisation.
    """

    problem: Literal["flow_splitting"]
    schema_version: Literal[1]
    topology: Annotated[LeafSpine | Graph, Field(discriminator="kind")]
    workload: Workload

    @functools.cached_property
    def view(self) -> View:
        """Everything as arrays."""
        return compile_view(self)

    def summary(self) -> str:
        """Return one line that counts nodes, links and flows."""
        from planner.models.flow_splitting.summary import summarise

        return summarise(self)

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults that concern the topology and the workload together."""
        from planner.models.flow_splitting.input.references import check_workload

        yield from self.topology.cross_check()
        yield from check_workload(self)
