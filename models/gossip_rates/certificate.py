"""What proves a bound: embeddings, multipliers and reference rates that arithmetic can re-check."""

from typing import Literal

import numpy as np
from pydantic import Field

from planner.models.base.arrays import Floats, FloatTable, Integers
from planner.models.base.artefacts import Certificate

NONE = np.zeros(0)
NO_PLACES = np.zeros(0, dtype=np.int64)


class Priced(Certificate):
    """A certificate with prices of the limits, which must pay for what an edge is worth."""

    value: float
    """Bound of the objective that follows."""
    total_price: float = 0.0
    """Price of a unit of cost."""
    node_price: Floats = Field(default=NONE, validate_default=True)
    """Price of a node's time, shape (n,); empty where nodes have no limit."""
    clock_price: Floats = Field(default=NONE, validate_default=True)
    """Price of a node's calls, shape (n,); empty where nodes have no clock."""
    count_price: float = 0.0
    """Price of choosing one more edge, where their number is limited."""
    set_price: Floats = Field(default=NONE, validate_default=True)
    """Price of an odd set of nodes, in which (|S| - 1) / 2 exchanges run at once."""
    set_start: Integers = Field(default=NO_PLACES, validate_default=True)
    """Where each odd set begins in `set_node`; one entry more than there are sets."""
    set_node: Integers = Field(default=NO_PLACES, validate_default=True)


class EmbeddingCertificate(Priced):
    """Points whose edges are short and which still lie far apart bound lambda_2 from above.

    With points x_i (centred) and h_e = |x_i - x_j|^2, lambda_2 <= sum rate_e h_e / sum |x_i|^2, and
    the prices bound the numerator over all rates within the limits (Sun, Boyd, Xiao and Diaconis
    2006). For `fewest_messages` it bounds every plan, also one that drops edges.
    """

    kind: Literal["embedding"] = "embedding"
    points: FloatTable
    """Shape (n, r)."""


class MessagesCertificate(Priced):
    """Multipliers of the eigenvalue and of the resistances, for plans that keep every edge.

    With X = points points^T scaled to trace 1, weights theta that sum to 1 and reference rates with
    G = B^T L^+ B, the messages are at least 2 beta sum theta_e G_ee / max_k [(b_k^T X b_k + beta^2
    sum theta_e G_ek^2) / c_k]. For `gradient_rate` the prices replace the maximum.
    """

    kind: Literal["messages"] = "messages"
    points: FloatTable
    theta: Floats
    """Weight of each edge, shape (m,)."""
    reference: Floats
    """Rates at which G is taken, shape (m,)."""
    beta: float


class ReferenceCertificate(Priced):
    """Rates whose gradient bounds a convex function of degree -1 (total resistance)."""

    kind: Literal["reference"] = "reference"
    reference: Floats


class LeastCertificate(Certificate):
    """A limit that the least rates alone exceed."""

    kind: Literal["least"] = "least"
    node: int | None = None
    """The node that is too busy; `None` for the total cost."""
    members: Integers = Field(default=NO_PLACES, validate_default=True)
    """Nodes, an odd number of them, among which rounds allow fewer exchanges; empty for none."""


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


class FewEdgesCertificate(Certificate):
    """Too few edges may be chosen to join the parts of the network."""

    kind: Literal["few_edges"] = "few_edges"


class CasesCertificate(Certificate):
    """A tree of cases that together hold every choice of edges, each leaf bounded by points.

    In preorder: after an edge come the case in which it is chosen, and that in which it is not.
    """

    kind: Literal["cases"] = "cases"
    value: float
    """Bound of lambda_2: the largest of the leaves."""
    branch: Integers
    """Edge that is decided, -1 for a leaf."""
    place: Integers
    """Number of the points that bound a leaf; -1 where no choice within it joins the network."""
    points: FloatTable
    """All points, one table of n rows below the other."""


class TreesCertificate(Certificate):
    """No spanning tree has a larger lambda_2; all of them are gone through again."""

    kind: Literal["trees"] = "trees"
    value: float


GossipCertificate = (
    EmbeddingCertificate
    | MessagesCertificate
    | ReferenceCertificate
    | RadiusCertificate
    | PiecesCertificate
    | LeastCertificate
    | FewEdgesCertificate
    | CasesCertificate
    | TreesCertificate
)
CERTIFICATES = (
    EmbeddingCertificate,
    MessagesCertificate,
    ReferenceCertificate,
    RadiusCertificate,
    PiecesCertificate,
    LeastCertificate,
    FewEdgesCertificate,
    CasesCertificate,
    TreesCertificate,
)
