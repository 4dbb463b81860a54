"""Topology files of ASTRA-sim's ns-3 back end."""

from fractions import Fraction
from itertools import product

import pytest

from planner.formats import import_file, write_instance
from planner.formats.fabrics.units import rate_text, read_rate, read_time, size_text, time_text
from planner.loading import load_instance
from planner.models.base.errors import InputError


def fabric_lines(leaves=2, spines=2, hosts=2, rate="400Gbps"):
    """Return the link lines of a full fabric by their ends: hosts, then leaves, then spines."""
    first_leaf, first_spine = leaves * hosts, leaves * hosts + leaves
    lines = {
        (host, first_leaf + host // hosts): f"{rate} 0.0005ms 0" for host in range(leaves * hosts)
    }
    for leaf, spine in product(range(leaves), range(spines)):
        lines[first_leaf + leaf, first_spine + spine] = f"{rate} 0.0005ms 0"
    return lines


def text_of(lines, switches, devices=None):
    """Return a topology file with these link lines; a list gives parallel links."""
    rows = [
        f"{a} {b} {rest}"
        for (a, b), given in lines.items()
        for rest in (given if isinstance(given, list) else [given])
    ]
    devices = devices if devices is not None else max(switches) + 1
    head = f"{devices} {len(switches)} {len(rows)} 1 0 1 1"
    return "\n".join([head, " ".join(map(str, switches)), *rows]) + "\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that imports the text of a topology file."""

    def run(text, **options):
        path = tmp_path / "net.txt"
        path.write_text(text)
        return import_file("astra-sim", path, options)

    return run


def topology(read, lines, switches=(4, 5, 6, 7)):
    return read(text_of(lines, switches))["topology"]


def test_public_fabric_is_recognised(data, tmp_path):
    """The 256-host fabric becomes 16 leaves, 16 spines and 16 hosts per leaf, and validates."""
    values = import_file("astra-sim", data("astra_sim/leaf-spine-16-16-256.txt"))
    assert values["topology"] == {
        "kind": "leaf_spine",
        "leaves": 16,
        "spines": 16,
        "link_rate": "400 Gbit/s",
        "hosts_per_leaf": 16,
        "nic_rate": "400 Gbit/s",
        "latency": "500 ns",
    }
    path = tmp_path / "fabric.yaml"
    write_instance(values, path)
    fabric = load_instance(path).view.fabric
    assert fabric.up.shape == (16, 16, 1)
    assert (fabric.up == 50e9).all()
    assert fabric.nic == 50e9
    assert fabric.latency == 500e-9


def test_full_fabric(read):
    """A small full fabric needs no lists of links."""
    assert topology(read, fabric_lines()) == {
        "kind": "leaf_spine",
        "leaves": 2,
        "spines": 2,
        "link_rate": "400 Gbit/s",
        "hosts_per_leaf": 2,
        "nic_rate": "400 Gbit/s",
        "latency": "500 ns",
    }


def test_missing_link_is_a_failed_link(read):
    """A leaf-spine pair without a link is down."""
    lines = fabric_lines()
    del lines[5, 6]
    assert topology(read, lines)["failed_links"] == [{"leaf": "leaf1", "spine": "spine0"}]


def test_repeated_links_are_parallel(read):
    """Repeated lines are parallel links; a bundle of another width is an override."""
    lines = {
        ends: [rest, rest] if min(ends) >= 4 else rest for ends, rest in fabric_lines().items()
    }
    lines[4, 7] = ["400Gbps 0.0005ms 0"] * 3
    found = topology(read, lines)
    assert found["parallel_links"] == 2
    assert found["link_overrides"] == [{"leaf": "leaf0", "spine": "spine1", "parallel_links": 3}]


def test_slow_spine_makes_groups(read):
    """Spines with different rates become groups, in their order."""
    lines = fabric_lines()
    lines[4, 7] = lines[5, 7] = "200Gbps 0.0005ms 0"
    found = topology(read, lines)
    assert "spines" not in found
    assert found["spine_groups"] == [
        {"count": 1, "link_rate": "400 Gbit/s"},
        {"count": 1, "link_rate": "200 Gbit/s"},
    ]


def test_slow_link_is_an_override(read):
    """One link of another rate is an override in both directions."""
    lines = fabric_lines(leaves=3)
    lines[7, 9] = "100Gbps 0.0005ms 0"
    found = topology(read, lines, switches=(6, 7, 8, 9, 10))
    assert found["link_rate"] == "400 Gbit/s"
    assert found["link_overrides"] == [
        {
            "leaf": "leaf1",
            "spine": "spine0",
            "up_rate": "100 Gbit/s",
            "down_rate": "100 Gbit/s",
        }
    ]


def test_uneven_racks_name_their_hosts(read):
    """Leaves with different numbers of hosts list them by device number."""
    lines = fabric_lines()
    del lines[1, 4]
    lines[1, 5] = "400Gbps 0.0005ms 0"
    found = topology(read, lines)
    assert "hosts_per_leaf" not in found
    assert found["hosts"] == {"leaf0": ["host0"], "leaf1": ["host1", "host2", "host3"]}


def test_ends_of_a_line_may_be_swapped(read):
    """A link means both directions, so the order of its ends does not matter."""
    lines = {(b, a): rest for (a, b), rest in fabric_lines().items()}
    assert topology(read, lines) == topology(read, fabric_lines())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({(4, 5): "400Gbps 1ns 0"}, "both leaves"),
        ({(6, 7): "400Gbps 1ns 0"}, "both switches without hosts"),
        ({(0, 5): "400Gbps 1ns 0"}, "does not hang off one switch"),
        ({(0, 4): "100Gbps 1ns 0"}, "different rates"),
        ({(4, 6): ["400Gbps 1ns 0", "100Gbps 1ns 0"]}, "parallel links 4-6"),
    ],
)
def test_other_shapes_become_graphs(read, change, reason):
    """What is no leaf-spine fabric is a graph with every device a node, and says why."""
    values = read(text_of(fabric_lines() | change, (4, 5, 6, 7)))
    assert values["topology"]["kind"] == "graph"
    assert values["topology"]["nodes"][:5] == ["host0", "host1", "host2", "host3", "switch4"]
    assert reason in " ".join(values.header)
    found = load_instance(dict(values)).view.network
    links = sum(len(v) if isinstance(v, list) else 1 for v in (fabric_lines() | change).values())
    assert len(found.rate) == 2 * links


