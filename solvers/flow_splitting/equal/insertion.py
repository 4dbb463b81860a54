"""Insert flows one after another within a given time, each in as few equal parts as fit.

A flow of size w goes in k equal parts on k different paths; the least k is taken for which k paths
have room for w / k each. A path is a spine with one link upwards and one downwards, so that with
parallel links two parts of a flow may share a link at one end. As in `insertion`, flows that share
no leaf are placed together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.explicit import StepParts, join, no_parts
from planner.solvers.flow_splitting.insertion import rounds

_FITS = 1 + 1e-11
"""A link may be exceeded by this relative length: it is rounding."""


@dataclass(frozen=True, eq=False)
class Room:
    """What the links still take: room[leaf, spine, lane], upwards and downwards."""

    up: FloatArray
    down: FloatArray


def room_beside(fabric: Fabric, flows: Flows, parts: StepParts, time: float) -> Room:
    """Return the room that parts leave on the links within a time."""
    room = Room(fabric.up * (time * _FITS), fabric.down * (time * _FITS))
    take(flows, parts, room)
    return room


def insert_cut(
    flows: Flows, order: IntArray, room: Room, run: Run, *, tight: bool
) -> tuple[StepParts, IntArray]:
    """Place the flows of `order`, in that order, and take their room from `room`.

    Returns the parts, and the flows that fit in no number of parts; those that a stop of the run
    left over are among them. `tight` prefers the paths with the least room that is enough,
    otherwise those with the most.
    """
    placed, failed = [no_parts()], [np.zeros(0, dtype=np.int64)]
    for at in rounds(flows.source[order], flows.target[order], len(room.up)):
        flow = order[at]
        if run.stopping() is not None:
            failed.append(flow)
            continue
        parts, is_placed = insert_round(flows, flow, room, tight=tight)
        placed.append(parts)
        failed.append(flow[~is_placed])
    return join(placed), np.concatenate(failed)


def insert_round(
    flows: Flows, flow: IntArray, room: Room, *, tight: bool
) -> tuple[StepParts, NDArray[np.bool_]]:
    """Place flows that share no leaf and take their room; return parts and which flows fit."""
    up, down = room.up[flows.source[flow]], room.down[flows.target[flow]]
    path = np.minimum(up[:, :, :, None], down[:, :, None, :])
    may_fit = _may_fit(path.reshape(len(flow), -1), flows.size[flow])
    is_placed, pieces = np.zeros(len(flow), dtype=bool), []
    while may_fit.any():
        count = int(may_fit.any(axis=0).argmax()) + 1
        row = np.flatnonzero(may_fit[:, count - 1])
        may_fit[row, count - 1] = False
        size = flows.size[flow[row]] / count
        fits = _paths_for(up[row], down[row], size)
        has_room = fits.sum(axis=(1, 2, 3)) >= count
        row, fits, size = row[has_room], fits[has_room], size[has_room]
        rank = up[row][:, :, :, None] + down[row][:, :, None, :] if tight else -path[row]
        rank = np.where(fits, rank, np.inf).reshape(len(row), may_fit.shape[1])
        chosen = np.argpartition(rank, count - 1, axis=1)[:, :count]
        spine, up_lane, down_lane = np.unravel_index(chosen.ravel(), path.shape[1:])
        at = np.repeat(flow[row], count)
        pieces.append(StepParts(at, spine, np.repeat(size, count), up_lane, down_lane))
        is_placed[row], may_fit[row] = True, False
    parts = join(pieces) if pieces else no_parts()
    take(flows, parts, room)
    return parts, is_placed


def _may_fit(path: FloatArray, size: FloatArray) -> NDArray[np.bool_]:
    """Return whether a flow may fit in k parts, [flow, k - 1]: surely so if no paths share links.

    The k-th widest path needs room for one of k parts. Flows that fit whole stay whole.
    """
    may_fit = np.zeros(path.shape, dtype=bool)
    may_fit[:, 0] = path.max(axis=1) >= size
    row = np.flatnonzero(~may_fit[:, 0])
    ranked = -np.sort(-path[row], axis=1)
    counts = np.arange(1, path.shape[1] + 1)
    may_fit[row] = (ranked * counts >= size[row, None]) & (ranked > 0)
    return may_fit


def _paths_for(up: FloatArray, down: FloatArray, size: FloatArray) -> NDArray[np.bool_]:
    """Return a set of paths [flow, spine, up lane, down lane] that take a part of `size` each.

    Together: links that several of the paths share have room for all of them. Lanes upwards are
    served in turn by the lanes downwards that can take most parts (as in the proof of Gale and
    Ryser's theorem).
    """
    if up.shape[2] == down.shape[2] == 1:
        is_wide: NDArray[np.bool_] = (
            np.minimum(up, down)[:, :, :, None] >= size[:, None, None, None]
        )
        return is_wide
    sends, takes = (np.floor(room / size[:, None, None]) for room in (up, down))
    found = np.zeros((*up.shape, down.shape[2]), dtype=bool)
    for lane in range(up.shape[2]):
        rank = np.argsort(np.argsort(-takes, axis=2, kind="stable"), axis=2)
        found[:, :, lane] = (takes >= 1) & (rank < sends[:, :, lane, None])
        takes = takes - found[:, :, lane]
    return found


def take(flows: Flows, parts: StepParts, room: Room) -> None:
    """Take the room of parts from `room`."""
    source, target = flows.source[parts.flow], flows.target[parts.flow]
    np.subtract.at(room.up, (source, parts.spine, parts.up_lane), parts.size)
    np.subtract.at(room.down, (target, parts.spine, parts.down_lane), parts.size)


def give_back(flows: Flows, parts: StepParts, room: Room) -> None:
    """Give the room of parts back to `room`."""
    source, target = flows.source[parts.flow], flows.target[parts.flow]
    np.add.at(room.up, (source, parts.spine, parts.up_lane), parts.size)
    np.add.at(room.down, (target, parts.spine, parts.down_lane), parts.size)
