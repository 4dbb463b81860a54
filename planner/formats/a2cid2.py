"""The constants of accelerated asynchronous gossip (A2CiD2) for a plan."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="a2cid2",
    summary="Constants of A2CiD2 (eta, alpha, alpha_tilde, chi1, chi2) with the rates.",
    problems=("gossip_rates",),
    suffixes=(".json",),
    write="planner.formats.a2cid2:write",
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write the constants; times are in seconds, or in the unit of the rates."""
    from planner.formats.gossip.planned import planned, write_json
    from planner.models.gossip_rates.accelerated import constants

    found = planned(result, instance, rates=True)
    try:
        figures = constants(found.view.nodes, found.ends, found.rate)
    except ValueError:
        raise CapabilityError("the rates leave the network in pieces: no constants exist") from None
    edges = [
        {"a": found.names[a], "b": found.names[b], "rate": rate}
        for (a, b), rate in zip(found.ends.tolist(), found.rate.tolist(), strict=True)
    ]
    values = {
        "unit": found.view.unit,
        "chi1": figures.chi1,
        "chi2": figures.chi2,
        "eta": figures.eta,
        "alpha": figures.alpha,
        "alpha_tilde": figures.alpha_tilde,
        "guaranteed_rate": figures.guaranteed_rate,
        "total_rate": float(found.rate.sum()),
        "edges": edges,
    }
    return write_json(path, values)
