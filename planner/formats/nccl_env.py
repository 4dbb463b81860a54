"""Environment variables of NCCL that come closest to a plan.

NCCL opens the same number of queue pairs for every connection and either cuts each message into
equal parts over them or sends whole messages in turn. It does not choose spines: what it sets is
how many paths a flow may take.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting
    from planner.results.result import Result

FORMAT = Format(
    name="nccl-env",
    summary="NCCL variables for queue pairs per connection and splitting, as the plan suggests.",
    problems=("flow_splitting",),
    suffixes=(".env", ".sh"),
    write="planner.formats.nccl_env:write",
)

MOST_QPS = 128
"""The most queue pairs per connection that NCCL accepts."""


def write(result: "Result", instance: "FlowSplitting", path: Path, options: Options) -> list[Path]:
    """Write the variables, with comments on what they can and cannot carry over.

    Raises `CapabilityError` when the plan does not tell how many parts flows have, or asks for
    more queue pairs than NCCL opens.
    """
    most = result.metrics.get("max_parts")
    if instance.view.fabric is None or not isinstance(most, int):
        raise CapabilityError("NCCL is told of parts per flow, which this plan does not have")
    if most > MOST_QPS:
        message = f"the plan cuts a flow into {most} parts; NCCL opens at most {MOST_QPS}"
        raise CapabilityError(f"{message}. Solve with `workload.splitting: whole` instead")
    split = most > 1
    lines = [
        f"# {result.instance.name}: {result.method}, at most {most} parts per flow.",
        "# These variables set how many queue pairs a connection has. Which spine each of them",
        "# takes is in the qp-table export; stock NCCL leaves that to the hash of the fabric.",
    ]
    if split and instance.workload.splitting == "free":
        lines += [
            "# The plan has parts of different sizes; NCCL cuts messages equally. Solve with",
            "# `--set workload.splitting=equal` for what stock NCCL can reach.",
        ]
    lines += [
        f"export NCCL_IB_QPS_PER_CONNECTION={max(most, 1)}",
        f"export NCCL_IB_SPLIT_DATA_ON_QPS={int(split)}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return [path]
