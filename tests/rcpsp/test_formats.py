"""Published project files are read to the last number, and schedules are written."""

import csv

import pytest

import planner as pl
from planner.formats import export_file, import_file
from planner.models.base.errors import InputError

SM = """\
************************************************************************
file with basedata            : small.bas
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       2    0
  3      1     4       1    1
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    2    1
"""
SCH = """\
2 1 0 0
0 1 2 1 2 [0] [0]
1 1 2 2 3 [1] [3]
2 1 2 3 1 [2] [-4]
3 1 0
0 1 0 0
1 1 3 1
2 1 2 1
3 1 0 0
1
"""
RCP = "4 2\n2 1\n0 0 0 2 2 3\n3 2 0 1 4\n4 1 1\n1 4\n0 0 0 0\n"


def imported(tmp_path, name, text):
    """Import a text as a file of a format."""
    path = tmp_path / "small.txt"
    path.write_text(text, encoding="utf-8")
    return pl.load(dict(import_file(name, path)))


@pytest.mark.parametrize(("name", "text"), [("psplib", SM), ("patterson", RCP)])
def test_both_forms_of_a_project_are_the_same(name, text, tmp_path):
    """Durations, demands, successors and capacities arrive; 3 and 4 cannot overlap, so 7."""
    view = imported(tmp_path, name, text).view
    assert view.duration.tolist() == [0, 3, 4, 0]
    assert view.demand.tolist() == [[0, 0], [2, 0], [1, 1], [0, 0]]
    assert view.capacity.tolist() == [2, 1]
    assert sorted(view.arcs.tolist()) == [[0, 1, 0], [0, 2, 0], [1, 3, 3], [2, 3, 4]]
    assert pl.solve(imported(tmp_path, name, text), "branching").value == 7


def test_negative_lags_become_maximum_lags(tmp_path):
    """`2 -> 1 [-4]` says that 2 starts at most 4 after 1; 1 runs 3 periods, then 2."""
    instance = imported(tmp_path, "progen-max", SCH)
    lags = [lag.model_dump(by_alias=True, exclude_none=True) for lag in instance.time_lags]
    assert {"from": "job1", "to": "job2", "max": 4} in lags
    assert {"from": "job1", "to": "job2", "min": 1} in lags
    assert pl.solve(instance, "branching").value == 5


@pytest.mark.parametrize(
    ("name", "text", "old", "new", "code"),
    [
        ("psplib", SM, "1        1          2  ", "1        1          3  ", "import-count"),
        ("psplib", SM, "   2        1 ", "   2        2 ", "import-unsupported"),
        ("psplib", SM, ":  0   N", ":  2   N", "import-unsupported"),
        ("psplib", SM, "           4\n", "           9\n", "import-reference"),
        ("psplib", SM, "REQUESTS", "QUESTS", "import-syntax"),
        ("psplib", SM, "  2      1     3       2    0\n", "", "import-count"),
        ("progen-max", SCH, "2 1 0 0\n", "3 1 0 0\n", "import-count"),
        ("progen-max", SCH, "2 1 0 0\n", "2 1 1 0\n", "import-unsupported"),
        ("progen-max", SCH, "1 1 2 2 3", "1 1 2 2 7", "import-reference"),
        ("progen-max", SCH, "[1] [3]", "[1]", "import-syntax"),
        ("progen-max", SCH, "2 1 2 3 1", "2 2 2 3 1", "import-unsupported"),
        ("progen-max", SCH, "[-4]", "[x]", "import-syntax"),
        ("patterson", RCP, "0 0 0 0\n", "0 0 0\n", "import-count"),
        ("patterson", RCP, "0 0 0 0\n", "0 0 0 0 5\n", "import-count"),
        ("patterson", RCP, "1 4\n", "1 6\n", "import-reference"),
        ("patterson", RCP, "3 2 0", "3 -2 0", "import-syntax"),
        ("patterson", RCP, RCP, "", "import-syntax"),
    ],
)
def test_faults_of_a_file_have_codes(name, text, old, new, code, tmp_path):
    """A wrong count, reference or kind of project is refused with its code."""
    if new != text:
        assert old in text
    with pytest.raises(InputError) as error:
        imported(tmp_path, name, text.replace(old, new, 1))
    assert code in {found.code for found in error.value.findings}


def test_schedules_are_exported(tmp_path):
    """The start list and the Gantt table say the same, with the slack that the lags leave."""
    instance = imported(tmp_path, "psplib", SM)
    result = pl.solve(instance, "branching")
    lines = tmp_path / "small.sol"
    export_file("psplib", result, instance, lines)
    head, _, *rows = lines.read_text(encoding="utf-8").splitlines()
    assert head == "makespan 7"
    starts = {row.split()[0]: int(row.split()[1]) for row in rows}
    table = tmp_path / "small.csv"
    export_file("gantt-csv", result, instance, table)
    with table.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert {row["activity"]: int(row["start"]) for row in found} == starts
    assert int(found[-1]["end"]) == 7
    assert all(int(row["slack"]) >= 0 for row in found)


def test_result_without_a_schedule_is_not_exported(tmp_path):
    """An infeasible result is refused with a sentence, not with a traceback."""
    data = imported(tmp_path, "psplib", SM).data()
    data["resources"][0]["capacity"] = 1
    instance = pl.load(data)
    result = pl.solve(instance)
    assert result.status == "infeasible"
    with pytest.raises(pl.CapabilityError):
        export_file("gantt-csv", result, instance, tmp_path / "x.csv")
