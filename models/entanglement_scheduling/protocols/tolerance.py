"""When a fidelity counts as reached."""

ROUNDING = 1e-12
"""What the order of multiplication may change of a fidelity."""


def reaches(fidelity: float, target: float) -> bool:
    """Whether a fidelity is at least a target, but for rounding."""
    return fidelity >= target - ROUNDING
