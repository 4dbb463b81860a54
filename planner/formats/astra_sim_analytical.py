"""Network files of ASTRA-sim's analytical back end, for networks with one dimension.

`topology: [ Ring | FullyConnected | Switch ]`, `npus_count: [ 8 ]`, `bandwidth: [ 50.0 ]` in GB/s
and `latency: [ 500.0 ]` in ns, each a list with one entry per dimension.
"""

from fractions import Fraction
from pathlib import Path

import yaml

from planner.formats.fabrics.default_workload import OPTIONS, default_workload
from planner.formats.fabrics.general import as_graph
from planner.formats.fabrics.wiring import Cable, Wiring
from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="astra-sim-analytical",
    summary="Network yml of ASTRA-sim's analytical back end, one dimension, as a graph.",
    problems=("flow_splitting",),
    suffixes=(".yml", ".yaml"),
    read="planner.formats.astra_sim_analytical:read",
    options=OPTIONS,
)

KEYS = ("topology", "npus_count", "bandwidth", "latency")
SHAPES = ("Ring", "FullyConnected", "Switch")
MOST_FULLY_CONNECTED = 512
"""NPUs of a fully connected network; more would list over 130,000 links."""

_FORM = "Write one entry for each key, for example `npus_count: [ 8 ]` and `bandwidth: [ 50.0 ]`."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a network file, with a default workload.

    Raises `InputError` with every fault: `import-syntax`, or `import-unsupported` for networks
    with several dimensions and shapes that are no graph of links.
    """
    file = Source(source)
    fields = _fields(file)
    shape, npus = _shape(file, fields), _npus(file, fields)
    bandwidth = _number(file, fields, "bandwidth", least=Fraction(1, 10**6))
    latency = _number(file, fields, "latency", least=Fraction(0))
    file.stop_if_faulty()
    rate, seconds = bandwidth * 8 * 10**9, latency / 10**9
    pairs, switches = _pairs(shape, npus)
    cables = tuple(Cable(a, b, rate, seconds) for a, b in pairs)
    wiring = Wiring(hosts=tuple(range(npus)), switches=switches, cables=cables)
    graph = as_graph(wiring, name=lambda device: f"npu{device}" if device < npus else "switch0")
    workload, comment = default_workload(graph, options)
    values = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": source.stem,
        "source": f"{source.name} (network file of ASTRA-sim's analytical back end)",
        "topology": dict(graph.topology),
        "workload": workload,
    }
    return InstanceData(values, comments={"workload": comment})


def _pairs(shape: str, npus: int) -> tuple[list[tuple[int, int]], tuple[int, ...]]:
    """Return the linked pairs of devices, and the switches."""
    if shape == "Switch":
        return [(npu, npus) for npu in range(npus)], (npus,)
    if shape == "Ring" and npus > 2:
        return [(npu, (npu + 1) % npus) for npu in range(npus)], ()
    return [(a, b) for a in range(npus) for b in range(a + 1, npus)], ()


def _fields(file: Source) -> dict[str, tuple[list[str], int]]:
    """Return the words of each key and its line; every value is one entry of a list."""
    try:
        root = yaml.compose(file.text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        file.stop("import-syntax", "this is not YAML", _FORM, line=line)
    except RecursionError:
        file.stop("import-syntax", "this is nested too deeply", _FORM)
    if not isinstance(root, yaml.MappingNode):
        file.stop("import-syntax", "the file holds no keys", _FORM)
    fields: dict[str, tuple[list[str], int]] = {}
    for key, value in root.value:
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        words = [str(item.value) for item in items]
        fields[str(key.value)] = words, value.start_mark.line + 1
    for key in KEYS:
        if key not in fields:
            file.fault("import-syntax", f"`{key}` is missing", _FORM, path=key)
        elif len(fields[key][0]) != 1:
            message = f"`{key}` has {len(fields[key][0])} dimensions"
            fix = "Only networks with one dimension are links between devices; import one of them."
            file.fault("import-unsupported", message, fix, line=fields[key][1], path=key)
    file.stop_if_faulty()
    return fields


def _shape(file: Source, fields: dict[str, tuple[list[str], int]]) -> str:
    (shape,), line = fields["topology"]
    if shape not in SHAPES:
        fix = f"These can be imported: {', '.join(SHAPES)}."
        message = f"`{shape}` is not a shape that is known here"
        file.fault("import-unsupported", message, fix, line=line, path="topology")
    return shape


def _npus(file: Source, fields: dict[str, tuple[list[str], int]]) -> int:
    count = _number(file, fields, "npus_count", least=Fraction(2))
    line = fields["npus_count"][1]
    if count.denominator != 1 or count > 100_000:
        message = f"`{fields['npus_count'][0][0]}` is not a number of devices"
        file.fault("import-syntax", message, _FORM, line=line, path="npus_count")
    if fields["topology"][0] == ["FullyConnected"] and count > MOST_FULLY_CONNECTED:
        message = f"{count} devices are too many to link every two of them"
        fix = f"Up to {MOST_FULLY_CONNECTED} can be imported."
        file.fault("import-unsupported", message, fix, line=line, path="npus_count")
    return int(count)


def _number(
    file: Source, fields: dict[str, tuple[list[str], int]], key: str, *, least: Fraction
) -> Fraction:
    (word,), line = fields[key]
    try:
        value = Fraction(word) if len(word) <= 20 and "e" not in word.lower() else None
    except (ValueError, ZeroDivisionError):
        value = None
    if value is None or value < least:
        message = f"`{word[:40]}` is not a number of at least {float(least):g}"
        file.fault("import-syntax", message, _FORM, line=line, path=key)
        return least
    return value
