"""`-o` never harms what stands in its way."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from planner.cli import failures

FULL = Path("/dev/full")


@pytest.mark.parametrize("name", ["numbers.yaml", "link.yaml", "./numbers.yaml"])
def test_solve_never_replaces_its_instance(planner, instance: Path, name: str) -> None:
    """The instance is no place for its result, under whichever name."""
    Path("link.yaml").symlink_to(instance)
    before = instance.read_bytes()
    done = planner("solve", instance, "-o", name)
    assert done.exit_code == 2
    assert "file-is-input" in done.stderr
    assert instance.read_bytes() == before


def test_solve_never_replaces_the_previous_result(planner, instance: Path, result: Path) -> None:
    """Asked to, it refuses; by default it chooses another name."""
    before = result.read_bytes()
    assert planner("solve", instance, "--previous", result, "-o", result).exit_code == 2
    done = planner("solve", instance, "--previous", result)
    assert done.exit_code == 0
    assert "saved numbers.2.result.json" in done.stderr
    assert result.read_bytes() == before


def test_solve_never_replaces_long_arrays_it_reads(planner, instance: Path, result: Path) -> None:
    """The `.npz` beside the previous result counts as read."""
    result.with_suffix(".npz").write_bytes(b"arrays")
    done = planner("solve", instance, "--previous", result, "-o", "numbers.result.txt")
    assert done.exit_code == 2
    assert result.with_suffix(".npz").read_bytes() == b"arrays"


def test_export_never_replaces_its_result(planner, result: Path) -> None:
    """The result is no place for what is exported from it."""
    before = result.read_bytes()
    done = planner("export", "plan-json", result, "-o", result)
    assert done.exit_code == 2
    assert "file-is-input" in done.stderr
    assert result.read_bytes() == before


def test_export_goes_beside_long_arrays(planner, result: Path) -> None:
    """Only files that would be written count: a format without `.npz` is not refused for one."""
    result.with_suffix(".npz").write_bytes(b"arrays")
    target = result.with_suffix(".txt")
    assert planner("export", "plan-json", result, "-o", target).exit_code == 2
    from planner.api.exchange import keep_inputs

    keep_inputs(target, [result])


def test_pipe_is_written_to(planner, instance: Path) -> None:
    """A pipe takes the whole document and stays a pipe; nothing lies beside it."""
    os.mkfifo("pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_text("utf-8")))
    reader.start()
    done = planner("solve", instance, "-o", "pipe")
    reader.join(10)
    assert done.exit_code == 0
    assert json.loads(read[0])["status"] == "optimal"
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)
    assert sorted(path.name for path in Path().iterdir()) == ["numbers.yaml", "pipe"]


def test_folder_is_refused(planner, instance: Path) -> None:
    """A folder is no place for a result."""
    Path("plans").mkdir()
    assert planner("solve", instance, "-o", "plans").exit_code == 2
    assert Path("plans").is_dir()


def test_link_stays_a_link(planner, instance: Path) -> None:
    """The file behind a link is replaced, not the link."""
    Path("link.json").symlink_to("plan.json")
    assert planner("solve", instance, "-o", "link.json").exit_code == 0
    assert Path("link.json").is_symlink()
    assert json.loads(Path("plan.json").read_text("utf-8"))["status"] == "optimal"


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_dash_is_stdout(planner, instance: Path, result: Path, name: str) -> None:
    """`-o -` writes to stdout, and to no file."""
    solved = planner("solve", instance, "-o", name)
    assert json.loads(solved.stdout)["status"] == "optimal"
    assert solved.stderr == ""
    exported = planner("export", "plan-json", result, "-o", name)
    assert json.loads(exported.stdout)["kind"] == "explicit"
    assert "problem: dummy" in planner("new", "dummy", "-o", name).stdout
    assert not Path("-").exists()


@pytest.mark.skipif(not FULL.exists(), reason="needs the device /dev/full")
@pytest.mark.parametrize("words", [["problems"], ["problems", "--json"], ["--help"]], ids=" ".join)
def test_full_disk_is_one_line(words: list[str]) -> None:
    """Where stdout takes no more there is one line on stderr, and exit 1."""
    with FULL.open("wb") as full:
        command = [sys.executable, "-m", "planner", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: No space left on device.\n"


def test_closed_stdout_is_one_line() -> None:
    """A command without a stdout says so."""
    line = f'exec "{sys.executable}" -m planner problems >&-'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: stdout is closed.\n"


def test_full_disk_while_saving_is_1(planner, instance: Path, monkeypatch) -> None:
    """A result that finds no room is exit 1; it is still shown."""

    def full(number: int) -> None:
        raise OSError(failures.UNWRITABLE[0], "No space left on device")

    monkeypatch.setattr("planner.results.document.os.fsync", full)
    done = planner("solve", instance)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("error: [disk-full] ")
    assert "optimal" in done.stdout
    assert [path.name for path in Path().iterdir()] == ["numbers.yaml"]
