"""Plans of flow splitting: which part of which flow takes which path.

Leaf-spine fabrics have three kinds: `explicit`, `aggregated` and `rule`. Graphs have two:
`explicit_paths` and `aggregated_arcs`. Flows are numbered as `traffic.steps` lists them; traffic
that stays below one leaf takes no path and stands in no plan.
"""

from typing import Literal

import numpy as np
from pydantic import Field

from planner.models.base.arrays import Floats, Integers
from planner.models.base.artefacts import Plan
from planner.models.base.record import Count, Record

NO_LANES = np.zeros(0, dtype=np.int64)


class ExplicitPlan(Plan):
    """Every part with its flow, size and spine. One entry per part in every column."""

    kind: Literal["explicit"] = "explicit"
    step: Integers
    """Which step of the workload."""
    flow: Integers
    """Which flow of that step."""
    spine: Integers
    size: Floats
    """Size of the part, in bytes (or the normalised unit)."""
    up_lane: Integers = Field(default=NO_LANES, validate_default=True)
    """Which of the parallel links from the leaf to the spine; empty where there are none."""
    down_lane: Integers = Field(default=NO_LANES, validate_default=True)
    """Which of the parallel links from the spine to the leaf; empty where there are none."""


class AggregatedPlan(Plan):
    """Amounts per pair of leaves and spine. One entry per (step, source, target, spine).

    The flows of a pair are laid end to end in flow order and cut where the amounts of the spines,
    in the order of the entries, end (McNaughton's wrap-around rule). Parallel links share the
    amount of their spine in proportion to their rates.
    """

    kind: Literal["aggregated"] = "aggregated"
    step: Integers
    source: Integers
    """Leaf the traffic comes from."""
    target: Integers
    """Leaf the traffic goes to."""
    spine: Integers
    size: Floats
    """Amount, in bytes (or the normalised unit)."""


class Rule(Record):
    """How one step chooses the spine of each flow.

    `local`: nothing crosses the fabric. `rotation`: flow t of a pair of leaves (i, j) takes spine
    (t + n ((j - i) mod L)) mod s, for n flows per ordered pair; i and j count the L leaves in use,
    t the flows of the pair in order. `source_index`: the spine is the place of the sending host
    below its leaf, mod s.
    """

    rule: Literal["local", "rotation", "source_index"]
    spines: Count | None = None
    """The s of the rule."""


class RulePlan(Plan):
    """One rule per step; whole flows only."""

    kind: Literal["rule"] = "rule"
    rules: tuple[Rule, ...]


class ExplicitPathsPlan(Plan):
    """Every part with its path through a graph; paths are arc lists laid end to end."""

    kind: Literal["explicit_paths"] = "explicit_paths"
    flow: Integers
    size: Floats
    path_start: Integers
    """Where the path of each part begins in `arcs`; one entry more than there are parts."""
    arcs: Integers


class AggregatedArcsPlan(Plan):
    """Traffic of each source node on each arc, all targets together."""

    kind: Literal["aggregated_arcs"] = "aggregated_arcs"
    source: Integers
    arc: Integers
    size: Floats


FlowPlan = ExplicitPlan | AggregatedPlan | RulePlan | ExplicitPathsPlan | AggregatedArcsPlan
PLANS = (ExplicitPlan, AggregatedPlan, RulePlan, ExplicitPathsPlan, AggregatedArcsPlan)
