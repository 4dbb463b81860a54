"""The field reference and the models say the same, and its snippet solves."""

import re
from pathlib import Path

import pytest
import yaml

import planner as pl
from planner.models.base.record import Record
from planner.models.hierarchical_sharding import Instance, model, training
from planner.models.hierarchical_sharding.architectures import ARCHITECTURES
from planner.models.topologies import hierarchy
from planner.models.topologies.clusters import CLUSTERS

PAGE = (Path(__file__).parents[2] / "docs" / "instances" / "hierarchical_sharding.md").read_text(
    encoding="utf-8"
)
NAMED = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
RECORDS: tuple[type[Record], ...] = (
    Instance,
    hierarchy.Level,
    hierarchy.Curve,
    hierarchy.NamedCluster,
    hierarchy.Torus,
    model.Model,
    model.LayerClass,
    training.Training,
    training.Batch,
    training.Precision,
    training.Policy,
    training.Limits,
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_is_described(record: type[Record]) -> None:
    """A field that a user may write stands on the page."""
    known = NAMED | {"units"}
    assert {"kind"} | set(record.model_fields) <= known | {"kind"}


def test_every_name_is_listed() -> None:
    """Machines and architectures that ship are named."""
    assert set(CLUSTERS) | set(ARCHITECTURES) <= NAMED


def test_the_snippet_solves() -> None:
    """The first thing a reader copies works."""
    (snippet,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert pl.solve(yaml.safe_load(snippet)).status == "optimal"
