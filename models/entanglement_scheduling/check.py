"""Re-checks certificates: every bound is computed anew, nothing in them is believed."""

from planner.models.base.arrays import FloatArray
from planner.models.base.artefacts import Certificate
from planner.models.base.evaluation import CheckedBound
from planner.models.base.refusals import compare_values, refused
from planner.models.base.rounding import HUGE, TINY, keeps_digits
from planner.models.entanglement_scheduling.certificate import (
    BranchingCertificate,
    ChainCertificate,
    ConflictCertificate,
    EntanglementCertificate,
    EnumerationCertificate,
    KnapsackCertificate,
    NodeUseCertificate,
    OverloadCertificate,
    ShortestCertificate,
    UnservedCertificate,
    UtilisationCertificate,
)
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.models.entanglement_scheduling.evaluation.scope import OFFERED, searched
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.proofs.bounds import (
    overload,
    price_bound,
    shortest_bound,
)
from planner.models.entanglement_scheduling.proofs.cases import are_all, cases_bound, cases_of
from planner.models.entanglement_scheduling.proofs.conflicts import Conflicts
from planner.models.entanglement_scheduling.proofs.crowds import Crowds
from planner.models.entanglement_scheduling.proofs.knapsack import knapsack_bound
from planner.models.entanglement_scheduling.proofs.needs import chain_bound, node_use_bound
from planner.models.entanglement_scheduling.reasons.relaxations import is_linked
from planner.models.entanglement_scheduling.reasons.why import (
    conflict_reasons,
    exhausted_reasons,
    overload_reasons,
    unserved_reasons,
)
from planner.models.entanglement_scheduling.view import View

Infeasible = UnservedCertificate | ConflictCertificate | OverloadCertificate


def check_certificate(
    instance: EntanglementScheduling, certificate: EntanglementCertificate
) -> CheckedBound:
    """Return what a certificate proves about an instance, recomputed without a solver.

    Violations have the codes `certificate-kind` (an argument that says nothing here),
    `certificate-shape` (numbers that name nothing), `certificate-price` (a price below zero, or one
    too small or too large to keep its digits) and `certificate-value` (the argument gives another
    figure than is claimed).
    """
    view = instance.view
    fault = _misshapen(view, certificate)
    if fault is not None:
        return fault
    if isinstance(certificate, Infeasible):
        return _check_infeasible(view, certificate)
    if isinstance(certificate, EnumerationCertificate):
        return _check_enumeration(instance, certificate)
    value = _recompute(view, certificate)
    if value is None:
        where = f"`{certificate.kind}` proves nothing about `{instance.objective}` here"
        return refused("certificate-kind", where)
    faults = tuple(compare_values(instance.objective, certificate.value, value))
    tried = isinstance(certificate, BranchingCertificate) and certificate.crowds
    return CheckedBound(
        bounds={instance.objective: value},
        scope=scope_of_bound(view, certificate),
        source="enumeration" if tried else "certificate",
        violations=faults,
    )


def scope_of_bound(view: View, certificate: Certificate) -> str | None:
    """Return the class of plans that a certificate speaks of; `None` for every plan.

    Pausing a rigid task never lowers what it holds of a pool, so that only cliques, crowds and
    pairs that exclude each other need whole runs.
    """
    if isinstance(certificate, NodeUseCertificate | ChainCertificate):
        return None
    if isinstance(certificate, ConflictCertificate | EnumerationCertificate):
        return searched(view)
    if isinstance(certificate, UnservedCertificate) and not view.is_rigid:
        return OFFERED if is_linked(view, certificate.demand) else None
    whole = getattr(certificate, "cliques", ()) or getattr(certificate, "crowds", ())
    return None if view.is_rigid and not whole else searched(view)


def _recompute(
    view: View,
    certificate: UtilisationCertificate
    | BranchingCertificate
    | KnapsackCertificate
    | NodeUseCertificate
    | ShortestCertificate
    | ChainCertificate,
) -> float | None:
    """Return the bound that follows, if any."""
    is_latency = view.instance.objective == "latency"
    if isinstance(certificate, ShortestCertificate):
        return shortest_bound(view) if is_latency else None
    if isinstance(certificate, ChainCertificate):
        return chain_bound(view) if is_latency else None
    if is_latency:
        return None
    if isinstance(certificate, NodeUseCertificate):
        return node_use_bound(view, certificate.price)
    if isinstance(certificate, KnapsackCertificate):
        return knapsack_bound(view, certificate.pool)
    if isinstance(certificate, BranchingCertificate):
        return cases_bound(view, certificate)
    return price_bound(view, certificate.price, certificate.cliques, certificate.clique_price)


