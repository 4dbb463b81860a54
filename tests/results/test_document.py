"""Result files: written whole, sealed, read back within limits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.results.document import document, read, seal

Solved = Callable[..., pl.Result]


def codes(error: pytest.ExceptionInfo[pl.InputError]) -> set[str]:
    """Return the codes of an input error."""
    return {finding.code for finding in error.value.findings}


@pytest.mark.parametrize("method", ["sort", "try_all", "oracle", "first", "blind", "draw"])
def test_result_round_trips(solved: Solved, tmp_path: Path, method: str) -> None:
    """What is read is what was written, to the last figure."""
    result = solved(method)
    assert result.save(tmp_path / "r.json") == [tmp_path / "r.json"]
    again = pl.Result.load(tmp_path / "r.json")
    assert again.data() == result.data()
    assert type(again.plan) is type(result.plan)


def test_file_is_laid_out_for_people(solved: Solved, tmp_path: Path) -> None:
    """Keys stand on lines of their own, arrays in one line."""
    solved().save(tmp_path / "r.json")
    lines = (tmp_path / "r.json").read_text().splitlines()
    assert '  "status": "optimal",' in lines
    assert '    "chosen": [1, 0]' in lines


def test_long_arrays_go_to_an_npz(
    dummy_problem: Path, long_data: dict[str, Any], tmp_path: Path
) -> None:
    """Arrays above 10,000 entries leave the JSON and come back the same."""
    result = pl.solve(long_data)
    written = result.save(tmp_path / "r.json")
    assert [path.name for path in written] == ["r.json", "r.npz"]
    plan = json.loads(written[0].read_text())["plan"]
    assert plan["chosen"]["npz"] == "plan.chosen"
    with np.load(written[1]) as stored:
        np.testing.assert_array_equal(stored["plan.chosen"], np.arange(12_000))
    assert pl.Result.load(written[0]).data() == result.data()
    assert pl.verify(written[0])


def test_files_may_be_renamed_together(
    dummy_problem: Path, long_data: dict[str, Any], tmp_path: Path
) -> None:
    """The JSON does not name the `.npz`: it has the same stem."""
    for path in pl.solve(long_data).save(tmp_path / "r.json"):
        path.rename(path.with_stem("renamed"))
    assert pl.verify(tmp_path / "renamed.json")


def test_seal_does_not_depend_on_where_arrays_are_kept(
    dummy_problem: Path, long_data: dict[str, Any], tmp_path: Path
) -> None:
    """A result printed with all its arrays verifies like the file written in two parts."""
    result = pl.solve(long_data)
    (tmp_path / "printed.json").write_text(json.dumps(result.data()))
    assert pl.verify(tmp_path / "printed.json")


def test_same_content_gives_the_same_bytes(
    dummy_problem: Path, long_data: dict[str, Any], tmp_path: Path
) -> None:
    """Writing a result twice gives equal files, so that they can be compared."""
    result = pl.solve(long_data)
    first, second = (result.save(tmp_path / name) for name in ("a.json", "b.json"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_seal_covers_every_key(solved: Solved) -> None:
    """Changing any key but the seal itself breaks it."""
    result = solved()
    values = document(result)[0]
    assert seal(values) == result.sha256
    for key in values.keys() - {"sha256"}:
        assert seal({**values, key: "edited"}) != result.sha256, key


def test_failed_write_leaves_the_old_file(
    solved: Solved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk neither harms an older result nor leaves litter."""
    result = solved()
    result.save(tmp_path / "r.json")
    before = (tmp_path / "r.json").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(pl.InputError, match="No space left"):
        result.save(tmp_path / "r.json")
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
    assert (tmp_path / "r.json").read_bytes() == before


