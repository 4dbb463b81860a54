"""Output of nccl-tests and rccl-tests as efficiency curves, and clear words where it is broken."""

# Tables are as wide as the programmes print them.
# ruff: noqa: E501

from pathlib import Path

import pytest
import yaml

import planner as pl
from planner.formats import import_file, instance_text
from planner.models.base.errors import InputError

HEAD = """\
# nccl-tests version 2.17.6 nccl-headers=22809 nccl-library=22809
# Collective test starting: {name}
# nThread 1 nGpus 1 minBytes 1024 maxBytes 1073741824 step: 32(factor) warmup iters: 1 iters: 20
#
# Using devices
{ranks}
#
#                                                              out-of-place                       in-place
#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)
"""
TAIL = """\
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 85.1
#
# Collective test concluded: {name}
"""
GATHER = [
    "        1024            64     float    none      -1    10.00    0.10    0.08       0     8.00    0.13    0.10     N/A",
    "     1048576         65536     float    none      -1    20.00   52.43   39.32       0    19.00   55.19   41.39       0",
    "  1073741824      67108864     float    none      -1   4000.0  268.44  201.33       0   3900.0  275.32  206.49       0",
]
REDUCE = [
    " 16777216 4194304 float sum -1 100.0 167.77 251.66 0 101.0 166.11 249.17 0",
]
PEAK = 450.0


def table(name="all_gather_perf", rows=GATHER, ranks=4, prefix=""):
    """Return the text of one test."""
    devices = "\n".join(
        f"#  Rank {n:2} Group  0 Pid 10{n} on  host device {n:2} [0000:1b:00] Some GPU"
        for n in range(ranks)
    )
    text = HEAD.format(name=name, ranks=devices) + "\n".join(rows) + "\n" + TAIL.format(name=name)
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


@pytest.fixture
def read(tmp_path):
    """Return a function that imports a text and returns the curves of the only level."""

    def run(text, format="nccl-tests", name="run.txt", **options):
        path = tmp_path / name
        path.write_text(text)
        data = import_file(format, path, {"rate": f"{PEAK} GB/s", **options})
        (level,) = data["topology"]["levels"]
        return level["efficiency"]

    return run


@pytest.fixture
def faults(tmp_path):
    """Return a function that imports a broken text and returns the findings."""

    def run(text, **options):
        path = tmp_path / "run.txt"
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            import_file("nccl-tests", path, {"rate": "450 GB/s", **options})
        return caught.value.findings

    return run


@pytest.mark.parametrize("format", ["nccl-tests", "rccl-tests"])
def test_efficiency_is_busbw_over_the_peak(read, format):
    """One curve per collective and number of ranks; the full buffer is the size."""
    (curve,) = read(table(), format)
    assert (curve["operation"], curve["group"]) == ("all_gather", 4)
    points = [(point["size"], point["efficiency"]) for point in curve["points"]]
    # 0.08 GB/s has one digit, so the first point comes from 1024 B in 10 us: 3/4 of 0.1024 GB/s.
    assert points == [
        ("1024 B", pytest.approx(0.0768 / PEAK, rel=1e-9)),
        ("1048576 B", pytest.approx(39.32 / PEAK, rel=1e-9)),
        ("1073741824 B", pytest.approx(201.33 / PEAK, rel=1e-9)),
    ]


def test_in_place_columns(read):
    """The in-place figures are read where they are asked for."""
    (curve,) = read(table(), place="in_place")
    assert curve["points"][-1]["efficiency"] == pytest.approx(206.49 / PEAK)


@pytest.mark.parametrize("prefix", ["0: ", "[1,0]<stdout>:"])
def test_lines_of_launchers(read, prefix):
    """The rank that a launcher writes before every line is skipped."""
    assert read(table(prefix=prefix)) == read(table())


@pytest.mark.parametrize(
    "row",
    [
        "1048576 65536 float none -1 20.00 52.43 39.32 0",
        "1048576 65536 float 20.00 52.43 39.32 0e+00 19.00 55.19 41.39 0e+00",
        "1048576 131072 half none -1 20.00 52.43 39.32 0 19.00 55.19 41.39 0",
    ],
)
def test_other_forms_of_a_row(read, row):
    """One table only, older rows without reduction and root, and other types are read."""
    (curve,) = read(table(rows=[row]))
    assert curve["points"] == [{"size": "1048576 B", "efficiency": pytest.approx(39.32 / PEAK)}]


