"""Who sends what, once every shard has its device."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.overlaps import Atoms, atoms, cut_points
from planner.models.checkpoint_resharding.plan import TransfersPlan
from planner.models.checkpoint_resharding.view import View


def plan_transfers(view: View, device: IntArray) -> TransfersPlan:
    """Return the transfers that complete the shards on `device[shard]`, each range sent once.

    Where several devices hold a range, those on the node of the receiver send first, and among
    equals the sending is dealt round.
    """
    cuts = cut_points(view.wanted, view.held)
    holders = atoms(view.held, cuts)
    missing = _missing(atoms(view.wanted.of(device), cuts), holders, len(view.names))
    sender = _senders(view, missing, holders)
    return _joined(cuts, missing, sender, device)


def _missing(needed: Atoms, holders: Atoms, devices: int) -> Atoms:
    """Return what devices need and do not hold, sorted by piece."""
    wanted = needed.piece * devices + needed.owner
    held = holders.piece * devices + holders.owner
    at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    lacks = held[at] != wanted
    return Atoms(needed.piece[lacks], needed.owner[lacks])


def _senders(view: View, missing: Atoms, holders: Atoms) -> IntArray:
    """Return the sender of every missing piece; every piece has a holder."""
    nodes = int(view.node[-1]) + 1
    # Holders by piece and node, so that those on one node stand together.
    key = holders.piece * nodes + view.node[holders.owner]
    order = np.argsort(key, kind="stable")
    key, owner = key[order], holders.owner[order]
    near = missing.piece * nodes + view.node[missing.owner]
    first, stop = np.searchsorted(key, near, side="left"), np.searchsorted(key, near, side="right")
    far = missing.piece * nodes
    is_far = first == stop
    first = np.where(is_far, np.searchsorted(key, far, side="left"), first)
    stop = np.where(is_far, np.searchsorted(key, far + nodes, side="left"), stop)
    # Pieces with the same first and last holder have, as a rule, the same holders.
    turn = _turns(owner[first] * len(view.names) + owner[stop - 1])
    sender: IntArray = owner[first + turn % (stop - first)]
    return sender


def _turns(group: IntArray) -> IntArray:
    """Return how many earlier entries are of the same group."""
    order = np.argsort(group, kind="stable")
    ranked = group[order]
    turn = np.empty(len(group), dtype=np.int64)
    turn[order] = np.arange(len(group)) - np.searchsorted(ranked, ranked, side="left")
    return turn


def _joined(cuts: IntArray, missing: Atoms, sender: IntArray, device: IntArray) -> TransfersPlan:
    """Return the plan with neighbouring pieces of one sender and receiver as one transfer."""
    order = np.lexsort((missing.piece, sender, missing.owner))
    piece, receiver, sender = missing.piece[order], missing.owner[order], sender[order]
    begins = np.ones(len(piece), dtype=bool)
    begins[1:] = (
        (receiver[1:] != receiver[:-1])
        | (sender[1:] != sender[:-1])
        | (piece[1:] != piece[:-1] + 1)
    )
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(piece))[: len(first)] - 1
    return TransfersPlan(
        device=device,
        sender=sender[first],
        receiver=receiver[first],
        start=cuts[piece[first]],
        stop=cuts[piece[last] + 1],
    )