def _misshapen(view: View, certificate: EntanglementCertificate) -> CheckedBound | None:
    """Return the refusal of numbers that name nothing, of negative prices and of false cliques."""
    demands = len(view.demands)
    if isinstance(certificate, UtilisationCertificate):
        return (
            _priced(certificate.price, len(view.pools), "pools")
            or _priced(certificate.clique_price, len(certificate.cliques), "cliques")
            or _false_cliques(view, certificate.cliques)
        )
    if isinstance(certificate, BranchingCertificate):
        return (
            _misshapen_cases(view, certificate)
            or _false_cliques(view, certificate.cliques)
            or _false_crowds(view, certificate.crowds)
        )
    if isinstance(certificate, OverloadCertificate):
        return _priced(certificate.price, len(view.pools), "pools")
    if isinstance(certificate, NodeUseCertificate):
        return _priced(certificate.price, len(view.network.names), "nodes")
    if isinstance(certificate, KnapsackCertificate) and certificate.pool >= len(view.pools):
        return refused("certificate-shape", f"there is no pool {certificate.pool}")
    named: tuple[int, ...] = ()
    if isinstance(certificate, UnservedCertificate):
        named = (certificate.demand,)
    elif isinstance(certificate, ConflictCertificate):
        named = (certificate.first, certificate.second)
    for demand in named:
        if demand >= demands:
            return refused("certificate-shape", f"there is no demand {demand}")
    return None


def _misshapen_cases(view: View, certificate: BranchingCertificate) -> CheckedBound | None:
    leaves = len(certificate.admitted)
    tables = (
        (certificate.price, len(view.pools)),
        (certificate.clique_price, len(certificate.cliques)),
        (certificate.crowd_price, len(certificate.crowds)),
    )
    if not leaves or len(certificate.left_out) != leaves:
        return refused("certificate-shape", "there is not one case per leaf")
    for table, columns in tables:
        if table.size != leaves * columns or (columns and len(table) != leaves):
            return refused("certificate-shape", "there is not one price per leaf and constraint")
        fault = _ill_priced(table, "a leaf")
        if fault is not None:
            return fault
    cases = cases_of(certificate)
    if cases is None or max((j for case in cases for j in case), default=0) >= len(view.demands):
        return refused("certificate-shape", "a leaf contradicts itself, or names no demand")
    if not are_all(cases):
        return refused("certificate-cases", "the leaves are not all cases of a tree")
    return None


def _false_crowds(view: View, crowds: tuple[tuple[int, ...], ...]) -> CheckedBound | None:
    known = Crowds(view)
    for members in crowds:
        if len(set(members)) < len(members) or max(members, default=0) >= len(view.demands):
            return refused("certificate-shape", "a crowd names a demand twice, or none at all")
        if not members or not known.exclude(members):
            names = ", ".join(view.demands[j].name for j in members)
            return refused("certificate-crowd", f"all of {names or 'no demands'} may be admitted")
    return None


def _priced(price: FloatArray, count: int, what: str) -> CheckedBound | None:
    if len(price) != count:
        return refused("certificate-shape", f"{len(price)} prices for {count} {what}")
    return _ill_priced(price, what)


def _ill_priced(price: FloatArray, what: str) -> CheckedBound | None:
    if (price < 0).any():
        return refused("certificate-price", f"a price of {what} is below zero")
    if not keeps_digits(price):
        message = f"a price of {what} is neither 0 nor between {TINY:g} and {HUGE:g}"
        return refused("certificate-price", message)
    return None


def _false_cliques(view: View, cliques: tuple[tuple[int, ...], ...]) -> CheckedBound | None:
    known = Conflicts(view)
    for members in cliques:
        if len(set(members)) < len(members) or max(members, default=0) >= len(view.demands):
            return refused("certificate-shape", "a clique names a demand twice, or none at all")
        for place, first in enumerate(members):
            for second in members[:place]:
                if not known.exclude(first, second):
                    names = f"{view.demands[first].name} and {view.demands[second].name}"
                    return refused("certificate-clique", f"{names} may both be admitted")
    return None


def _check_infeasible(view: View, certificate: Infeasible) -> CheckedBound:
    """Check that mandatory demands cannot all be admitted."""
    known = Conflicts(view)
    named: list[int] = []
    if isinstance(certificate, UnservedCertificate):
        named, holds = [certificate.demand], not known.usable(certificate.demand)
        reasons = unserved_reasons(view, certificate.demand)
    elif isinstance(certificate, ConflictCertificate):
        named = [certificate.first, certificate.second]
        holds = certificate.first != certificate.second and known.exclude(*named)
        reasons = conflict_reasons(view, *named)
    else:
        surplus = overload(view, certificate.price)
        holds = surplus is not None
        reasons = overload_reasons(view, certificate.price)
    if not holds or not all(view.demands[demand].mandatory for demand in named):
        where = f"`{certificate.kind}` does not show that there is no schedule"
        return refused("certificate-kind", where)
    return CheckedBound(
        bounds={}, infeasible=True, reasons=reasons, scope=scope_of_bound(view, certificate)
    )


def _check_enumeration(
    instance: EntanglementScheduling, certificate: EnumerationCertificate
) -> CheckedBound:
    found = enumerate_all(instance)
    if found is None:
        return refused("certificate-kind", "there is too much to enumerate")
    if found.value is None:
        if certificate.value is not None:
            return refused("certificate-value", f"{certificate.value!r} claimed, there is no plan")
        return CheckedBound(bounds={}, source="enumeration", infeasible=True,
                            scope=searched(instance.view),
                            reasons=exhausted_reasons(instance.view))  # fmt: skip
    if certificate.value is None:
        return refused("certificate-kind", "there is a schedule that keeps every limit")
    return CheckedBound(
        bounds={instance.objective: found.value},
        scope=searched(instance.view),
        source="enumeration",
        violations=tuple(compare_values(instance.objective, certificate.value, found.value)),
    )
