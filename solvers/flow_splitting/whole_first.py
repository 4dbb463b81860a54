"""Equal flows on alike spines: as many as fit stay whole, the others are told apart by colours."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.edges.equitable import Multigraph, colour
from planner.solvers.flow_splitting.edges.remainder import take_remainder
from planner.solvers.flow_splitting.packing.units import split_room
from planner.solvers.flow_splitting.whole import EqualFlows


@dataclass(frozen=True, eq=False)
class WholeFirst:
    """Flows as positions in the order of `group_by_pair`, slots as positions in `Even.slot`."""

    whole: IntArray
    """The flows that stay whole."""
    slot: IntArray
    """The slot of each of them."""
    cut: IntArray
    """The flows that are to be cut."""
    colour: IntArray
    """The colour of each of them; a leaf sends and receives at most one flow of each colour."""
    colours: int
    room: FloatArray
    """What is left on each slot at every leaf, in flows; in all at least `colours`."""


def whole_first(flows: EqualFlows, time: float) -> WholeFirst:
    """Choose the flows to cut and place the others, so that all finish within `time`.

    `time` is at least the flow bound, and all leaves are equally fast. With D flows at the busiest
    leaf of which B fit whole on its links, r = D - B flows of every leaf with D flows are cut. No
    plan cuts fewer there. They form r matchings, and the fractional room on the links of a leaf,
    T sum(c) / w - B >= r, takes one flow of each matching.
    """
    graph = flows.graph
    whole_room, room = split_room(flows.degree, flows.room(time))
    colours = max(0, flows.degree - int(whole_room.sum()))
    taken = take_remainder(graph, flows.degree, colours)
    slots = np.arange(len(whole_room))
    if not flows.even.has_one_speed:
        slots = np.repeat(slots, whole_room)
    kept = graph.count - taken
    place = np.arange(int(graph.count.sum())) - np.repeat(flows.pairs.first, graph.count)
    is_whole = place < np.repeat(kept, graph.count)
    return WholeFirst(
        whole=np.flatnonzero(is_whole),
        slot=slots[_colour_each(graph, kept, len(slots))],
        cut=np.flatnonzero(~is_whole),
        colour=_colour_each(graph, taken, colours),
        colours=colours,
        room=room,
    )


def _colour_each(graph: Multigraph, count: IntArray, colours: int) -> IntArray:
    """Return the colour of each of `count` edges per entry, entry after entry."""
    used = np.flatnonzero(count)
    if not len(used):
        return used
    found = colour(Multigraph(graph.left[used], graph.right[used], count[used]), colours)
    return np.repeat(found.colour, found.count)
