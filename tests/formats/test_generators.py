"""The generators of shipped instances write what is shipped."""

import importlib.util
import runpy
import tomllib
from pathlib import Path

import pytest

from planner.loading import load_document

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
SHIPPED = INSTANCES / "flow_splitting"
SNDLIB = sorted(path.name for path in SHIPPED.glob("sndlib_*.yaml"))


def generate(name, folder):
    """Run a generator into `folder`."""
    runpy.run_path(str(INSTANCES / "generators" / name))["main"](folder)


def test_token_dispatch(tmp_path):
    """The table of the token dispatch comes out of its generator, byte for byte."""
    generate("moe_dispatch.py", tmp_path)
    written = (tmp_path / "moe_dispatch.csv").read_bytes()
    assert written == (SHIPPED / "moe_dispatch.csv").read_bytes()


def test_sndlib_networks(tmp_path):
    """The SNDlib instances come out of the package topohub, byte for byte."""
    if importlib.util.find_spec("topohub") is None:
        pytest.skip("the package topohub is not installed; pip install topohub==1.5.1")
    generate("sndlib.py", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == SNDLIB
    for name in SNDLIB:
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes()


@pytest.mark.parametrize("name", SNDLIB)
def test_restated_networks_name_source_and_licence(name):
    """Every restated network names where it is from and the licence it is under."""
    source = load_document(SHIPPED / name).data["source"]
    for part in ("SNDlib", "topohub 1.5.1", "MIT", "(c) 2023 Piotr Jurkiewicz"):
        assert part in source


def test_answers_use_known_keys_and_cite():
    """Every run names an instance and its grounds, and uses the keys the README explains."""
    readme = (INSTANCES / "README.md").read_text(encoding="utf-8")
    answers = tomllib.loads((SHIPPED / "answers.toml").read_text(encoding="utf-8"))
    assert answers["answers_version"] == 1
    for run in answers["run"]:
        assert run["cite"]
        assert (SHIPPED / run["instance"]).is_file()
        assert [key for key in run if f"`{key}`" not in readme] == []