def test_different_latencies_are_told(read):
    """The largest latency is taken, and a comment says so."""
    lines = fabric_lines()
    lines[0, 4] = "400Gbps 2us 0"
    values = read(text_of(lines, (4, 5, 6, 7)))
    assert values["topology"]["latency"] == "2 us"
    assert "different latencies" in " ".join(values.header)


def test_error_rates_are_told(read):
    """Loss is left out, and a comment says so."""
    lines = fabric_lines()
    lines[0, 4] = "400Gbps 0.0005ms 0.01"
    assert "1 links have an error rate" in " ".join(read(text_of(lines, (4, 5, 6, 7))).header)


def test_default_workload_is_marked(read):
    """A power of two hosts gets halving-doubling, others a ring; the comment says it is ours."""
    values = read(text_of(fabric_lines(), (4, 5, 6, 7)))
    assert values["workload"]["collective"] == {
        "operation": "all_reduce",
        "algorithm": "halving_doubling",
        "size": "16 MB",
    }
    assert "default" in values.comments["workload"]
    three = read(text_of(fabric_lines(leaves=3, hosts=1), (3, 4, 5, 6, 7)))
    assert three["workload"]["collective"]["algorithm"] == "ring"


def test_workload_can_be_chosen(read):
    """The options name another collective and size."""
    text = text_of(fabric_lines(), (4, 5, 6, 7))
    values = read(text, workload="all_to_all", size="1 GB")
    assert values["workload"]["collective"] == {
        "operation": "all_to_all",
        "algorithm": "direct",
        "size": "1 GB",
    }
    assert "default" not in values.comments["workload"]


