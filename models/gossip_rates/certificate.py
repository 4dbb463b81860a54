"""What proves a bound: embeddings, multipliers and reference rates that arithmetic can re-check."""

from typing import Literal

import numpy as np
from pydantic import Field

from planner.models.base.arrays import Floats, FloatTable, Integers
from planner.models.base.artefacts import Certificate

NONE = np.zeros(0)
NO_PLACES = np.zeros(0, dtype=np.int64)


class EmbeddingCertificate(Certificate):
    """Points whose edges are short and which still lie far apart bound lambda_2 from above.

    With points x_i (centred) and h_e = |x_i - x_j|^2, lambda_2 <= sum rate_e h_e / sum |x_i|^2, and
    the prices bound the numerator over all rates within the limits (Sun, Boyd, Xiao, Diaconis 2006).
    """

    kind: Literal["embedding"] = "embedding"
    value: float
    """Bound of the objective that follows."""
    points: FloatTable
    """Shape (n, r)."""
    total_price: float = 0.0
    """Price of a unit of cost."""
    node_price: Floats = Field(default=NONE, validate_default=True)
    """Price of a node's time, shape (n,); empty where nodes have no limit."""
    set_price: Floats = Field(default=NONE, validate_default=True)
    """Price of an odd set of nodes, in which (|S| - 1) / 2 exchanges run at once."""
    set_start: Integers = Field(default=NO_PLACES, validate_default=True)
    """Where each odd set begins in `set_node`; one entry more than there are sets."""
    set_node: Integers = Field(default=NO_PLACES, validate_default=True)


class MessagesCertificate(Certificate):
    """Multipliers of the eigenvalue and of the resistances, for plans that keep every edge.

    With X = points points^T scaled to trace 1, weights theta that sum to 1 and reference rates with
    G = B^T L^+ B, the messages are at least 2 beta sum theta_e G_ee / max_k [(b_k^T X b_k + beta^2
    sum theta_e G_ek^2) / c_k].
    """

    kind: Literal["messages"] = "messages"
    value: float
    points: FloatTable
    theta: Floats
    """Weight of each edge, shape (m,)."""
    reference: Floats
    """Rates at which G is taken, shape (m,)."""
    beta: float


class ReferenceCertificate(Certificate):
    """Rates whose gradient bounds a convex function of degree -1 (total resistance)."""

    kind: Literal["reference"] = "reference"
    value: float
    reference: Floats


class RadiusCertificate(Certificate):
    """A matrix Z = P P^T - N N^T of trace norm 1 bounds the radius of I - L - 11^T / n from below.

    max over Z of <Z, I - L(w) - J>: the terms in w vanish for free weights; for Markov chains the
    prices pay for non-negative weights and for diagonals of at most 1.
    """

    kind: Literal["radius"] = "radius"
    value: float
    positive: FloatTable
    negative: FloatTable
    node_price: Floats = Field(default=NONE, validate_default=True)


class PiecesCertificate(Certificate):
    """Nodes that no usable edge joins to the others."""

    kind: Literal["pieces"] = "pieces"
    side: Integers


GossipCertificate = (
    EmbeddingCertificate
    | MessagesCertificate
    | ReferenceCertificate
    | RadiusCertificate
    | PiecesCertificate
)
CERTIFICATES = (
    EmbeddingCertificate,
    MessagesCertificate,
    ReferenceCertificate,
    RadiusCertificate,
    PiecesCertificate,
)
