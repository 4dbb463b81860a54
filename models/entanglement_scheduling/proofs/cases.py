"""Bounds case by case: demands that are admitted or left out, and prices for each case."""

from collections.abc import Sequence

from planner.models.entanglement_scheduling.certificate import BranchingCertificate
from planner.models.entanglement_scheduling.proofs.bounds import alternatives_of, price_bound
from planner.models.entanglement_scheduling.view import View

Case = dict[int, bool]
"""Demand -> whether it is admitted."""


def cases_bound(view: View, certificate: BranchingCertificate) -> float:
    """Return the bound of the worst leaf of a certificate whose numbers are sound."""
    table = alternatives_of(view)
    # Without sets a table has no columns, and may have lost its rows on the way.
    leaves = len(certificate.admitted)
    clique_price = certificate.clique_price.reshape(leaves, -1)
    crowd_price = certificate.crowd_price.reshape(leaves, -1)
    return max(
        price_bound(
            view,
            certificate.price[leaf],
            certificate.cliques,
            clique_price[leaf],
            table,
            crowds=certificate.crowds,
            crowd_price=crowd_price[leaf],
            admitted=certificate.admitted[leaf],
            left_out=certificate.left_out[leaf],
        )
        for leaf in range(leaves)
    )


def cases_of(certificate: BranchingCertificate) -> list[Case] | None:
    """Return the case of each leaf, or `None` where one contradicts itself."""
    found = []
    for admitted, left_out in zip(certificate.admitted, certificate.left_out, strict=True):
        if set(admitted) & set(left_out):
            return None
        found.append(dict.fromkeys(admitted, True) | dict.fromkeys(left_out, False))
    return found


def are_all(cases: Sequence[Case]) -> bool:
    """Return whether every set of demands belongs to one of the cases.

    A demand that all cases name splits them into two groups, which are looked at in the same way;
    the cases of a tree always have one. Others may be refused although they are all.
    """
    waiting = [list(cases)]
    while waiting:
        group = waiting.pop()
        if any(not case for case in group):
            continue
        common = set.intersection(*(set(case) for case in group)) if group else set()
        if not common:
            return False
        demand = min(common)
        for side in (True, False):
            waiting.append(
                [
                    {other: told for other, told in case.items() if other != demand}
                    for case in group
                    if case[demand] is side
                ]
            )
    return True
