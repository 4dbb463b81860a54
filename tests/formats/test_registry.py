"""Finding formats, and refusing what they cannot do."""

import logging
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from planner.formats import Format, export_file, formats, get_format, import_file, registry
from planner.models.base.errors import InputError


@pytest.fixture
def fresh_registry():
    """Forget the formats found so far, before and after."""
    registry.formats.cache_clear()
    yield
    registry.formats.cache_clear()


def test_formats_are_found_by_file():
    """Every module of the package with a FORMAT is listed, in alphabetical order."""
    names = [kind.name for kind in formats()]
    assert names == sorted(names)
    assert {"astra-sim", "topohub", "htsim", "plan-csv", "plan-json", "qp-table"} <= set(names)


def test_format_knows_its_directions():
    """A format says whether it reads, writes, and for which problems."""
    assert get_format("astra-sim").reads
    assert not get_format("astra-sim").writes
    assert get_format("plan-json").serves("another_problem")
    assert not get_format("qp-table").serves("another_problem")


def test_every_entry_can_be_imported():
    """The functions that formats name exist."""
    from planner.catalog.problem import resolve

    for kind in formats():
        assert kind.reads or kind.writes
        for entry in (kind.read, kind.write):
            assert entry is None or callable(resolve(entry))


def test_unknown_format_names_the_known_ones(tmp_path):
    """A misspelt format is refused with the list of formats."""
    with pytest.raises(InputError) as caught:
        import_file("astrasim", tmp_path / "x")
    (finding,) = caught.value.findings
    assert finding.code == "file-format-unknown"
    assert "astra-sim" in finding.fix


def test_wrong_direction_is_refused(tmp_path):
    """An export format cannot be imported, and the reverse."""
    with pytest.raises(InputError) as caught:
        import_file("plan-csv", tmp_path / "x")
    assert caught.value.findings[0].code == "file-format-import"
    instance = SimpleNamespace(problem="flow_splitting")
    with pytest.raises(InputError) as caught:
        export_file("topohub", None, instance, tmp_path / "x")
    assert caught.value.findings[0].code == "file-format-export"


def test_format_of_another_problem_is_refused(tmp_path):
    """A result of another problem cannot be exported as a queue pair table."""
    with pytest.raises(InputError) as caught:
        export_file("qp-table", None, SimpleNamespace(problem="gossip"), tmp_path / "x")
    (finding,) = caught.value.findings
    assert "plan-json" in finding.fix
    assert "qp-table" not in finding.fix


def test_unknown_option_names_the_known_ones(tmp_path):
    """A misspelt option is refused before the file is looked at."""
    with pytest.raises(InputError) as caught:
        import_file("astra-sim", tmp_path / "missing", {"sise": "1 MB"})
    (finding,) = caught.value.findings
    assert finding.code == "option-unknown"
    assert "`size`" in finding.fix


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"size": "16"}, "no unit"),
        ({"size": "0 MB"}, "above zero"),
        ({"size": 16}, "no unit"),
        ({"workload": "gossip"}, "none of the choices"),
    ],
)
def test_bad_option_value_is_refused(tmp_path, options, part):
    """An option value that cannot be used says why."""
    path = tmp_path / "net.txt"
    path.write_text("3 1 2\n2\n0 2 1Gbps 1ns 0\n1 2 1Gbps 1ns 0\n")
    with pytest.raises(InputError) as caught:
        import_file("astra-sim", path, options)
    (finding,) = caught.value.findings
    assert finding.code == "option-value"
    assert part in finding.message


def test_entry_points_add_formats(monkeypatch, fresh_registry):
    """A format of another package is listed after ours."""
    other = Format(name="other", summary="Of another package.", read="other:read")
    point = EntryPoint("other", "other_package:FORMAT", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: other)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert formats()[-1] is other


@pytest.mark.parametrize(
    "loaded",
    [
        object(),
        Format(name="astra-sim", summary="Takes our name.", read="other:read"),
        ImportError("no module of that name"),
    ],
)
def test_broken_entry_point_harms_no_other(monkeypatch, fresh_registry, caplog, loaded):
    """What is no format, reuses a name or cannot be loaded is left out, with a warning."""

    def load(point):
        if isinstance(loaded, Exception):
            raise loaded
        return loaded

    point = EntryPoint("other", "other_package:FORMAT", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    with caplog.at_level(logging.WARNING, logger="planner"):
        assert get_format("astra-sim").reads
    assert "other_package" in caplog.text
    with pytest.raises(InputError) as caught:
        get_format("other")
    assert caught.value.findings[0].code == "file-format-entry"


def test_every_format_is_documented() -> None:
    """The page on formats names every format, and none that does not exist."""
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert rows == {format_.name for format_ in formats()}
