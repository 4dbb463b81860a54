"""The front as a table and as a picture."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest

from planner.formats.pictures.axis import make_axis
from planner.formats.sharding.picture import Picture, draw
from planner.models.base.errors import CapabilityError

N, NODE, ONE = (2, 2), (2, 1), (1, 1)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def w1(machine):
    """W1 with four micro-batches and 5 GB."""
    return machine(limits={"memory": "5 GB"}, training={"microbatches": 4})


def test_table(export, w1, uniform):
    """The five plans on the front of W1, which fit, and which one was chosen."""
    rows = list(csv.DictReader(io.StringIO(export("pareto-csv", w1, uniform(NODE, NODE, NODE, N)))))
    found = [
        (float(r["memory_bytes"]) / 1e9, round(float(r["time_s"]), 9), r["fits"], r["chosen"])
        for r in rows
    ]
    assert found == [
        (4, 0.72, "true", "false"),
        (4.5, 0.37, "true", "false"),
        (5, 0.22, "true", "true"),
        (6, 0.15, "false", "false"),
        (7, 0.12, "false", "false"),
    ]
    assert [r["parameters"] for r in rows] == ["2x2", "2x1", "2x1", "1x1", "1x1"]
    assert {(r["keep"], r["microbatches"], r["update_bits"]) for r in rows} == {
        ("false", "4", "16")
    }


def test_table_without_a_plan(export, w1):
    """The front does not depend on a plan."""
    rows = list(csv.DictReader(io.StringIO(export("pareto-csv", w1, None))))
    assert {row["chosen"] for row in rows} == {"false"}


def test_unknown_front_is_refused(export, w1, uniform, monkeypatch):
    """Where nothing finds the front there is no table, and the reason is told."""
    from planner.models.hierarchical_sharding import optimum, runners_up

    for module in (optimum, runners_up):
        monkeypatch.setattr(module, "why_not", lambda view: "there are too many plans")
    for format in ("pareto-csv", "pareto-svg"):
        with pytest.raises(CapabilityError, match="too many plans"):
            export(format, w1, uniform(N, N, N, N))


def test_classes_without_a_uniform_plan(export, machine):
    """Where mixed plans are allowed already, the refusal does not ask for them."""
    classes = [
        {"name": "dense", "count": 2, "parameters": 1e8},
        {"name": "experts", "count": 2, "parameters": 4e8, "expert_parallel": 2},
    ]
    instance = machine(model={"classes": classes}, policy={"mixed": True})
    with pytest.raises(CapabilityError, match=r"no uniform plan serves them all$"):
        export("pareto-csv", instance, None)


def _points(root):
    circles = root.iter(f"{SVG}circle")
    return [(float(c.get("cx")), float(c.get("cy")), c.get("class")) for c in circles]


def test_picture(export, w1, uniform):
    """Five points falling to the right, one of them ringed, and a line at the limit."""
    plan = uniform(NODE, NODE, NODE, N)
    text = export("pareto-svg", w1, plan)
    assert text == export("pareto-svg", w1, plan)
    root = ElementTree.fromstring(text)
    points = _points(root)
    front = [point for point in points if point[2] == "point"]
    (chosen,) = [point for point in points if point[2] == "chosen"]
    assert [point[0] for point in front] == sorted(point[0] for point in front)
    # Places count from the top: faster is lower.
    assert [point[1] for point in front] == sorted(point[1] for point in front)
    assert chosen[:2] == front[2][:2]
    (limit,) = [line for line in root.iter(f"{SVG}line") if line.get("class") == "limit"]
    assert float(limit.get("x1")) == front[2][0]
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {"small: given", "memory per device (GB)", "memory limit 5 GB"} <= texts
    assert "communication time per optimizer step (s)" in texts


def test_plan_off_the_front_is_ringed_where_it_is(export, w1, uniform):
    """The plan of a baseline need not lie on the front."""
    root = ElementTree.fromstring(export("pareto-svg", w1, uniform(N, NODE, N, N), title="a < b"))
    points = _points(root)
    assert points[-1][:2] not in [point[:2] for point in points[:-1]]
    assert root.find(f"{SVG}title").text == "a < b"


def test_far_limit_does_not_squeeze_the_front():
    """A limit beyond four times the largest point is told in words."""
    points = [(1e9, 2.0), (2e9, 1.0)]
    text = draw(Picture("title", "time", points, None, 80e9))
    assert "80 GB, right of the picture" in text
    assert 'class="limit"' not in text
    assert "memory limit" not in draw(Picture("title", "time", points, None, None))


@pytest.mark.parametrize(
    ("values", "is_log", "ticks"),
    [
        ([1, 4], False, [0, 1, 2, 3, 4]),
        ([0.0], False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([0.0, 100.0], False, [0, 20, 40, 60, 80, 100]),
        ([1, 100], True, [1, 2, 5, 10, 20, 50, 100]),
        ([1e-3, 1e4], True, [1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4]),
    ],
)
def test_axes_have_round_ticks(values, is_log, ticks):
    """Ticks are round; figures far apart get a logarithmic axis; places stay on the axis."""
    axis = make_axis(values, 10, 110)
    assert axis.is_log == is_log
    assert axis.ticks() == pytest.approx(ticks)
    assert all(10 <= axis.place(value) <= 110 for value in values)


def test_no_numbers_run_wild(export, machine, uniform):
    """Places are written with two decimals, whatever the figures."""
    text = export("pareto-svg", machine(), uniform(N, N, N, N))
    places = re.findall(r'c[xy]="([^"]*)"', text)
    assert all(re.fullmatch(r"\d+\.\d\d", place) for place in places)
