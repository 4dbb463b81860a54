"""Reads the connection matrices (`.cm`) of htsim.

`Nodes 16`, `Connections 64`, `Triggers 48`, then `0->1 id 1 start 0 size 1000000
send_done_trigger 1` and `trigger id 1 oneshot`. A connection with `trigger 1` starts when the one
with `send_done_trigger 1` (or `recv_done_trigger 1`) has ended.
"""

import re
from dataclasses import dataclass

from planner.formats.source import Source, whole

MOST_CONNECTIONS = 200_000
_LINE = "Write `source->target id N start T size BYTES`, with `trigger N` in place of `start T`."


@dataclass(frozen=True, slots=True)
class Connection:
    """A message between two hosts; `round` counts the connections it has to wait for."""

    source: int
    target: int
    size: int
    round: int


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    source: int
    target: int
    values: dict[str, int]


def read_connections(file: Source, hosts: int) -> list[Connection]:
    """Return the connections of a `.cm` file; notes its faults in `file` and raises `InputError`.

    `hosts` is the number of hosts of the fabric the file is for.
    """
    rows: list[_Line] = []
    announced: dict[str, int] = {}
    for number, words in file.lines():
        key = words[0].lower()
        if (
            key in ("nodes", "connections", "triggers")
            and len(words) == 2
            and whole(words[1]) is not None
        ):
            announced[key] = int(words[1])
        elif key != "trigger" and (row := _read_line(file, number, words, hosts)) is not None:
            rows.append(row)
    file.stop_if_faulty()
    if len(rows) != announced.get("connections", len(rows)):
        message = f"the file announces {announced['connections']} connections and has {len(rows)}"
        file.fault("import-count", message, "Correct the number, or complete the file.")
    if len(rows) > MOST_CONNECTIONS or not rows:
        message = f"the file has {len(rows)} connections"
        fix = f"Between 1 and {MOST_CONNECTIONS} can be imported."
        file.fault("import-unsupported", message, fix)
    file.stop_if_faulty()
    rounds = _rounds(file, rows)
    return [
        Connection(row.source, row.target, row.values["size"], after)
        for row, after in zip(rows, rounds, strict=True)
    ]


def _read_line(file: Source, number: int, words: list[str], hosts: int) -> _Line | None:
    ends = re.fullmatch(r"([0-9]{1,15})->([0-9]{1,15})", words[0])
    given = [whole(word) for word in words[2::2]]
    if ends is None or len(words) % 2 == 0 or None in given:
        message = f"`{' '.join(words)[:60]}` is not a connection"
        file.fault("import-syntax", message, _LINE, line=number)
        return None
    numbers = [value for value in given if value is not None]
    values = dict(zip(words[1::2], numbers, strict=True))
    source, target = int(ends[1]), int(ends[2])
    if max(source, target) >= hosts or source == target:
        message = f"`{words[0]}` does not join two of the hosts 0 to {hosts - 1}"
        file.fault("import-reference", message, _LINE, line=number)
        return None
    if not values.get("size"):
        file.fault("import-syntax", "the size is missing or zero", _LINE, line=number)
        return None
    return _Line(number, source, target, values)


def _rounds(file: Source, rows: list[_Line]) -> list[int]:
    """Return how many connections in a row each one waits for."""
    fires = {
        row.values[key]: place
        for place, row in enumerate(rows)
        for key in ("send_done_trigger", "recv_done_trigger")
        if key in row.values
    }
    before: list[int | None] = []
    for row in rows:
        trigger = row.values.get("trigger")
        before.append(None if trigger is None else fires.get(trigger))
        if trigger is not None and trigger not in fires:
            message = f"nothing fires the trigger {trigger}"
            file.fault("import-reference", message, _LINE, line=row.number)
    file.stop_if_faulty()
    rounds: dict[int, int] = {}
    for place in range(len(rows)):
        chain = [place]
        while (earlier := before[chain[-1]]) is not None and earlier not in rounds:
            if len(chain) > len(rows):
                number = rows[place].number
                file.stop("import-reference", "the triggers run in a circle", _LINE, line=number)
            chain.append(earlier)
        start = 0 if earlier is None else rounds[earlier] + 1
        for depth, member in enumerate(reversed(chain)):
            rounds[member] = start + depth
    return [rounds[place] for place in range(len(rows))]
