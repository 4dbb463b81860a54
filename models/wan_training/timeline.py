"""Simulates compute nodes and one first-in-first-out link, for many bandwidths at once.

Only steps in which something is sent or waited for are looked at. Inside a step the recursions of
the compute chain and of the queue unroll into running maxima over the parts, so that one numpy
expression handles a step at every bandwidth. Once the state at the end of a period repeats, the
rest of the periods take equally long (the system is linear in max-plus algebra).
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.wan_training.profile import Parts
from planner.models.wan_training.rhythm import Rhythm

SAME = 1e-12
"""Share of a period's length within which two states are taken for the same."""


class _Machine:
    """The clock of the compute nodes, the clock of the link, and what is under way."""

    def __init__(self, rhythm: Rhythm, transfer: FloatArray) -> None:
        self.rhythm, self.transfer = rhythm, transfer
        self.now = np.zeros(len(transfer))
        self.free = np.zeros(len(transfer))
        self.step = 0
        self.pending: dict[int, tuple[Parts, FloatArray]] = {}

    def advance(self, step: int) -> None:
        """Compute up to the end of `step`; nothing happens in the steps before it."""
        profile = self.rhythm.profile
        forward_end = self.now + (step - 1 - self.step) * profile.step_time + profile.forward
        if step in self.pending:
            parts, finish = self.pending.pop(step)
            forward_end = np.maximum(forward_end, (finish + parts.tail).max(axis=1))
        sent = self.rhythm.sends.get((step - 1) % self.rhythm.period + 1)
        if sent is not None:
            self.pending[step + 1 + self.rhythm.delay] = sent, self._send(sent, forward_end)
        self.now, self.step = forward_end + profile.backward, step

    def _send(self, sent: Parts, forward_end: FloatArray) -> FloatArray:
        """Return when each part is reduced, shape (bandwidths, parts); the link works in order.

        finish_k = max(free, max over j <= k of (release_j - D_(j-1))) + D_k, with D_k the seconds
        that the parts up to k take.
        """
        length = self.transfer[:, None] * sent.share + sent.starts * self.rhythm.latency
        total = np.cumsum(length, axis=1)
        start = forward_end[:, None] + sent.release - (total - length)
        finish = np.maximum(np.maximum.accumulate(start, axis=1), self.free[:, None]) + total
        self.free = finish[:, -1]
        return finish

    def state(self) -> dict[int, FloatArray]:
        """Return everything that decides about the future, relative to the clock and the step."""
        waits = {due - self.step: finish for due, (_, finish) in self.pending.items()}
        waits[0] = self.free[:, None]
        return {due: finish - self.now[:, None] for due, finish in waits.items()}

    def skip(self, periods: int, length: FloatArray) -> None:
        """Let whole periods pass, each of which takes `length` seconds."""
        steps, shift = periods * self.rhythm.period, periods * length
        self.now, self.free, self.step = self.now + shift, self.free + shift, self.step + steps
        self.pending = {
            due + steps: (parts, finish + shift[:, None])
            for due, (parts, finish) in self.pending.items()
        }


def makespan(rhythm: Rhythm, transfer: FloatArray) -> FloatArray:
    """Return the seconds until all counted steps are computed and all that was sent is reduced.

    Parameters
    ----------
    transfer
        Seconds of one all-reduce of the whole model without start-up, shape (n,).

    Returns
    -------
    FloatArray
        Shape (n,); convex and rising in `transfer`.

    """
    machine, period = _Machine(rhythm, transfer), rhythm.period
    offsets = sorted({*rhythm.sends, *((s + rhythm.delay) % period + 1 for s in rhythm.sends)})
    before, earlier = machine.state(), machine.now
    while machine.step < rhythm.steps:
        base = machine.step
        last = min(period, rhythm.steps - base)
        for offset in offsets:
            if offset <= last:
                machine.advance(base + offset)
        machine.now = machine.now + (base + last - machine.step) * rhythm.profile.step_time
        machine.step = base + last
        state, length = machine.state(), machine.now - earlier
        left = (rhythm.steps - machine.step) // period
        if left > 1 and _same(before, state, SAME * length[:, None]):
            machine.skip(left, length)
        before, earlier = state, machine.now
    ends = [finish.max(axis=1) for _, finish in machine.pending.values()]
    return np.asarray(np.max([machine.now, *ends], axis=0), dtype=np.float64)


def _same(
    before: dict[int, FloatArray], after: dict[int, FloatArray], tolerance: FloatArray
) -> bool:
    """Return whether two states agree; what is over since long is as good as over now."""
    return before.keys() == after.keys() and all(
        before[due].shape == after[due].shape
        and bool((np.abs(before[due].clip(0) - after[due].clip(0)) <= tolerance).all())
        for due in after
    )