def test_several_tests_in_one_text(read):
    """Every programme of a text gives its own curve."""
    text = table() + table("reduce_scatter_perf") + table("all_reduce_perf", REDUCE)
    curves = read(text + table("all_gather_perf", GATHER[1:2]))
    assert [(curve["operation"], curve["group"]) for curve in curves] == [
        ("all_gather", 4),
        ("all_reduce", 4),
        ("reduce_scatter", 4),
    ]
    assert curves[1]["points"][0]["efficiency"] == pytest.approx(251.66 / PEAK)


def test_runs_of_one_size_are_averaged(read):
    """The same collective measured twice gives the mean."""
    faster = GATHER[1].replace("20.00   52.43   39.32", "10.00  104.86   78.64")
    (curve,) = read(table(rows=[GATHER[1]]) + table(rows=[faster]))
    assert curve["points"][0]["efficiency"] == pytest.approx((39.32 + 78.64) / 2 / PEAK)


def test_older_texts_name_no_programme(read):
    """The command line in the text, or the name of the file, says which collective it is."""
    lines = [line for line in table().splitlines() if "ollective test" not in line]
    bare = "\n".join(lines)
    assert read(f"$ ./build/all_gather_perf -b 1K -e 1G\n{bare}") == read(table())
    assert read(bare, name="all_gather_perf.log") == read(table())


def test_ranks_may_be_given(read):
    """Where devices are cut from the text an option tells how many there were."""
    text = "\n".join(line for line in table().splitlines() if "Rank" not in line)
    assert read(text, ranks=4) == read(table())