def test_comments_and_blank_lines_are_skipped(read):
    """Blank lines and comments do not count, line numbers do."""
    text = text_of(fabric_lines(), (4, 5, 6, 7)).replace("\n", "\n\n# comment\n")
    assert read(text)["topology"]["leaves"] == 2
    with pytest.raises(InputError) as caught:
        read(text.replace("0 4 400Gbps", "0 4 fast"))
    assert caught.value.findings[0].line == 7


def test_every_faulty_line_is_reported(read):
    """All faults come at once, each with file, line and a stable code."""
    text = "5 2 7\n3 9\n0 3 400 1ns 0\n0 99 1Gbps 1ns 0\n1 1 1Gbps 1 0\n1 3 0Gbps 1ns 2\n1 3\n"
    with pytest.raises(InputError) as caught:
        read(text)
    found = [(finding.line, finding.code) for finding in caught.value.findings]
    assert found == [
        (2, "import-reference"),
        (3, "import-syntax"),
        (4, "import-reference"),
        (5, "import-reference"),
        (5, "import-syntax"),
        (6, "import-syntax"),
        (6, "import-syntax"),
        (7, "import-syntax"),
        (None, "import-count"),
    ]
    assert all(
        finding.file.endswith("net.txt") and finding.fix for finding in caught.value.findings
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello\nworld\n",
        "5 9 1\n0\n0 1 1Gbps 1ns 0\n",
        "99999999999999999999 1 1\n0\n",
        "² 1 1\n0\n0 1 1Gbps 1ns 0\n",
        "2 0 0\n\n",
        "2 1 1\n1\n0 1 1e999Gbps 1ns 0\n",
        "2 1 1\n1\n0 1 1Gbps 1ns 1e99999999\n",
        "2 1 1\n1\n0 1 " + "9" * 5000 + "Gbps 1ns 0\n",
    ],
)
def test_broken_files_are_refused(read, text):
    """Whatever the file holds, the answer is a finding and no traceback."""
    with pytest.raises(InputError):
        read(text)


def test_many_faults_are_summed_up(read):
    """A file of another kind does not flood the terminal."""
    with pytest.raises(InputError) as caught:
        read("500 1 400\n1\n" + "x\n" * 400)
    assert len(caught.value.findings) == 51
    assert "350 more faults" in caught.value.findings[-1].message


def test_unreadable_sources_are_refused(tmp_path):
    """A missing file, a folder and binary data are each refused by code."""
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, code in (
        (tmp_path / "missing.txt", "import-missing"),
        (tmp_path, "import-missing"),
        (binary, "import-encoding"),
    ):
        with pytest.raises(InputError) as caught:
            import_file("astra-sim", path)
        assert caught.value.findings[0].code == code


def test_huge_sources_are_refused(tmp_path):
    """A file above the limit is refused before it is read."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(InputError) as caught:
        import_file("astra-sim", path)
    assert caught.value.findings[0].code == "import-size"


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("400Gbps", 400 * 10**9),
        ("50GB/s", 400 * 10**9),
        ("1.5Mbps", 1_500_000),
        ("1KiB/s", 8192),
        ("100bps", 100),
        ("2Kbps", 2000),
    ],
)
def test_rates_are_read(text, bits):
    """Bits and bytes, decimal and binary prefixes are told apart."""
    assert read_rate(text) == bits


@pytest.mark.parametrize("text", ["400G", "400", "Gbps", "-1Gbps", "1e9bps", "400 Gbps"])
def test_other_rates_are_refused(text):
    """What is no rate of ns-3 is none here."""
    assert read_rate(text) is None


def test_quantities_are_written_in_readable_units():
    """The largest unit with a number of at least one is used, exactly where possible."""
    assert rate_text(Fraction(400 * 10**9)) == "400 Gbit/s"
    assert rate_text(Fraction(1_600 * 10**9)) == "1600 Gbit/s"
    assert size_text(Fraction(16 * 10**6)) == "16 MB"
    assert size_text(Fraction(1, 3)) == "0.3333333333333333 B"
    assert time_text(read_time("0.0005ms")) == "500 ns"
    assert time_text(Fraction(0)) == "0 ps"
