"""What README and the pages promise works as it is written."""

import re
import shlex
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from suite import folder_of

import planner as pl
from planner.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = README.split("## A tour")[1].split("\n## ")[0]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[bi]*/README.md")]


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as they are made on GitHub."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.fixture
def fabric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The instance of the tour, in a folder of its own that is the current one."""
    (text,) = blocks(TOUR, "yaml")
    path = tmp_path / text.splitlines()[0].removeprefix("# ")
    path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def test_instance_of_the_tour_is_what_it_is_called(fabric: Path) -> None:
    """The name of the instance counts its racks and failed links."""
    instance = pl.load(fabric)
    topology = instance.data()["topology"]
    assert (topology["leaves"], len(topology["failed_links"])) == (16, 1)
    assert instance.name == "sixteen racks, one link down"


def test_commands_of_the_tour_work(fabric: Path) -> None:
    """Each command of the tour, in order, ends with exit code 0."""
    commands = [shlex.split(line, comments=True) for line in blocks(TOUR, "sh")[0].splitlines()]
    assert len(commands) >= 8
    for name, *words in commands:
        assert name == "planner"
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (words, done.output)


def test_python_of_the_tour_works(fabric: Path) -> None:
    """The lines for Python run, on the instance of the tour."""
    (code,) = blocks(TOUR, "python")
    exec(compile(textwrap.dedent(code), "README.md", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that exists, and a heading of it."""
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"\$[^$]*\$|`[^`]*`", "", text)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_outside_packages_name_their_instances_absolutely(tmp_path: Path) -> None:
    """The conformance suite takes an absolute folder as it is, others from the checkout."""
    (flow_splitting,) = (found for found in pl.problems() if found.name == "flow_splitting")
    outside = replace(flow_splitting, instances=str(tmp_path))
    assert folder_of(outside) == tmp_path
    assert folder_of(flow_splitting) == ROOT / "instances" / "flow_splitting"
