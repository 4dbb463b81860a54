"""What proves that no plan is better, or that there is none; `check` adds all of it up anew.

`docs/problems/entanglement_scheduling.md` writes each argument as a formula. Demands, pools and
nodes are numbered as in the view. `value` is the proven bound of the objective: an upper bound
where it is maximised, a lower bound of `latency`.
"""

from typing import Literal

import numpy as np

from planner.models.base.arrays import Floats, FloatTable
from planner.models.base.artefacts import Certificate
from planner.models.base.record import Index


class UtilisationCertificate(Certificate):
    """Prices of pools and of cliques; any that are not negative give a bound (the dual of an LP).

    A demand is worth what it brings, less its share of each pool at that pool's price, less the
    prices of its cliques; what is left over is never worth less than nothing.
    """

    kind: Literal["utilisation"] = "utilisation"
    value: float
    price: Floats
    """(P,): objective per qubit of a pool that is held all the time."""
    cliques: tuple[tuple[Index, ...], ...] = ()
    """Demands of which at most one can be admitted: no two of a clique can both be."""
    clique_price: Floats
    """One per clique, in units of the objective."""


class BranchingCertificate(Certificate):
    """Prices case by case: each leaf says which demands are admitted or left out, and has prices.

    The leaves are those of a tree in which every inner node asks whether one demand is admitted.
    Within a leaf the demands it names are fixed, and its prices bound the rest as in `utilisation`;
    the worst leaf bounds all.
    """

    kind: Literal["branching"] = "branching"
    value: float
    admitted: tuple[tuple[Index, ...], ...]
    """Per leaf."""
    left_out: tuple[tuple[Index, ...], ...]
    """Per leaf."""
    price: FloatTable
    """(leaves, P): objective per qubit of a pool that is held all the time."""
    cliques: tuple[tuple[Index, ...], ...] = ()
    """Demands of which at most one can be admitted, for all leaves."""
    clique_price: FloatTable
    """(leaves, cliques): in units of the objective."""
    crowds: tuple[tuple[Index, ...], ...] = ()
    """Demands that cannot all be admitted, by trying all starts; for all leaves."""
    crowd_price: FloatTable = np.zeros((0, 0))
    """(leaves, crowds): in units of the objective."""


class KnapsackCertificate(Certificate):
    """What fits into one pool, whatever the others say; the check solves that knapsack again."""

    kind: Literal["knapsack"] = "knapsack"
    value: float
    pool: Index


class NodeUseCertificate(Certificate):
    """Prices of nodes against the least communication that any protocol on any route needs."""

    kind: Literal["node_use"] = "node_use"
    value: float
    price: Floats
    """(n,): objective per communication qubit of a node that is held all the time."""


class ShortestCertificate(Certificate):
    """Latency: no demand is served by anything shorter than its shortest offer."""

    kind: Literal["shortest"] = "shortest"
    value: float


class ChainCertificate(Certificate):
    """Latency: the links of a route share the communication qubits of its nodes."""

    kind: Literal["chain"] = "chain"
    value: float


class EnumerationCertificate(Certificate):
    """Every set of demands, protocols and starts was tried, and is again in the check."""

    kind: Literal["enumeration"] = "enumeration"
    value: float | None
    """The optimum; `None` where no schedule keeps the limits."""


class UnservedCertificate(Certificate):
    """A mandatory demand that no offered protocol serves within its period."""

    kind: Literal["unserved"] = "unserved"
    demand: Index


class ConflictCertificate(Certificate):
    """Two mandatory demands that cannot both be admitted, whatever the others."""

    kind: Literal["conflict"] = "conflict"
    first: Index
    second: Index


class OverloadCertificate(Certificate):
    """Prices of pools at which the mandatory demands cost more than all the pools are worth."""

    kind: Literal["overload"] = "overload"
    price: Floats
    """(P,): not negative."""


CERTIFICATES = (
    UtilisationCertificate,
    BranchingCertificate,
    KnapsackCertificate,
    NodeUseCertificate,
    ShortestCertificate,
    ChainCertificate,
    EnumerationCertificate,
    UnservedCertificate,
    ConflictCertificate,
    OverloadCertificate,
)
EntanglementCertificate = (
    UtilisationCertificate
    | BranchingCertificate
    | KnapsackCertificate
    | NodeUseCertificate
    | ShortestCertificate
    | ChainCertificate
    | EnumerationCertificate
    | UnservedCertificate
    | ConflictCertificate
    | OverloadCertificate
)
