"""Measured bandwidths between all pairs of workers, as a square table; 0 or `-` for no link.

The first row and the first column name the workers. Entries are in Gbit/s unless `unit` says
otherwise. The option `latency` names a second table of the same form, in ms. The slower direction
of a pair counts. Cells are parted by commas or by blanks.
"""

from pathlib import Path

from planner.formats.format import Format
from planner.formats.gossip.links import OPTIONS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="link-matrix",
    summary="Measured bandwidths of all pairs of workers as a square table, latencies in another.",
    problems=("gossip_rates",),
    suffixes=(".csv", ".txt"),
    read="planner.formats.link_matrix:read",
    options={
        **OPTIONS,
        "unit": "rate that an entry of 1 stands for (default 1 Gbit/s)",
        "latency": "file with the latencies in ms, a table of the same form (default: none)",
    },
)
NONE = ("", "-", "0", "x", "X", "none", "N/A")
_FORM = "Write the names in the first line, then one line per worker: its name and a number each."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a table of bandwidths.

    Raises `InputError` (`import-syntax`, `import-count`) with every fault of the files.
    """
    from planner.formats.gossip.links import Link, network
    from planner.models.base.quantities import RATE

    unit = options.quantity("unit", RATE, "1 Gbit/s")
    names, rate = _table(Source(source))
    delay = None
    if "latency" in options:
        file = Source(source.parent / options.text("latency", ""))
        others, delay = _table(file)
        if others != names:
            message = "the tables name different workers"
            file.stop("import-reference", message, "Give both the same head, in the same order.")
    links = []
    for a in range(len(names)):
        for b in range(a + 1, len(names)):
            both = [value for value in (rate[a][b], rate[b][a]) if value is not None]
            if len(both) < 2:
                continue
            waits = [] if delay is None else [delay[a][b] or 0.0, delay[b][a] or 0.0]
            latency = max(waits) / 1e3 if waits else None
            links.append(Link(a=a, b=b, bandwidth=min(both) * unit, latency=latency))
    return network(source.stem, f"{source.name} (link matrix)", names, links, options)


def _table(file: Source) -> tuple[list[str], list[list[float | None]]]:
    """Return the names and the entries, `None` for no link; the diagonal is not looked at."""
    rows = [
        (line, [cell.strip() for cell in text.split(",")] if "," in text else text.split())
        for line, text in enumerate(file.text.splitlines(), start=1)
        if text.strip() and not text.lstrip().startswith("#")
    ]
    if len(rows) < 2:
        file.stop("import-syntax", "this is no table", _FORM)
    names = [cell for cell in rows[0][1] if cell]
    if len(rows) - 1 != len(names):
        message = f"{len(rows) - 1} lines for {len(names)} workers"
        file.stop("import-count", message, _FORM, line=rows[0][0])
    found: list[list[float | None]] = []
    for place, (line, cells) in enumerate(rows[1:]):
        if len(cells) != len(names) + 1 or cells[0] != names[place]:
            message = f"`{cells[0]}` and {len(cells) - 1} entries; `{names[place]}` is due"
            file.fault("import-count", message, _FORM, line=line)
            continue
        found.append([_entry(file, cell, line) for cell in cells[1:]])
    file.stop_if_faulty()
    return names, found


def _entry(file: Source, cell: str, line: int) -> float | None:
    from planner.formats.gossip.attributes import number

    if cell in NONE:
        return None
    found = number(cell)
    if found is None:
        fix = "Write a number above zero, or `-` for no link."
        file.fault("import-syntax", f"`{cell[:40]}` is no bandwidth or latency", fix, line=line)
    return found
