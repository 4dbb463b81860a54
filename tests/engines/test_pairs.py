"""Every pair of backends, in both orders: several of them bring a HiGHS of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "support" / "engine_pair.py"
BACKENDS = ("highs", "pulp_highs", "pulp_own", "cbc", "cpsat", "clarabel", "scs")


@pytest.mark.slow
def test_every_pair_in_both_orders() -> None:
    """No crash and no wrong value, whichever library is loaded first.

    MathOpt's HiGHS is not among them: after PuLP's it crashes, and it is never used.
    """
    command = [sys.executable, str(SCRIPT), *BACKENDS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "", done.stderr
