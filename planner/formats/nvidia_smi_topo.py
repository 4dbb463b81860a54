"""The matrix of `nvidia-smi topo -m`: how each two GPUs of a machine are joined.

Every GPU becomes a worker, and every two of them may exchange at the rate of their class of link.
The matrix names classes, not rates: NV# (# bonded NVLinks), PIX (one PCIe bridge), PXB (several),
PHB (a host bridge), NODE (host bridges of one NUMA node), SYS (between NUMA nodes; SOC in old
drivers). The usual rates are those that NCCL counts with (src/graph/topo.h): 20 GB/s and direction
for an NVLink of V100 and A100 (H100 20.6, B200 40.1), 12 GB/s for PCIe of the third generation,
10 GB/s between sockets. Of two entries of a pair the slower counts. Columns and rows of network
cards, the affinities and the legend are not looked at.
"""

import re
from pathlib import Path

from planner.formats.format import Format
from planner.formats.gossip.links import OPTIONS
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

RATES = {
    "nv": "20 GB/s",
    "pix": "12 GB/s",
    "pxb": "12 GB/s",
    "phb": "12 GB/s",
    "node": "12 GB/s",
    "sys": "10 GB/s",
}
"""Usual rate of each class of link, for NV# of one of its links."""
SAME = {"soc": "sys"}
FORMAT = Format(
    name="nvidia-smi-topo",
    summary="How the GPUs of a machine are joined, as `nvidia-smi topo -m` prints it.",
    problems=("gossip_rates",),
    suffixes=(".txt",),
    read="planner.formats.nvidia_smi_topo:read",
    options={
        **{name: text for name, text in OPTIONS.items() if name != "bandwidth"},
        "latency": "latency of every link, for example 5 us (default: none)",
        "nv": f"rate of a single NVLink in one direction (default {RATES['nv']})",
        **{
            name: f"rate of a link of the class {name.upper()} (default {rate})"
            for name, rate in RATES.items()
            if name != "nv"
        },
    },
)
_FORM = "Give the output of `nvidia-smi topo -m` as it stands, from the line that names the GPUs."
_CLASSES = "The classes are X on the diagonal, NV#, PIX, PXB, PHB, NODE and SYS."
_ESCAPE = re.compile(r"\x1b?\[[0-9;]*m")
_GPU = re.compile(r"GPU[0-9]{1,6}")
_NVLINKS = re.compile(r"nv([0-9]{1,3})")


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a matrix of GPUs.

    Raises `InputError` (`import-syntax`, `import-count`) with every fault of the file, and
    (`option-value`) for rates that cannot be used.
    """
    from planner.formats.gossip.links import Link, network
    from planner.models.base.quantities import DURATION, RATE

    usual = {name: options.quantity(name, RATE, rate) for name, rate in RATES.items()}
    latency = options.quantity("latency", DURATION, "1 us") if "latency" in options else None
    costs = options.text("costs", "unit")
    if costs in ("latency", "time") and latency is None:
        fix = "Give the option `latency`."
        raise options.refuse("costs", f"`{costs}` needs a latency, and the matrix has none", fix)
    file = Source(source)
    names, rate = _matrix(file, usual)
    links = [
        Link(a=a, b=b, bandwidth=min(rate[a][b], rate[b][a]), latency=latency)
        for a in range(len(names))
        for b in range(a + 1, len(names))
    ]
    return network(source.stem, f"{source.name} (nvidia-smi topo -m)", names, links, options)


def _matrix(file: Source, usual: dict[str, float]) -> tuple[list[str], list[list[float]]]:
    """Return the names of the GPUs and the rate of each entry, zero on the diagonal."""
    rows = [
        (number, line.split())
        for number, line in enumerate(_ESCAPE.sub("", file.text).splitlines(), start=1)
    ]
    place = next((k for k, (_, words) in enumerate(rows) if _is_head(words)), None)
    if place is None:
        file.stop("import-syntax", "no line names the GPUs", _FORM)
    head, names = rows[place]
    names = [word for word in names if _GPU.fullmatch(word)]
    if len(set(names)) < len(names):
        file.stop("import-syntax", "a GPU is named twice", _FORM, line=head)
    found: dict[str, list[float]] = {}
    for line, words in rows[place + 1 :]:
        if not words or not _GPU.fullmatch(words[0]):
            continue
        if words[0] not in names or words[0] in found:
            message = f"a line of `{words[0]}`, which is not due"
            file.fault("import-count", message, _FORM, line=line)
            continue
        found[words[0]] = _row(file, line, words, names, usual)
    if missing := [name for name in names if name not in found]:
        message = f"there is no line of {', '.join(missing[:8])}"
        file.fault("import-count", message, _FORM, line=head)
    file.stop_if_faulty()
    return names, [found[name] for name in names]


def _is_head(words: list[str]) -> bool:
    """Return whether a line names the columns: GPUs first, and no entries."""
    is_row = len(words) > 1 and _class(words[1]) is not None
    return bool(words) and _GPU.fullmatch(words[0]) is not None and not is_row


def _row(
    file: Source, line: int, words: list[str], names: list[str], usual: dict[str, float]
) -> list[float]:
    """Return the rates of one GPU; the columns of GPUs come first."""
    entries = words[1 : len(names) + 1]
    if len(entries) < len(names):
        message = f"`{words[0]}` has {len(entries)} entries for {len(names)} GPUs"
        file.fault("import-count", message, _FORM, line=line)
        return [0.0] * len(names)
    rates = []
    for name, entry in zip(names, entries, strict=True):
        kind = _class(entry)
        if kind is None or (kind == ("x", 1)) != (name == words[0]):
            message = f"`{entry[:20]}` between `{words[0]}` and `{name}` is no class of link there"
            file.fault("import-syntax", message, _CLASSES, line=line)
            kind = ("x", 1)
        rates.append(usual.get(kind[0], 0.0) * kind[1])
    return rates


def _class(word: str) -> tuple[str, int] | None:
    """Return a class of link and its number of links, `None` where a word is neither."""
    low = word.lower()
    if (found := _NVLINKS.fullmatch(low)) is not None:
        return ("nv", int(found[1])) if int(found[1]) > 0 else None
    low = SAME.get(low, low)
    return (low, 1) if low == "x" or (low in RATES and low != "nv") else None
