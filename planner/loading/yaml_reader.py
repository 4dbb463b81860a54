"""Reads YAML 1.2 from the events of PyYAML's C parser; nothing in a file can run code."""

import functools
from dataclasses import dataclass
from typing import Any

import yaml

from planner.loading import yaml_scalars, yaml_syntax
from planner.loading.limits import DEPTH, VALUES
from planner.loading.paths import format_path
from planner.loading.places import Place, Reading, Spot
from planner.models.base.errors import Finding, InputError

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HERE = Place(1, 1)
_NOTHING: dict[str | int, Spot] = {}  # Shared by all scalars, which have nothing inside.


def read_yaml(text: str) -> Reading:
    """Return the data of a YAML text.

    Raises `InputError` (`yaml-syntax`, `yaml-documents`, `too-deep`, `too-many-values`). Repeated
    keys, keys that are not text, tags, merge keys and bad aliases are findings of the reading.
    """
    composer = _Composer(text)
    data, _ = composer.compose()
    return Reading(data, lambda: _Composer(text, track=True).compose()[1], tuple(composer.findings))


@dataclass(slots=True)
class _Anchor:
    """What `&name` stands for; `size` counts its values, aliases written out."""

    value: Any
    spot: Spot
    size: int = 0
    is_open: bool = True


class _Composer:
    """Turns events into values and, if asked to `track`, into spots."""

    def __init__(self, text: str, *, track: bool = False) -> None:
        self.findings: list[Finding] = []
        self._text = text
        self._track = track
        self._parser = _Parser(text)
        self._anchors: dict[str, _Anchor] = {}
        self._path: list[str | int] = []
        self._values = 0
        self._nowhere = Spot(_HERE)

    def compose(self) -> tuple[Any, Spot]:
        """Return the value and the spot of the only document; `None` for an empty text."""
        try:
            return self._document()
        except yaml.YAMLError as error:
            found = yaml_syntax.explain(error, self._text)
            raise InputError([*self.findings, found]) from None

    def _document(self) -> tuple[Any, Spot]:
        self._parser.get_event()
        if isinstance(self._parser.get_event(), yaml.StreamEndEvent):
            return None, self._nowhere
        found = self._node(self._parser.get_event())
        self._parser.get_event()
        after = self._parser.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            message = "a second document begins here"
            fix = "Keep one instance per file: remove the `---` line or move the rest away."
            self._stop("yaml-documents", message, fix, after)
        return found

    def _node(self, event: Any) -> tuple[Any, Spot]:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        self._values += 1
        if self._values > VALUES:
            self._too_many(event)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag `{tag[:60]}` is not allowed"
            self._note("yaml-tag", message, "Remove the tag; write the plain value.", event)
        is_scalar = kind is yaml.ScalarEvent
        spot = self._nowhere
        if self._track:
            spot = Spot(_place(event), inside=_NOTHING if is_scalar else {})
        if is_scalar:
            value = yaml_scalars.resolve(event.value) if event.implicit[0] else event.value
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchor(value, spot, 1, is_open=False)
            return value, spot
        return self._collection(event, spot), spot

    def _collection(self, event: Any, spot: Spot) -> Any:
        if len(self._path) >= DEPTH:
            message = f"the lists and mappings are more than {DEPTH} levels deep"
            self._stop("too-deep", message, "Write the instance with fewer levels.", event)
        is_list = type(event) is yaml.SequenceStartEvent
        value: Any = [] if is_list else {}
        before = self._values - 1
        anchor = _Anchor(value, spot)
        if event.anchor is not None:
            self._anchors[event.anchor] = anchor
        if is_list:
            self._items(value, spot)
        else:
            self._pairs(value, spot)
        anchor.size, anchor.is_open = self._values - before, False
        return value

    def _items(self, values: list[Any], spot: Spot) -> None:
        while type(event := self._parser.get_event()) is not yaml.SequenceEndEvent:
            self._path.append(len(values))
            value, inner = self._node(event)
            self._path.pop()
            if self._track:
                spot.inside[len(values)] = inner
            values.append(value)

    def _pairs(self, values: dict[str, Any], spot: Spot) -> None:
        while type(event := self._parser.get_event()) is not yaml.MappingEndEvent:
            key = self._key(event)
            self._path.append("?" if key is None else key)
            if key is not None and key in values:
                message = f"the key `{key[:60]}` stands here twice"
                self._note("duplicate-key", message, "Keep one of the two.", event)
                key = None
            value, inner = self._node(self._parser.get_event())
            self._path.pop()
            if key is not None:
                values[key] = value
                if self._track:
                    inner.key = _place(event)
                    spot.inside[key] = inner

    def _key(self, event: Any) -> str | None:
        """Return the key that the event stands for, or `None` where the pair has to be skipped."""
        if type(event) is not yaml.ScalarEvent:
            self._path.append("?")
            value, _ = self._node(event)
            self._path.pop()
            if not isinstance(value, str):
                message = "a key is a list, a mapping or an alias"
                self._note("key-not-text", message, "Write the key as text.", event)
                return None
            return value
        if event.implicit[0] and event.value == "<<":
            fix = "Write the keys out; `*name` may still stand for a whole value."
            self._note("yaml-merge", "merge keys (`<<`) are not read", fix, event)
            return None
        key: str = event.value
        if event.tag is not None:
            self._note("yaml-tag", "a key has a tag", "Remove the tag.", event, key)
        elif event.implicit[0] and not _is_text(key):
            message = f"the key `{key[:60]}` is not text"
            self._note("key-not-text", message, f'Put it in quotes: `"{key[:60]}"`.', event, key)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(key, Spot(_place(event)), 1, is_open=False)
        return key

    def _alias(self, event: Any) -> tuple[Any, Spot]:
        anchor = self._anchors.get(event.anchor)
        if anchor is None or anchor.is_open:
            what = "is not defined above" if anchor is None else "stands inside what it names"
            message = f"the alias `*{event.anchor[:60]}` {what}"
            fix = "Write the value out, or define it with `&name` before its first use."
            self._note("yaml-alias", message, fix, event)
            return None, Spot(_place(event))
        self._values += anchor.size
        if self._values > VALUES:
            self._too_many(event)
        # The alias has a place of its own; what is inside stands where the anchor is.
        return anchor.value, Spot(_place(event), inside=anchor.spot.inside)

    def _too_many(self, event: Any) -> None:
        message = f"the file holds more than {VALUES:,} values, aliases written out"
        fix = "Move large tables into `.npz` or `.csv` side-cars and name them in the instance."
        self._stop("too-many-values", message, fix, event)

    def _note(self, code: str, message: str, fix: str, event: Any, *key: str) -> None:
        path, place = format_path((*self._path, *key)[:12]), _place(event)
        self.findings.append(
            Finding(
                code=code, message=message, fix=fix, path=path, line=place.line, column=place.column
            )
        )

    def _stop(self, code: str, message: str, fix: str, event: Any) -> None:
        self._note(code, message, fix, event)
        raise InputError(self.findings)


@functools.lru_cache(maxsize=1024)
def _is_text(key: str) -> bool:
    """Return whether a key without quotes is text; the same few keys come again and again."""
    return isinstance(yaml_scalars.resolve(key), str)


def _place(event: Any) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1)
