"""Matrices of `nvidia-smi topo -m`: classes of links, what is skipped, and what is wrong."""

import contextlib

import pytest

import planner as pl
from planner.formats import import_file
from planner.models.base.errors import InputError

MACHINE = (
    "\x1b[4m\tGPU0\tGPU1\tGPU2\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\x1b[0m\n"
    "GPU0\t X \tNV12\tSYS\tPXB\t0-23,48-71\t0\t\tN/A\n"
    "GPU1\tNV12\t X \tNODE\tSYS\t0-23,48-71\t0\t\tN/A\n"
    "GPU2\tSYS\tNODE\t X \tSYS\t24-47,72-95\t1\t\tN/A\n"
    "NIC0\tPXB\tSYS\tSYS\t X \t\t\t\t\n"
    "\nLegend:\n\n  X    = Self\n  NV#  = Connection traversing a bonded set of # NVLinks\n"
    "\nNIC Legend:\n\n  NIC0: mlx5_0\n"
)
SPACED = """$ nvidia-smi topo -m
        GPU0    GPU1    mlx5_0  CPU Affinity
GPU0     X      PIX     SYS     0-11
GPU1    PHB      X      SOC     12-23
mlx5_0  SYS     SOC      X
"""


@pytest.fixture
def read(tmp_path):
    """Return a function that imports a text."""

    def run(text, **options):
        path = tmp_path / "machine.txt"
        path.write_text(text, encoding="utf-8")
        return import_file("nvidia-smi-topo", path, options)

    return run


def rates(data):
    """Return the rate of every edge in GB/s."""
    rows = data["topology"]["edges"]
    return {(row["a"], row["b"]): float(row["bandwidth"].split()[0]) / 1e9 for row in rows}


def test_gpus_become_workers_joined_by_their_class(read):
    """Tabs, escapes, network cards, affinities and legends do not get in the way."""
    data = read(MACHINE, message_size="1 GB")
    assert data["topology"]["nodes"] == ["GPU0", "GPU1", "GPU2"]
    assert rates(data) == {("GPU0", "GPU1"): 240, ("GPU0", "GPU2"): 10, ("GPU1", "GPU2"): 12}
    assert pl.load(dict(data)).view.duration.tolist() == pytest.approx([1 / 240, 1 / 10, 1 / 12])


def test_rates_can_be_told(read):
    """Each class has an option; NV counts single links; a latency holds for all."""
    data = read(MACHINE, message_size="1 GB", nv="25 GB/s", sys="20 GB/s", latency="5 us")
    assert rates(data) == {("GPU0", "GPU1"): 300, ("GPU0", "GPU2"): 20, ("GPU1", "GPU2"): 12}
    assert {row["latency"] for row in data["topology"]["edges"]} == {"0.005 ms"}


def test_the_slower_direction_counts(read):
    """Blanks part the cells as well, lines before the matrix are skipped."""
    data = read(SPACED, message_size="1 GB", phb="6 GB/s")
    assert rates(data) == {("GPU0", "GPU1"): 6}


def test_the_former_name_of_sys(read):
    """Old drivers say SOC."""
    text = MACHINE.replace("SYS", "SOC")
    assert rates(read(text, message_size="1 GB"))["GPU0", "GPU2"] == 10


def test_without_a_message_all_links_are_alike(read):
    """Where nothing has a size, edges count messages and the import still loads."""
    data = read(MACHINE, objective="fastest_mixing")
    assert data["topology"]["edges"][0] == {"a": "GPU0", "b": "GPU1"}
    assert pl.solve(dict(data)).value == pytest.approx(1)


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("GPU0\tGPU1\tGPU2\t", "", "import-syntax", "no line names the GPUs"),
        ("GPU0\tGPU1\tGPU2\t", "GPU0\tGPU1\tGPU1\t", "import-syntax", "named twice"),
        ("GPU2\tSYS", "GPU1\tSYS", "import-count", "`GPU1`, which is not due"),
        ("GPU2\tSYS", "TPU2\tSYS", "import-count", "no line of GPU2"),
        ("GPU2\tSYS\tNODE\t X \tSYS\t24-47,72-95\t1\t\tN/A", "GPU2\tSYS", "import-count",
         "1 entries for 3 GPUs"),
        ("NV12\t X \tNODE", "NV12\t X \tFAST", "import-syntax", "`FAST` between `GPU1` and `GPU2`"),
        ("NV12\t X \tNODE", "NV0\t X \tNODE", "import-syntax", "`NV0`"),
        ("NV12\t X \tNODE", "NV12\tPIX\tNODE", "import-syntax", "`PIX` between `GPU1` and `GPU1`"),
        ("NV12\t X \tNODE", " X \t X \tNODE", "import-syntax", "`X` between `GPU1` and `GPU0`"),
    ],
)  # fmt: skip
def test_each_fault_has_its_message(read, old, new, code, words):
    """What is wrong with a matrix is said once or more, with its line."""
    assert old in MACHINE
    with pytest.raises(InputError) as error:
        read(MACHINE.replace(old, new))
    found = error.value.findings
    assert code in {finding.code for finding in found}
    assert any(words in finding.message for finding in found)


def test_costs_need_a_latency(read):
    """The matrix tells none, so that the option has to."""
    with pytest.raises(InputError, match="needs a latency"):
        read(MACHINE, costs="time", message_size="1 GB")
    data = read(MACHINE, costs="time", message_size="1 GB", latency="1 ms")
    assert data["topology"]["edges"][1]["cost"] == pytest.approx(101)


def test_noise_never_raises_anything_else(read):
    """Truncated files are read or refused."""
    for cut in range(0, len(MACHINE), 5):
        for part in (MACHINE[:cut], MACHINE[cut:], MACHINE[:cut] + MACHINE[cut + 3 :]):
            with contextlib.suppress(InputError):
                read(part)
