"""Reads matchings that a user lists: `a,b c,d; e,f`."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.errors import InputError, refuse
from planner.models.gossip_rates.instance import GossipRates


def given_matchings(instance: GossipRates, text: str) -> IntArray:
    """Return the number of the matching of each edge, -1 for edges in none, shape (m,).

    Blanks part the edges, semicolons the matchings. Raises `InputError` (`option-value`) for pairs
    that are no usable edge or stand twice, and for edges of one matching that meet.
    """
    view, names = instance.view, instance.topology.names()
    place_of = {(a, b): place for place, (a, b) in enumerate(view.ends.tolist())}
    colour = np.full(view.edges, -1, dtype=np.int64)
    groups = [words for group in text.split(";") if (words := group.split())]
    if not groups:
        raise _fault("there are none")
    for number, words in enumerate(groups):
        met: set[int] = set()
        for word in words:
            first, _, second = word.partition(",")
            a, b = names.find(first), names.find(second)
            pair = (-1, -1) if a is None or b is None else (min(a, b), max(a, b))
            edge = place_of.get(pair)
            if edge is None or not view.usable[edge]:
                raise _fault(f"`{word}` is no edge that may be used")
            if colour[edge] >= 0:
                raise _fault(f"`{word}` stands twice")
            if met & set(pair):
                raise _fault(f"`{word}` meets another edge of its matching")
            met |= set(pair)
            colour[edge] = number
    return colour


def _fault(message: str) -> InputError:
    return refuse(
        "option-value",
        f"option `matchings` of `matcha`: {message}",
        "Write pairs of node names: blanks between edges, semicolons between matchings.",
        path="matchings",
    )
