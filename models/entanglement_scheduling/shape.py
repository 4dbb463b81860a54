"""Rigid shapes: which pools of qubits a protocol holds, and when, counted from its start."""

from dataclasses import dataclass

from planner.models.base.arrays import IntArray


@dataclass(frozen=True, slots=True)
class Shape:
    """What one repetition occupies: segment i holds one qubit of `pool[i]` in [begin, end).

    Segments are half-open, in slots from the start of the protocol; touching is allowed. Two
    segments of one pool at the same time hold two of its qubits.
    """

    length: int
    """Slots from the start to the end of the protocol."""
    pool: IntArray
    """(segments,)."""
    begin: IntArray
    end: IntArray

    def busy(self, pools: int) -> IntArray:
        """Return the qubit-slots that one repetition takes of each pool, (pools,)."""
        import numpy as np

        return np.bincount(self.pool, self.end - self.begin, minlength=pools).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Quality:
    """What a protocol delivers; fidelities and probabilities lie in [0, 1]."""

    fidelity: float
    """Without decoherence."""
    decohered: float
    """With the waiting times of the protocol; see `quality`."""
    success: float
    """Probability that every generation, swap and distillation of one repetition succeeds."""
