"""Networks as node-link JSON, the form in which the package `topohub` ships SNDlib and others.

`{"directed": false, "graph": {"demands": {"0": {"1": 3.5}}}, "nodes": [{"id": 0, "name": "A"}],
"edges": [{"source": 0, "target": 1}]}`. An undirected edge is two arcs.
"""

import importlib.util
import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planner.formats.fabrics.node_names import usable_names
from planner.formats.format import Format
from planner.formats.gossip.links import OPTIONS as NETWORK_OPTIONS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData
from planner.models.base.errors import refuse

PROBLEMS = ("flow_splitting", "gossip_rates")
FORMAT = Format(
    name="topohub",
    summary="Node-link JSON with demands, or a name such as sndlib/polska in the package topohub.",
    problems=PROBLEMS,
    suffixes=(".json",),
    read="planner.formats.topohub:read",
    options={
        "problem": "flow_splitting, or gossip_rates for a network of workers (default the first)",
        "capacity": "rate of every arc, in the unit of the demands (default 1)",
        "uniform": "amount for every ordered pair of nodes, instead of the demands of the source",
        **{name: f"gossip_rates: {meaning}" for name, meaning in NETWORK_OPTIONS.items()},
    },
)

_FORM = "Write node-link JSON: `nodes` with `id`, `edges` with `source` and `target`."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a node-link file, or of a network in the package `topohub`.

    Raises `InputError`: `import-missing` where there is neither, `import-syntax` and
    `import-reference` for every fault in the file.
    """
    problem = options.choice("problem", PROBLEMS, PROBLEMS[0])
    capacity = options.positive("capacity", 1.0)
    packaged = _packaged(source)
    if packaged is not None:
        network, origin = packaged
        file = None
    else:
        file = Source(source)
        network, origin = _parse(file), f"{source.name} (node-link JSON)"
    reader = _Reader(file, network)
    reader.stop_if_faulty()
    if problem == "gossip_rates":
        return reader.workers(source.stem, origin, options)
    uniform = options.positive("uniform", 1.0) if "uniform" in options else None
    values = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": source.stem,
        "source": origin,
        "units": "normalised",
        "topology": {
            "kind": "graph",
            "nodes": reader.names,
            "link_rate": capacity,
            **reader.connections(),
        },
        "workload": {"demands": {"uniform": uniform} if uniform else {"pairs": reader.demands()}},
    }
    reader.stop_if_faulty()
    comment = "Amounts are in the unit of the source; the objective is amount over `link_rate`."
    return InstanceData(values, header=reader.notes, comments={"workload": comment})


def _packaged(source: Path) -> tuple[dict[str, Any], str] | None:
    """Return a network of the installed package and what it is, unless `source` is a file."""
    if source.is_file() or source.suffix == ".json" or source.is_absolute():
        return None
    key = source.as_posix()
    if importlib.util.find_spec("topohub") is None:
        message = f"`{key}` is no file, and the package `topohub` is not installed"
        raise refuse("import-missing", message, "Name a JSON file, or `pip install topohub`.")
    import topohub

    try:
        with warnings.catch_warnings():
            # The package leaves the file that it reads to the garbage collector.
            warnings.simplefilter("ignore", ResourceWarning)
            network = topohub.get(key)
    except (KeyError, OSError, ValueError):
        message = f"the package `topohub` has no network `{key}`"
        fix = "Write the group and the name, for example `sndlib/polska` or `topozoo/Abilene`."
        raise refuse("import-missing", message, fix) from None
    return network, f"{key} from the Python package topohub {topohub.__version__} (MIT licence)"


def _parse(file: Source) -> dict[str, Any]:
    try:
        network = json.loads(file.text)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg}"
        file.stop("import-syntax", message, _FORM, line=error.lineno)
    except (RecursionError, ValueError):
        file.stop("import-syntax", "this is not JSON of a sensible depth", _FORM)
    if not isinstance(network, dict):
        file.stop("import-syntax", "this is not a JSON object", _FORM)
    return network


class _Reader:
    """Reads nodes, edges and demands of node-link values and collects their faults."""

    def __init__(self, file: Source | None, network: Mapping[str, Any]) -> None:
        self._file = file
        self._network = network
        self._faults: list[tuple[str, str, str]] = []
        self.notes: list[str] = []
        nodes = self._rows("nodes")
        self._index = {str(node.get("id", place)): place for place, node in enumerate(nodes)}
        if len(self._index) < len(nodes) or not nodes:
            self._fault("import-syntax", "nodes", "every node needs an `id` of its own")
        given = [node.get("name", node.get("id")) for node in nodes]
        self.names = usable_names(given)
        renamed = [f"{a} ({b})" for a, b in zip(given, self.names, strict=True) if str(a) != b]
        if renamed:
            self.notes.append(f"Nodes with a new name: {', '.join(renamed)}.")

    def connections(self) -> dict[str, object]:
        """Return the field `links` (or `arcs`, for a directed network)."""
        directed = bool(self._network.get("directed"))
        first, second = ("from", "to") if directed else ("a", "b")
        rows = []
        for a, b, _ in self._edges():
            if a == b:
                self.notes.append(f"An edge from {a} to itself is left out.")
            else:
                rows.append({first: a, second: b})
        return {"arcs" if directed else "links": rows}

    def workers(self, name: str, origin: str, options: Options) -> InstanceData:
        """Return a network of workers with the lengths (`dist`, in km) of its edges."""
        from planner.formats.gossip.attributes import link_of
        from planner.formats.gossip.links import network

        place_of = {label: place for place, label in enumerate(self.names)}
        links = [link_of(place_of[a], place_of[b], edge, {}) for a, b, edge in self._edges()]
        self.stop_if_faulty()
        return network(name, origin, self.names, links, options)

    def _edges(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield the names of both ends and the values of every edge between known nodes."""
        edges = "edges" if "edges" in self._network else "links"
        for place, edge in enumerate(self._rows(edges)):
            where = f"{edges}[{place}]"
            a = self._name(f"{where}.source", edge.get("source"))
            b = self._name(f"{where}.target", edge.get("target"))
            if a is not None and b is not None:
                yield a, b, edge

    def demands(self) -> list[dict[str, object]]:
        """Return the demands above zero between two different nodes, in the order given."""
        graph = self._network.get("graph")
        table = graph.get("demands") if isinstance(graph, Mapping) else None
        if not isinstance(table, Mapping) or not table:
            self._fault("import-syntax", "graph.demands", "there are no demands; give `uniform`")
            return []
        rows: list[dict[str, object]] = []
        for source, row in table.items():
            a = self._name(f"graph.demands.{source}", source)
            if not isinstance(row, Mapping):
                self._fault("import-syntax", f"graph.demands.{source}", "this is not an object")
                continue
            for target, amount in row.items():
                where = f"graph.demands.{source}.{target}"
                b = self._name(where, target)
                if self._is_amount(where, amount) and a is not None and b is not None and a != b:
                    rows.append({"from": a, "to": b, "size": amount})
        return rows

    def stop_if_faulty(self) -> None:
        """Raise `InputError` with every fault so far, if there is one."""
        if self._faults and self._file is None:
            code, path, message = self._faults[0]
            raise refuse(code, message, "Choose another network of the package.", path)
        if self._file is not None:
            for code, path, message in self._faults:
                self._file.fault(code, message, _FORM, path=path)
            self._file.stop_if_faulty()

    def _rows(self, field: str) -> list[Mapping[str, Any]]:
        rows = self._network.get(field)
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self._fault("import-syntax", field, f"`{field}` is not a list of objects")
            return []
        return rows

    def _name(self, where: str, node: object) -> str | None:
        place = self._index.get(str(node))
        if place is None:
            self._fault("import-reference", where, f"there is no node {node!r}")
            return None
        return self.names[place]

    def _is_amount(self, where: str, amount: object) -> bool:
        """Return whether a demand is a number above zero; zero is no fault, others are."""
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        if not is_number or not 0 <= float(str(amount)) < float("inf"):
            self._fault("import-syntax", where, f"{amount!r} is not an amount of traffic")
            return False
        return bool(amount)

    def _fault(self, code: str, path: str, message: str) -> None:
        self._faults.append((code, path, message))
