"""What the shell completes."""

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from planner.cli.main import VERBS, main


def offered(*words: str) -> list[str]:
    """Return what is offered for the last of the words."""
    *before, last = words
    completer = ShellComplete(main, {}, "planner", "_PLANNER_COMPLETE")
    return [item.value for item in completer.get_completions(list(before), last)]


def test_verbs() -> None:
    """The beginning of a verb is completed."""
    assert offered("") == [*VERBS]
    assert offered("ver") == ["verify"]


def test_names(dummy_problem: Path) -> None:
    """Problems, methods (also after a comma), schemas and formats are completed."""
    assert offered("methods", "du") == ["dummy"]
    assert offered("new", "du") == ["dummy"]
    assert "stroll" in offered("solve", "file.yaml", "--method", "str")
    assert "sort,draw" in offered("compare", "file.yaml", "--methods", "sort,dra")
    assert offered("schema", "dummy/p") == ["dummy/plan"]
    assert offered("import", "topo") == ["topohub"]
    assert offered("export", "plan-j") == ["plan-json"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(planner, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The documented variable prints a script for each shell."""
    if shell == "bash":
        monkeypatch.setattr(
            "click.shell_completion.BashComplete._check_version", staticmethod(lambda: None)
        )
    monkeypatch.setenv("_PLANNER_COMPLETE", f"{shell}_source")
    done = planner()
    assert done.exit_code == 0
    assert "_PLANNER_COMPLETE" in done.stdout
