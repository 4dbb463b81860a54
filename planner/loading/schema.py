"""Follows a path through the types of an instance: which fields there are, and their kinds."""

import functools
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo

from planner.loading.paths import Path
from planner.loading.tree import inside


@dataclass(frozen=True, slots=True)
class Kind:
    """One type that a value may have, and the labels by which pydantic tells it from others."""

    type: Any
    labels: frozenset[str] = frozenset()

    @property
    def model(self) -> type[BaseModel] | None:
        """The type as a model, if it is one."""
        is_model = isinstance(self.type, type) and issubclass(self.type, BaseModel)
        return self.type if is_model else None

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """The fields of a model by the names the user writes."""
        return _fields(self.model) if self.model is not None else {}

    @property
    def is_mapping(self) -> bool:
        """Whether any key may stand in it."""
        return _is_subclass(typing.get_origin(self.type) or self.type, Mapping)

    @property
    def is_list(self) -> bool:
        """Whether it is a list of values."""
        origin = typing.get_origin(self.type) or self.type
        return _is_subclass(origin, Sequence) and origin not in (str, bytes)

    @property
    def is_open(self) -> bool:
        """Whether nothing is known about what is inside."""
        return self.type is Any or self.type is object

    def child(self, step: str | int) -> "tuple[Kind, ...]":
        """Return the kinds of what stands at `step` inside."""
        arguments = typing.get_args(self.type)
        if isinstance(step, str):
            if self.model is not None:
                info = self.fields.get(step)
                return kinds(info.annotation) if info is not None else ()
            return kinds(arguments[1]) if self.is_mapping and len(arguments) == 2 else ()
        if not self.is_list or not arguments:
            return ()
        is_fixed = len(arguments) > 1 and arguments[1] is not Ellipsis
        if not is_fixed:
            return kinds(arguments[0])
        return kinds(arguments[step]) if step < len(arguments) else ()


@functools.cache
def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def kinds(annotation: Any) -> tuple[Kind, ...]:
    """Return the types that an annotation allows, unions taken apart, `None` left out."""
    return tuple(_kinds(annotation, frozenset()))


def _kinds(annotation: Any, labels: frozenset[str]) -> Iterator[Kind]:
    origin = typing.get_origin(annotation)
    if isinstance(annotation, typing.TypeAliasType if hasattr(typing, "TypeAliasType") else ()):
        yield from _kinds(annotation.__value__, labels)
    elif origin is Annotated:
        inner, *marks = typing.get_args(annotation)
        tags = {mark.tag for mark in marks if isinstance(mark, Tag)}
        yield from _kinds(inner, labels | tags)
    elif origin is typing.Union or origin is UnionType:
        for member in typing.get_args(annotation):
            yield from _kinds(member, labels)
    elif annotation is not NoneType:
        kind = Kind(annotation)
        yield Kind(annotation, labels | set(_own_labels(kind)))


def _own_labels(kind: Kind) -> Iterator[str]:
    if kind.model is not None:
        yield kind.model.__name__
        for info in kind.fields.values():
            yield from _literals(info)


def _literals(info: FieldInfo) -> tuple[str, ...]:
    if typing.get_origin(info.annotation) is not Literal:
        return ()
    return tuple(str(value) for value in typing.get_args(info.annotation))


def fitting(candidates: Sequence[Kind], data: object) -> tuple[Kind, ...]:
    """Return the kinds that `data` seem to be meant as; all of them where none fits."""
    if isinstance(data, dict):
        shaped = [kind for kind in candidates if kind.model is not None or kind.is_mapping]
        found = [kind for kind in shaped if _tags_agree(kind, data)] or shaped
    elif isinstance(data, list):
        found = [kind for kind in candidates if kind.is_list]
    else:
        found = []
    return tuple(found or candidates)


def _tags_agree(kind: Kind, data: dict[str, Any]) -> bool:
    return all(
        key not in data or not _literals(info) or str(data[key]) in _literals(info)
        for key, info in kind.fields.items()
    )


def kinds_at(model: type[BaseModel], path: Path, data: object) -> tuple[Kind, ...]:
    """Return the kinds of what stands at `path` in an instance, as far as they are known."""
    found: tuple[Kind, ...] = (Kind(model),)
    for step in path:
        found = tuple(child for kind in fitting(found, data) for child in kind.child(step))
        data = inside(data, step)
    return fitting(found, data)


def field_names(candidates: Sequence[Kind]) -> list[str]:
    """Return the names of the fields that the kinds have, each once."""
    return list(dict.fromkeys(name for kind in candidates for name in kind.fields))


def _is_subclass(candidate: Any, base: type) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, base)
