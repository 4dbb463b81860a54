"""A list of edges as a table: `a,b` and, if wanted, `bandwidth,latency,cost,km`.

Rates and latencies carry their unit (`10 Gbit/s`, `3 ms`); costs and lengths in km are bare.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.gossip.links import OPTIONS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

if TYPE_CHECKING:
    from planner.formats.gossip.links import Link

FORMAT = Format(
    name="edge-csv",
    summary="A network of workers as a table with the columns a, b and bandwidth, latency, cost.",
    problems=("gossip_rates",),
    suffixes=(".csv",),
    read="planner.formats.edge_csv:read",
    options=OPTIONS,
)
COLUMNS = ("a", "b", "bandwidth", "latency", "cost", "km")
_FORM = "Write a header such as `a,b,bandwidth,latency` and one edge per line."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of an edge list.

    Raises `InputError` (`import-syntax`) with every fault of the file.
    """
    from planner.formats.gossip.links import network

    file = Source(source)
    names: dict[str, int] = {}
    links = list(_links(file, names))
    if not links:
        file.fault("import-syntax", "there are no edges", _FORM)
    file.stop_if_faulty()
    return network(source.stem, f"{source.name} (edge list)", list(names), links, options)


def _links(file: Source, names: dict[str, int]) -> "Iterator[Link]":
    from planner.formats.gossip.links import Link
    from planner.models.base.quantities import DURATION, RATE

    rows = csv.reader(io.StringIO(file.text))
    head: list[str] = []
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not head:
                head = _head(file, cells)
                continue
            line = rows.line_num
            if len(cells) != len(head):
                message = f"{len(cells)} cells below {len(head)} columns"
                file.fault("import-syntax", message, _FORM, line=line)
                continue
            values = dict(zip(head, cells, strict=True))
            if not values["a"] or not values["b"]:
                file.fault("import-syntax", "an end has no name", _FORM, line=line)
                continue
            ends = [names.setdefault(values[end], len(names)) for end in ("a", "b")]
            yield Link(
                a=ends[0],
                b=ends[1],
                bandwidth=_quantity(file, values.get("bandwidth"), RATE, line),
                latency=_quantity(file, values.get("latency"), DURATION, line),
                cost=_bare(file, values.get("cost"), line),
                km=_bare(file, values.get("km"), line),
            )
    except csv.Error as error:
        file.fault("import-syntax", f"this is not CSV: {error}", _FORM, line=rows.line_num)


def _head(file: Source, cells: list[str]) -> list[str]:
    unknown = [cell for cell in cells if cell not in COLUMNS]
    if unknown or not {"a", "b"} <= set(cells) or len(set(cells)) < len(cells):
        message = f"the header is `{','.join(cells)[:80]}`"
        file.stop("import-syntax", message, f"Take columns out of {', '.join(COLUMNS)}.", line=1)
    return cells


def _quantity(file: Source, text: str | None, dimension: object, line: int) -> float | None:
    from pydantic_core import PydanticCustomError

    from planner.models.base.quantities import Dimension, parse

    assert isinstance(dimension, Dimension)
    if not text:
        return None
    try:
        return parse(text, dimension)
    except PydanticCustomError as error:
        fix = str((error.context or {}).get("fix", ""))
        file.fault("import-syntax", error.message(), fix, line=line)
        return None


def _bare(file: Source, text: str | None, line: int) -> float | None:
    from planner.formats.gossip.attributes import number

    if not text:
        return None
    found = number(text)
    if found is None:
        fix = "Write a number without a unit."
        file.fault("import-syntax", f"`{text}` is not above zero", fix, line=line)
    return found
