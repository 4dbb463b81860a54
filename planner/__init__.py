"""Plans for AI clusters and quantum networks, each with a bound that can be re-checked.

    import planner as pl

    result = pl.solve("fabric.yaml")
    print(result.status, result.value, result.bound_source)
    assert pl.verify(result)

Everything here is imported on first use, so that `import planner` costs next to nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.api.catalogue import methods, new, problems
    from planner.api.check import check
    from planner.api.compare import Comparison, compare
    from planner.api.evaluate import evaluate
    from planner.api.exchange import convert, export, import_
    from planner.api.explain import Explanation, explain
    from planner.api.load import load, replace
    from planner.api.recertify import Recertification, recertify
    from planner.api.schema import schema
    from planner.api.solve import solve
    from planner.api.verify import verify
    from planner.catalog import Problem
    from planner.models.base.artefacts import Certificate, Plan
    from planner.models.base.errors import (
        AuditError,
        BackendError,
        CapabilityError,
        Finding,
        InputError,
        PlannerError,
    )
    from planner.models.base.evaluation import Objective, Reason, Violation
    from planner.models.base.instance import Instance
    from planner.results.result import Result
    from planner.results.verification import Verification
    from planner.solvers.contract import Budget, Method, Progress

__all__ = [
    "AuditError",
    "BackendError",
    "Budget",
    "CapabilityError",
    "Certificate",
    "Comparison",
    "Explanation",
    "Finding",
    "InputError",
    "Instance",
    "Method",
    "Objective",
    "Plan",
    "PlannerError",
    "Problem",
    "Progress",
    "Reason",
    "Recertification",
    "Result",
    "Verification",
    "Violation",
    "__version__",
    "check",
    "compare",
    "convert",
    "evaluate",
    "explain",
    "export",
    "import_",
    "load",
    "methods",
    "new",
    "problems",
    "recertify",
    "replace",
    "schema",
    "solve",
    "verify",
]

__version__: str

_WHERE = {
    "planner.api.catalogue": ("methods", "new", "problems"),
    "planner.api.check": ("check",),
    "planner.api.compare": ("Comparison", "compare"),
    "planner.api.evaluate": ("evaluate",),
    "planner.api.exchange": ("convert", "export", "import_"),
    "planner.api.explain": ("Explanation", "explain"),
    "planner.api.load": ("load", "replace"),
    "planner.api.recertify": ("Recertification", "recertify"),
    "planner.api.schema": ("schema",),
    "planner.api.solve": ("solve",),
    "planner.api.verify": ("verify",),
    "planner.catalog": ("Problem",),
    "planner.models.base.artefacts": ("Certificate", "Plan"),
    "planner.models.base.errors": (
        "AuditError",
        "BackendError",
        "CapabilityError",
        "Finding",
        "InputError",
        "PlannerError",
    ),
    "planner.models.base.evaluation": ("Objective", "Reason", "Violation"),
    "planner.models.base.instance": ("Instance",),
    "planner.results.result": ("Result",),
    "planner.results.verification": ("Verification",),
    "planner.solvers.contract": ("Budget", "Method", "Progress"),
}
_MODULE = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("topoplan")
    elif name in _MODULE:
        value = getattr(importlib.import_module(_MODULE[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
