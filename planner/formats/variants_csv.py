"""The variants that no other beats in objective and costs together, one line each."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining
    from planner.results.result import Result

FORMAT = Format(
    name="variants-csv",
    summary="The Pareto front: objective, memory overhead, period and staleness per variant.",
    problems=("wan_training",),
    suffixes=(".csv",),
    write="planner.formats.variants_csv:write",
)


def write(result: "Result", instance: "WanTraining", path: Path, options: Options) -> list[Path]:
    """Write the front in base units (B/s or a share, bytes, steps), the best objective first.

    Raises `CapabilityError` for a result whose proof is no enumeration.
    """
    from planner.models.wan_training.certificate import EnumerationCertificate

    proof = result.certificate
    if not isinstance(proof, EnumerationCertificate):
        message = "the result holds no enumeration; solve with the method `exhaustive`"
        raise CapabilityError(message)
    columns = (
        proof.front_variant,
        proof.front_value.tolist(),
        proof.front_memory.tolist(),
        proof.front_period.tolist(),
        proof.front_staleness.tolist(),
    )
    costs = ("memory_overhead", "synchronisation_period", "staleness")
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("variant", instance.objective, *costs))
        for name, *row in zip(*columns, strict=True):
            table.writerow((name, *map(repr, row)))
    return [path]
