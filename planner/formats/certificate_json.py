"""The proof alone, as JSON: bound, gap, certificate, and the digest of the instance it is for."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.base.instance import Instance
    from planner.results.result import Result

FORMAT = Format(
    name="certificate-json",
    summary="Bound, gap and the certificate that proves the bound, for a checker of your own.",
    suffixes=(".json",),
    write="planner.formats.certificate_json:write",
)

VERSION = "planner-certificate/1"


def write(result: "Result", instance: "Instance", path: Path, options: Options) -> list[Path]:
    """Write the certificate with the claims it backs; `docs/` explains how to check each kind."""
    if result.certificate is None:
        message = f"the result of `{result.method}` holds no certificate"
        raise CapabilityError(f"{message}; a bound from `{result.bound_source}` cannot be exported")
    objective = result.objective.model_dump(mode="json") if result.objective is not None else None
    values = {
        "format": VERSION,
        "problem": result.problem,
        "instance": {"name": result.instance.name, "sha256": result.instance.sha256},
        "status": result.status,
        "objective": objective,
        "bound": result.bound,
        "bound_source": result.bound_source,
        "bound_scope": result.bound_scope,
        "gap": result.gap,
        "certificate": result.certificate.model_dump(mode="json", by_alias=True),
        "why": [reason.model_dump(mode="json") for reason in result.why],
    }
    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return [path]
