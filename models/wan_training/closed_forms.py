"""What is known about utilisation without simulating, for cross-checks and for reading results.

All forms are of the long run: start-up and the last all-reduce are left out.
"""

import numpy as np

from planner.models.base.arrays import FloatArray


def dp_step_time(layers: int, step_time: float, transfer: float) -> float:
    """Return the seconds of a step of data parallelism under the rules of the table.

    With u = T / (3 L - 1) the time of a compute node, c = x / L that of one layer's all-reduce:
    T + c if c <= u (only the all-reduce of the first layer is waited for), T - u + 2 c up to
    c = 2 u (those of the first two layers), and L u + 2 u + x above (the link is busy from the
    first gradient on).

    `transfer` is x, the seconds of an all-reduce of the whole model.
    """
    node, layer = step_time / (3 * layers - 1), transfer / layers
    if layer <= node or layers == 1:
        return step_time + layer
    if layer <= 2 * node:
        return step_time - node + 2 * layer
    return (layers + 2) * node + transfer


def diloco_utilisation(inner_steps: int, layers: int, step_time: float, transfer: float) -> float:
    """Return the utilisation of DiLoCo: only one step in H waits, as one of data parallelism."""
    computing = inner_steps * step_time
    stall = dp_step_time(layers, step_time, transfer) - step_time
    return computing / (computing + stall)


def co2_utilisation(inner_steps: int, step_time: float, all_reduce: FloatArray) -> FloatArray:
    """Return the utilisation of CO2: fully hidden exactly if tau t_step >= T_AR.

    Source: CO2 (arXiv 2401.16265); a block of tau local steps hides the all-reduce of the block
    before. `all_reduce` is T_AR in seconds, shape (n,).
    """
    block = inner_steps * step_time
    return np.asarray(block / np.maximum(block, all_reduce), dtype=np.float64)