def test_long_arrays_overwrite_no_other_file(
    dummy_problem: Path, long_data: dict[str, Any], tmp_path: Path
) -> None:
    """The `.npz` of a result takes neither the name of a side-car nor that of the result."""
    np.savez(tmp_path / "numbers.npz", numbers=np.arange(13_000))
    del long_data["numbers"]
    instance = pl.load({**long_data, "table": {"file": "numbers.npz"}}, folder=tmp_path)
    result = pl.solve(instance)
    before = (tmp_path / "numbers.npz").read_bytes()
    for name in ("numbers.json", "r.npz"):
        with pytest.raises(pl.InputError, match="result-unwritable"):
            result.save(tmp_path / name)
    assert (tmp_path / "numbers.npz").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(pl.InputError, match="result-unwritable"):
        result.save(tmp_path / "numbers.npz" / "r.json")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "json-syntax"),
        (b"problem: dummy", "json-syntax"),
        (b"[1, 2]", "result-none"),
        (b"\xff\xfe{}", "file-encoding"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b'{"gap": NaN}', "not-finite"),
        (b'{"gap": 1e999}', "not-finite"),
        (b'{"name": "\\ud800"}', "text-invalid"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """Every unreadable file gives one clear error."""
    (tmp_path / "r.json").write_bytes(content)
    with pytest.raises(pl.InputError) as error:
        read(tmp_path / "r.json")
    assert codes(error) == {code}
    assert str(tmp_path / "r.json") in str(error.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A wrong name is an error of the input."""
    with pytest.raises(pl.InputError) as error:
        pl.Result.load(tmp_path / "none.json")
    assert codes(error) == {"file-missing"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "planner-result/2"}, "format-unknown"),
        ({"format": None}, "format-unknown"),
        ({"format": ["planner-result/1"]}, "format-unknown"),
        ({"problem": "juggling"}, "problem-unknown"),
        ({"problem": 7}, "result-malformed"),
        ({"status": "perfect"}, "result-malformed"),
        ({"surprise": 1}, "result-malformed"),
        ({"objectives": {"a": 1}}, "result-malformed"),
        ({"metrics": {"deep": {"er": 1}}}, "result-malformed"),
        ({"provenance": None}, "result-malformed"),
        ({"plan": {"kind": "wishful"}}, "plan-malformed"),
        ({"plan": {"kind": ["explicit"]}}, "plan-malformed"),
        ({"plan": [1, 2]}, "plan-malformed"),
        ({"plan": {"kind": "explicit", "chosen": [0.5, 1]}}, "plan-malformed"),
        ({"plan": {"kind": "explicit", "chosen": {"npz": "plan.chosen"}}}, "reference-malformed"),
        ({"certificate": {"kind": "price", "price": "x", "value": 1}}, "certificate-malformed"),
    ],
)
def test_malformed_results_are_refused(
    solved: Solved, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    """Whatever is wrong inside gives its code and its path, never a traceback."""
    values = {**solved().data(), **change}
    (tmp_path / "r.json").write_text(json.dumps(values))
    with pytest.raises(pl.InputError) as error:
        pl.Result.load(tmp_path / "r.json")
    assert codes(error) == {code}
    assert all(finding.path and finding.fix for finding in error.value.findings)


def damage(path: Path, kind: str) -> None:
    """Damage the `.npz` at `path`."""
    arrays: dict[str, Any] = {
        "other numbers": {"plan.chosen": np.arange(1, 12_001)},
        "other shape": {"plan.chosen": np.zeros((12_000, 2), dtype=np.int64)},
        "other name": {"chosen": np.arange(12_000)},
        "pickle": {"plan.chosen": np.array([{}] * 3, dtype=object)},
        "bomb": {f"a{n}": np.zeros(1) for n in range(1_000)},
    }
    if kind == "gone":
        path.unlink()
    elif kind == "no zip":
        path.write_bytes(b"nothing")
    else:
        np.savez_compressed(path, **arrays[kind])


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("gone", "sidecar-missing"),
        ("no zip", "sidecar-corrupt"),
        ("other numbers", "digest-sidecar"),
        ("other shape", "digest-sidecar"),
        ("other name", "digest-sidecar"),
        ("pickle", "sidecar-pickle"),
        ("bomb", "sidecar-too-large"),
    ],
)
def test_damaged_npz_is_refused(
    dummy_problem: Path, long_data: dict[str, Any], tmp_path: Path, kind: str, code: str
) -> None:
    """Arrays are believed only with the right digest, and never unpickled."""
    pl.solve(long_data).save(tmp_path / "r.json")
    damage(tmp_path / "r.npz", kind)
    with pytest.raises(pl.InputError) as error:
        pl.Result.load(tmp_path / "r.json")
    assert codes(error) == {code}
    found = pl.verify(tmp_path / "r.json")
    assert [violation.code for violation in found.violations] == [code]
