"""Constants of accelerated gossip, and the rates that published systems print for a network."""

import math
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import dense_laplacian, fiedler, resistances


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of A2CiD2 (Nabli, Belilovsky, Oyallon 2023, arXiv 2306.08289)."""

    chi1: float
    """1 / lambda_2, in units of time."""
    chi2: float
    """Half the largest effective resistance of an edge, in units of time."""

    @property
    def eta(self) -> float:
        """Rate of the drift between the two states, 1 / (2 sqrt(chi1 chi2))."""
        return 1 / (2 * math.sqrt(self.chi1 * self.chi2))

    @property
    def alpha(self) -> float:
        """What the state gives up of a difference at an average."""
        return 0.5

    @property
    def alpha_tilde(self) -> float:
        """What the second state gives up, sqrt(chi1 / chi2) / 2."""
        return math.sqrt(self.chi1 / self.chi2) / 2

    @property
    def guaranteed_rate(self) -> float:
        """Rate at which the energy falls at least, 1 / (2 sqrt(chi1 chi2))."""
        return self.eta


def constants(nodes: int, ends: IntArray, rate: FloatArray) -> Constants:
    """Return the constants for rates, shape (m,), that connect the network.

    Raises `ValueError` for a network in pieces.
    """
    mixing, _ = fiedler(nodes, ends, rate)
    resistance = float(resistances(nodes, ends, rate).max())
    return Constants(1 / mixing, resistance / 2)


@dataclass(frozen=True, slots=True)
class PublishedRates:
    """Messages per round of gradients as the code of DADAO (arXiv 2208.00779) prints them.

    Rounded as there; all of them for the same rate on every edge.
    """

    adom_plus: int
    """ADOM+: one message on every edge."""
    adom_plus_consensus: int
    """ADOM+ with ceil(ln 2 ev_n / ev_2) rounds of consensus."""
    msda: int
    """MSDA: floor(sqrt(ev_n / ev_2)) rounds."""
    continuized: int
    """The continuized framework, floor(sqrt(2 chi1 chi2)) for a total rate of 1."""
    dadao: int
    """DADAO; the same as the continuized framework."""


def published_rates(nodes: int, ends: IntArray) -> PublishedRates:
    """Return the published figures of a network; ev are eigenvalues of its unit Laplacian.

    Raises `ValueError` for a network in pieces.
    """
    edges = len(ends)
    values = np.linalg.eigvalsh(dense_laplacian(nodes, ends, np.ones(edges)))
    ratio = float(values[-1] / values[1])
    found = constants(nodes, ends, np.full(edges, 1 / edges))
    # Rounding must not turn 299 into 298.999...
    messages = math.floor(math.sqrt(2 * found.chi1 * found.chi2) * (1 + 1e-12))
    return PublishedRates(
        adom_plus=edges,
        adom_plus_consensus=edges * math.ceil(math.log(2) * ratio),
        msda=edges * math.floor(math.sqrt(ratio) * (1 + 1e-12)),
        continuized=messages,
        dadao=messages,
    )
