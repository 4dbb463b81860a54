"""Matchings and how often each is switched on, as MATCHA's runtime takes them."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="matcha",
    summary="Matchings as lists of pairs of ranks, with the share of rounds that each one gets.",
    problems=("gossip_rates",),
    suffixes=(".json",),
    write="planner.formats.matcha:write",
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write matchings whose shares are the plan.

    `share` sums to 1, for rounds of one matching each; `activation` is the same scaled so that the
    most frequent matching is always on, for matchings that are switched on independently.
    """
    from planner.formats.gossip.levels import matchings
    from planner.formats.gossip.planned import planned, write_json

    found = planned(result, instance, rates=True)
    parts = matchings(found)
    pairs = [[found.view.ends[edge].tolist() for edge in edges] for edges, _ in parts]
    weights = [weight for _, weight in parts]
    total, most = sum(weights), max(weights)
    values = {
        "nodes": found.names,
        "matchings": pairs,
        "share": [weight / total for weight in weights],
        "activation": [weight / most for weight in weights],
    }
    return write_json(path, values)
