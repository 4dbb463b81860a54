"""One catalog entry: where a problem's rooms are, named but not imported."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A plannable problem.

    `models` names a package that offers `Instance`, `PLANS`, `CERTIFICATES`, `evaluate(instance,
    plan)` and `check_certificate(instance, certificate)`, and ships `template.yaml`. `solvers`
    names a package that offers `METHODS` and `choose(instance)`.
    """

    name: str
    title: str
    summary: str
    models: str
    solvers: str
    schema_version: int = 1
    combinatorial: bool = True
    """Whether claimed and evaluated objective must agree to 1e-9 (else 1e-6)."""
    migrations: Mapping[int, str] = field(default_factory=dict)
    """From schema version n: `module:function` that turns raw data of version n into n + 1."""
    samples: str | None = None
    """`module:function` `(rng) -> dict`: a small random instance, for the conformance suite."""
    enumerate_optimum: str | None = None
    """`module:function` `(instance) -> float | None`: the optimum by complete enumeration."""
    report: str | None = None
    """`module:function` `(instance, plan) -> mapping`: what `plan-json` adds to a plan for people
    and programmes that do not know the model; `planner evaluate` skips it."""
    instances: str | None = None
    """Folder of shipped instances with their `answers.toml`, relative to the checkout."""

    def model_room(self) -> ModuleType:
        """Import the package with the instance, the plans, the evaluator and the check."""
        return importlib.import_module(self.models)

    def solver_room(self) -> ModuleType:
        """Import the package with the methods (their metadata only)."""
        return importlib.import_module(self.solvers)

    def template(self) -> str:
        """Return the commented template instance that `planner new` writes."""
        return resources.files(self.models).joinpath("template.yaml").read_text(encoding="utf-8")


def resolve(entry: str) -> Callable[..., Any]:
    """Import `package.module:function` and return the function."""
    module, _, name = entry.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
