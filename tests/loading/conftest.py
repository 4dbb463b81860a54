"""A small problem of its own, so that loading is tested apart from the real problems."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from planner.catalog import Problem, registry
from planner.loading import load_instance
from planner.models.base.errors import Finding, InputError, Issue
from planner.models.base.instance import Instance
from planner.models.base.quantities import Rate, Size
from planner.models.base.record import Count, Name, Number, Record
from planner.models.base.sidecar import Sidecar
from planner.models.topologies.naming import Nodes


class Box(Record):
    """A thing with one number."""

    kind: Literal["box"]
    weight: Number


class Bag(Record):
    """A thing with two names."""

    kind: Literal["bag"]
    labels: tuple[Name, Name]


class Visit(Record):
    """Where a van goes."""

    place: Name = Field(alias="at")
    load: Size


class Van(Record):
    """Lists, mappings and quantities."""

    speed: Rate | None = None
    places: Nodes = 2
    visits: tuple[Visit, ...] = ()
    seats: dict[Name, tuple[Count, ...]] = Field(default_factory=dict)


class Depot(Instance):
    """Every shape of field that the loader has to explain."""

    problem: Literal["depot"]
    schema_version: Literal[3]
    colour: Literal["red", "green"] = "red"
    cargo: Annotated[Box | Bag, Field(discriminator="kind")] | None = None
    loose: Box | Bag | int | None = None
    van: Van = Van()
    table: Sidecar | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=9)] = 5
    window: tuple[Number, ...] | Number = 0.0

    def cross_check(self) -> Iterator[Issue]:
        """Refuse visits to a place called `nowhere`."""
        for index, visit in enumerate(self.van.visits):
            if visit.place == "nowhere":
                yield Issue(
                    code="unknown-node",
                    loc=("van", "visits", index, "at"),
                    message="there is no place `nowhere`",
                    fix="Name a place.",
                )


def from_one(data: dict[str, Any]) -> dict[str, Any]:
    """Bring version 1 to version 2: `color` became `colour`."""
    data["colour"] = data.pop("color")
    return data


def from_two(data: dict[str, Any]) -> dict[str, Any]:
    """Bring version 2 to version 3: `colour` is written small."""
    return {**data, "colour": data["colour"].lower()}


@pytest.fixture(autouse=True)
def depot(monkeypatch: pytest.MonkeyPatch) -> Problem:
    """Put the problem `depot` into the catalog, beside the real ones."""
    room = ModuleType("depot_models")
    room.Instance = Depot  # type: ignore[attr-defined]
    room.from_one, room.from_two = from_one, from_two  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "depot_models", room)
    problem = Problem(
        name="depot",
        title="Depot",
        summary="A problem for tests.",
        models="depot_models",
        solvers="depot_models",
        schema_version=3,
        migrations={1: "depot_models:from_one", 2: "depot_models:from_two"},
    )
    known = (problem, *registry.problems())
    monkeypatch.setattr(registry, "problems", lambda: known)
    return problem


HEAD = "problem: depot\nschema_version: 3\nname: a\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file: a text is put behind the head of an instance."""

    def write_file(body: str | bytes, name: str = "depot.yaml", *, head: bool = True) -> Path:
        path = tmp_path / name
        raw = body if isinstance(body, bytes) else ((HEAD if head else "") + body).encode()
        path.write_bytes(raw)
        return path

    return write_file


@pytest.fixture
def refused() -> Callable[..., list[Finding]]:
    """Return a function that loads what must be refused, and returns the findings."""

    def load(source: Any, *overrides: Any, **options: Any) -> list[Finding]:
        with pytest.raises(InputError) as caught:
            load_instance(source, overrides=overrides, **options)
        return list(caught.value.findings)

    return load


@pytest.fixture
def faults(
    write: Callable[..., Path], refused: Callable[..., list[Finding]]
) -> Callable[..., list[tuple[str, str, int | None]]]:
    """Return a function that writes a YAML body and returns (code, path, line) per finding."""

    def load(body: str, *overrides: Any) -> list[tuple[str, str, int | None]]:
        found = refused(write(body), *overrides)
        return [(finding.code, finding.path, finding.line) for finding in found]

    return load
