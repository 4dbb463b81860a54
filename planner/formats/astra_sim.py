"""Topology files of the ns-3 back end of ASTRA-sim: devices, switches, cables.

Line 1: devices, switches, links (further numbers describe tiers and are not needed). Line 2: the
numbers of the switches. Then one line per link: `source target rate latency error-rate`, for
example `0 256 400Gbps 0.0005ms 0`.
"""

from pathlib import Path

from planner.formats.fabrics.default_workload import OPTIONS, default_workload
from planner.formats.fabrics.general import as_graph
from planner.formats.fabrics.leaf_spine import NotLeafSpine, recognise
from planner.formats.fabrics.units import read_rate, read_time
from planner.formats.fabrics.wiring import Cable, Shape, Wiring
from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source, share, whole
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="astra-sim",
    summary="Topology text of ASTRA-sim's ns-3 back end (leaf-spine fabrics are recognised).",
    problems=("flow_splitting",),
    suffixes=(".txt",),
    read="planner.formats.astra_sim:read",
    options=OPTIONS,
)

_LINE = "Write `source target rate latency error-rate`, for example `0 256 400Gbps 0.0005ms 0`."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a topology file, with a default workload.

    Raises `InputError` with every faulty line: `import-syntax`, `import-reference`,
    `import-count` or `import-unsupported`.
    """
    file = Source(source)
    wiring, lossy = _read_wiring(file)
    file.stop_if_faulty()
    shape = _shape(wiring)
    workload, comment = default_workload(shape, options)
    notes = list(shape.notes)
    if lossy:
        notes.append(f"{lossy} links have an error rate above zero, which is left out.")
    values = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": source.stem,
        "source": f"{source.name} (topology file of ASTRA-sim's ns-3 back end)",
        "topology": dict(shape.topology),
        "workload": workload,
    }
    return InstanceData(values, header=notes, comments={"workload": comment})


def _shape(wiring: Wiring) -> Shape:
    try:
        return recognise(wiring)
    except NotLeafSpine as reason:
        return as_graph(wiring, notes=(f"Not a leaf-spine fabric: {reason}.",))


def _read_wiring(file: Source) -> tuple[Wiring, int]:
    """Return the wiring and the number of links with an error rate."""
    lines = file.lines()
    if len(lines) < 2:
        file.stop("import-syntax", "the file has no topology", "Begin with the numbers of devices.")
    devices, switch_count, link_count = _read_head(file, *lines[0])
    switches = _read_switches(file, *lines[1], devices, switch_count) if switch_count else []
    cables = []
    lossy = 0
    for number, words in lines[2 if switch_count else 1 :]:
        cable, error_rate = _read_link(file, number, words, devices)
        lossy += error_rate > 0
        if cable is not None:
            cables.append(cable)
    found = len(lines) - (2 if switch_count else 1)
    if found != link_count:
        message = f"line {lines[0][0]} announces {link_count} links, the file has {found}"
        file.fault("import-count", message, "Correct the number, or complete the file.")
    if not cables and not file.findings:
        file.stop("import-syntax", "the file has no links", _LINE)
    is_switch = set(switches)
    hosts = tuple(device for device in range(devices) if device not in is_switch)
    return Wiring(hosts=hosts, switches=tuple(sorted(is_switch)), cables=tuple(cables)), lossy


def _read_head(file: Source, number: int, words: list[str]) -> tuple[int, int, int]:
    numbers = [number for number in map(whole, words[:3]) if number is not None]
    if len(numbers) < 3:
        fix = "Begin with the numbers of devices, switches and links, for example `272 16 512`."
        file.stop("import-syntax", "the first line is not three whole numbers", fix, line=number)
    devices, switches, links = numbers
    if not 2 <= devices <= 1_000_000 or switches >= devices:
        message = f"{devices} devices with {switches} switches among them are no network"
        file.stop("import-count", message, "Check the first two numbers.", line=number)
    return devices, switches, links


def _read_switches(
    file: Source, number: int, words: list[str], devices: int, count: int
) -> list[int]:
    switches = []
    for word in words:
        switch = whole(word)
        if switch is None or switch >= devices:
            message = f"`{word}` is not the number of a device (0 to {devices - 1})"
            fix = "List the numbers of the switches in this line."
            file.fault("import-reference", message, fix, line=number)
        else:
            switches.append(switch)
    if len(words) != count or len(set(switches)) != len(switches):
        message = f"the file announces {count} switches, this line names {len(set(switches))}"
        file.fault("import-count", message, "Name every switch once.", line=number)
    return switches


def _read_link(
    file: Source, number: int, words: list[str], devices: int
) -> tuple[Cable | None, float]:
    """Return the cable of one line (`None` if it is faulty) and its error rate."""
    if len(words) != 5:
        message = f"a link has 5 entries, this line has {len(words)}"
        file.fault("import-syntax", message, _LINE, line=number)
        return None, 0.0
    ends = [whole(word) for word in words[:2]]
    rate, latency, loss = read_rate(words[2]), read_time(words[3]), share(words[4])
    faults = [
        (f"`{word}` is not the number of a device (0 to {devices - 1})", "import-reference")
        for word, end in zip(words, ends, strict=False)
        if end is None or end >= devices
    ]
    if not faults and ends[0] == ends[1]:
        faults.append((f"this links device {ends[0]} to itself", "import-reference"))
    if not rate:
        faults.append((f"`{words[2]}` is not a rate above zero", "import-syntax"))
    if latency is None:
        faults.append((f"`{words[3]}` is not a latency", "import-syntax"))
    if loss is None:
        faults.append((f"`{words[4]}` is not an error rate between 0 and 1", "import-syntax"))
    for message, code in faults:
        file.fault(code, message, _LINE, line=number)
    a, b = ends
    if faults or a is None or b is None or not rate or latency is None or loss is None:
        return None, 0.0
    return Cable(a, b, rate, latency), loss
