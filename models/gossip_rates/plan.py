"""Plans of gossip rates: how often each edge averages."""

from typing import Literal

import numpy as np
from pydantic import Field

from planner.models.base.arrays import Floats, Integers
from planner.models.base.artefacts import Plan

NONE = np.zeros(0, dtype=np.int64)
NO_CALLS = np.zeros(0)


class RatesPlan(Plan):
    """A rate for each edge, in the order of the instance's merged edges.

    For `fdla` and `fmmc` these are the weights of the averaging matrix, which may be negative.
    """

    kind: Literal["rates"] = "rates"
    rate: Floats
    """Averages per unit of time."""
    dropped: Integers = Field(default=NONE, validate_default=True)
    """Edges that are taken out of the network altogether; their rate is zero and their resistance
    counts no more."""
    calls: Floats = Field(default=NO_CALLS, validate_default=True)
    """Averages per unit of time in which the first end of an edge calls the second; those of the
    other direction make up the rate. Only where workers have clocks, else empty."""


class MatchingPlan(Plan):
    """Rounds of simultaneous exchanges: matchings, each with its share of the rounds."""

    kind: Literal["matchings"] = "matchings"
    share: Floats
    """Share of the rounds that each matching gets; the shares sum to at most 1."""
    start: Integers
    """Where each matching begins in `edge`; one entry more than there are matchings."""
    edge: Integers
    """Edges of the matchings, one after the other."""


GossipPlan = RatesPlan | MatchingPlan
PLANS = (RatesPlan, MatchingPlan)