def test_several_files(tmp_path, read):
    """A folder is read whole, and further files can be named."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.txt").write_text(table())
    (tmp_path / "more" / "b.log").write_text(table("all_reduce_perf", REDUCE))
    (tmp_path / "more" / "notes.md").write_text("nothing")
    data = import_file("nccl-tests", tmp_path / "more", {"rate": "450 GB/s"})
    (level,) = data["topology"]["levels"]
    extra = f"{tmp_path / 'more' / 'b.log'}"
    assert level["efficiency"] == read(table(), more=extra)
    assert len(level["efficiency"]) == 2


def test_new_instance_loads_and_solves(tmp_path):
    """The instance that comes out is read back as written, and a plan is found for it."""
    path = tmp_path / "run.txt"
    path.write_text(table() + table("all_reduce_perf", REDUCE))
    data = import_file("nccl-tests", path, {"rate": "450 GB/s", "parameters": 1e9, "name": "mine"})
    file = tmp_path / "mine.yaml"
    file.write_text(instance_text(data))
    result = pl.solve(file, method="zero1")
    assert result.verified
    # 2 GB all-reduced over four devices: 3 GB at 251.66 GB/s measured; the gather at 201.33.
    share = {"scatter": 1.5 / 450, "gather": 1.5 / 201.33}
    assert result.value == pytest.approx(sum(share.values()), rel=1e-9)


def test_attached_to_a_level(tmp_path):
    """The curves go into the level that is named, over the peak rate it has; the rest stays."""
    shape = "{name: gpu, fanout: 4, unit_bandwidth: 450 GB/s}"
    text = (
        "problem: hierarchical_sharding\nschema_version: 1\nname: two\n"
        f"topology:\n  kind: hierarchy\n  levels:\n    - {shape}\n"
        "    - {name: node, fanout: 2, unit_bandwidth: 1000 GB/s}\n"
        "model: {parameters: 1e9, unit_parameters: 0}\n"
    )
    base = tmp_path / "two.yaml"
    base.write_text(text)
    run = tmp_path / "run.txt"
    run.write_text(table())
    for level, peak in (("gpu", 450), ("node", 250)):
        data = import_file("nccl-tests", run, {"instance": base, "level": level})
        levels = {row["name"]: row for row in data["topology"]["levels"]}
        (curve,) = levels[level]["efficiency"]
        assert curve["points"][-1]["efficiency"] == pytest.approx(201.33 / peak)
        (other,) = levels.keys() - {level}
        assert "efficiency" not in levels[other]
        assert pl.load(yaml.safe_load(instance_text(data))).name == "two"


def test_attached_to_a_named_cluster(tmp_path):
    """A named cluster is written out as levels and keeps its memory."""
    base = tmp_path / "h100.yaml"
    base.write_text(
        "problem: hierarchical_sharding\nschema_version: 1\nname: h100\n"
        "topology: {kind: cluster, cluster: dgx_h100}\n"
        "model: {parameters: 1e9, unit_parameters: 0}\n"
    )
    run = tmp_path / "run.txt"
    run.write_text(table())
    data = import_file("nccl-tests", run, {"instance": base, "level": "gpu"})
    before, after = pl.load(base), pl.load(dict(data))
    assert after.view.memory == before.view.memory == 80e9
    assert after.view.machine.fanout == before.view.machine.fanout
    assert after.view.machine.rate.tolist() == before.view.machine.rate.tolist()


@pytest.mark.parametrize(
    ("instance", "level", "part"),
    [
        ("topology: {kind: cluster, cluster: dgx_h100}", "gpus", "there is no level `gpus`"),
        ("topology: {kind: cluster, cluster: dgx_h100}", None, "the level is not named"),
        ("topology: {kind: cluster, cluster: tpu_v5e}", "axis0", "a torus has no levels"),
    ],
)
def test_levels_that_cannot_be_measured(tmp_path, instance, level, part):
    """Levels that are missing, not named, or of a torus are refused."""
    base = tmp_path / "base.yaml"
    base.write_text(
        f"problem: hierarchical_sharding\nschema_version: 1\nname: base\n{instance}\n"
        "model: {parameters: 1e9, unit_parameters: 0}\n"
    )
    run = tmp_path / "run.txt"
    run.write_text(table())
    with pytest.raises(InputError, match=part):
        import_file("nccl-tests", run, {"instance": base, "level": level})


@pytest.mark.parametrize(
    ("text", "code", "part", "line"),
    [
        ("nothing to see\n", "import-syntax", "no table", None),
        (table(rows=[]), "import-syntax", "no table", None),
        (table(rows=[f"{GATHER[1]} 7"]), "import-syntax", "not as expected", 14),
        (table(rows=[GATHER[1].replace("39.32", "fast")]), "import-syntax", "not as expected", 14),
        (table(rows=[GATHER[1].replace("       0    ", "       3    ")]), "import-unsupported", "3 wrong", 14),
        (table("alltoall_perf"), "import-unsupported", "`alltoall_perf` is no collective", 1),
        (table(ranks=1), "import-count", "only one rank", 1),
        (table(ranks=0), "import-count", "no rank is listed", 1),
        (table(ranks=8), "import-count", "are not 1024 bytes", 18),
        (table("all_reduce_perf", [" 16777216 4194304 float sum -1 100.0 167.77 167.77 0"]), "import-count", "does not follow", 14),
        (table().replace("Rank  2", "Rank  9"), "import-count", "rank 2 is not among", 1),
    ],
)  # fmt: skip
def test_broken_texts(faults, text, code, part, line):
    """Everything that is wrong with a text is told with its line."""
    finding = faults(text)[0]
    assert finding.code == code
    assert part in finding.message
    if line is not None:
        assert abs(finding.line - line) <= 3


def test_unnamed_programme(faults):
    """A text that says nowhere which collective was measured is refused."""
    lines = [line for line in table().splitlines() if "ollective test" not in line]
    (finding,) = faults("\n".join(lines))
    assert finding.code == "import-unsupported"
    assert "all_gather_perf" in finding.fix


def test_faster_than_the_peak(faults):
    """A peak below what was measured is refused with the line that shows it."""
    (finding,) = faults(table(), rate="100 GB/s")
    assert finding.code == "option-value"
    assert "reaches 201.33 GB/s, more than the peak of 100 GB/s" in finding.message
    assert "run.txt:" in finding.message


def test_the_peak_is_needed(tmp_path):
    """Without a level that has a rate the peak must be given."""
    path = tmp_path / "run.txt"
    path.write_text(table())
    with pytest.raises(InputError, match="the peak rate is not known"):
        import_file("nccl-tests", path)


def test_missing_file():
    """A source that is not there is named."""
    with pytest.raises(InputError) as caught:
        import_file("nccl-tests", Path("/nowhere/run.txt"), {"rate": "450 GB/s"})
    assert caught.value.findings[0].code == "import-missing"
