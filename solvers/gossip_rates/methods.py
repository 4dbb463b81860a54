"""The methods of gossip rates, and how `auto` picks one."""

from planner.models.gossip_rates.instance import GossipRates
from planner.solvers.contract import Choice, Method
from planner.solvers.gossip_rates import newton

_ROOM = "planner.solvers.gossip_rates"

METHODS = (
    Method(
        name="newton",
        proves="exact",
        summary="Condensed Newton on the rates: exact for up to some thousand edges.",
        entry=f"{_ROOM}.newton:solve",
        refuses=newton.refuses,
    ),
)


def choose(instance: GossipRates) -> Choice:
    """Return the method for an instance, and why."""
    return Choice("newton", "a network of moderate size")
