"""When, within a step, parts of the model are ready to be sent and when they are needed again.

Two published sets of rules are offered. `table` is what reproduces the utilisation table of
Streaming DiLoCo (arXiv 2501.18512): equal compute nodes per layer, one all-reduce per layer.
`web_simulator` follows the DiLoCo Bandwidth Simulator of its first author
(arthurdouillard.com/diloco): a third of the step is forward, and gradients become ready in equal
buckets during the rest.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

BUCKETS = 128
"""Buckets of the web simulator in which a gradient becomes ready."""

Rules = Literal["table", "web_simulator"]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The all-reduces of what is sent in one step, in the order in which the link takes them.

    An entry may stand for several that follow each other.
    """

    share: FloatArray
    """Share of the model that each entry carries."""
    starts: FloatArray
    """How many all-reduces each entry stands for."""
    release: FloatArray
    """Seconds from the end of the forward pass until it can be sent."""
    tail: FloatArray
    """Seconds of the forward pass from the first use of its parameters to the end."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The inside of a step that waits for nothing."""

    rules: Rules
    layers: int
    step_time: float

    @property
    def node(self) -> float:
        """Seconds of one compute node of the table: T / (3 L - 1)."""
        return self.step_time / (3 * self.layers - 1)

    @property
    def forward(self) -> float:
        """Seconds of the forward pass: one node per layer, or a third of the step."""
        return self.layers * self.node if self.rules == "table" else self.step_time / 3

    @property
    def backward(self) -> float:
        """Seconds of the backward pass."""
        return self.step_time - self.forward

    def parts(self, sent: IntArray) -> Parts:
        """Return the all-reduces of a set of layers, each given once."""
        return self._layers(sent) if self.rules == "table" else self._buckets(len(sent))

    def _layers(self, sent: IntArray) -> Parts:
        """Backward goes from the last layer down: activation, then weight gradient.

        The first layer has no activation gradient, so it is ready one node earlier.
        """
        layer = np.sort(sent)[::-1]
        height = (self.layers - layer).astype(np.float64)
        nodes = 2 * height - (layer == 0)
        share = np.full(len(layer), 1 / self.layers)
        return Parts(share, np.ones(len(layer)), nodes * self.node, height * self.node)

    def _buckets(self, count: int) -> Parts:
        """Return the buckets as two entries, which end at the same time as one entry for each.

        They become ready at even intervals and are equally long, so that r_j - D_(j-1) is linear
        in j: the first or the last decides when the link is done, and only that is waited for.
        """
        number = np.array([BUCKETS - 1.0, 1.0])
        release = np.array([1 / BUCKETS, 1.0]) * self.backward
        share = number * (count / self.layers / BUCKETS)
        return Parts(share, number, release, np.full(2, self.forward))
