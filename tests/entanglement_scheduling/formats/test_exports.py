"""Timetables, quality tables and Gantt charts of a schedule."""

import csv
import json
from xml.etree import ElementTree

import pytest

import planner as pl


def rows(path):
    """Return a CSV file as a list of dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_operation_stands_at_every_node_of_it(schedule, tmp_path):
    """A link is an operation of two nodes, a swap of one, in every repetition."""
    pl.export(schedule, "node-timetable", tmp_path / "t.csv")
    listed = rows(tmp_path / "t.csv")
    far = [row for row in listed if row["demand"] == "far" and row["repetition"] == "0"]
    kinds = sorted((row["operation"], row["node"]) for row in far)
    assert kinds == [("link", "0"), ("link", "1"), ("link", "1"), ("link", "2"), ("swap", "1")]
    driven = {(row["fidelity"], row["rate_hz"]) for row in far if row["operation"] == "link"}
    (protocol,) = [
        each for each in schedule.plan.protocols if any(op.kind == "swap" for op in each.operations)
    ]
    settings = pl.load(schedule.instance.data).view.network.settings
    assert driven == {
        (str(each.fidelity), str(each.rate))
        for op in protocol.operations
        if op.kind == "link"
        for each in [settings[op.link][op.setting]]
    }
    swap = next(row for row in far if row["operation"] == "swap")
    assert (swap["fidelity"], swap["rate_hz"]) == ("", "")
    stored = {
        qubit
        for row in far
        if row["node"] == "1" and row["operation"] == "link"
        for qubit in row["qubits"].split()
        if "-S" in qubit
    }
    assert set(swap["qubits"].split()) == stored
    assert len(stored) == 2


def test_no_qubit_is_in_two_places(schedule, tmp_path):
    """Bars of one qubit never share a slot, and each stays within its hyperperiod here."""
    pl.export(schedule, "gantt-csv", tmp_path / "g.csv")
    taken = set()
    for row in rows(tmp_path / "g.csv"):
        slots = {(row["qubit"], slot) for slot in range(int(row["start"]), int(row["end"]))}
        assert not slots & taken
        taken |= slots
    assert len({qubit for qubit, _ in taken}) >= 6


def test_json_form_has_slot_and_hyperperiod(schedule, tmp_path):
    """The JSON timetable says how long a slot is and when the schedule repeats; one node only."""
    pl.export(schedule, "node-timetable", tmp_path / "t.json", options={"node": "1"})
    values = json.loads((tmp_path / "t.json").read_text())
    assert values["slot_s"] == 0.01
    assert values["hyperperiod_slots"] == 32
    assert {each["node"] for each in values["operations"]} == {"1"}


def test_unknown_node_is_refused(schedule, tmp_path):
    """A node that is not there is a bad option, not an empty file."""
    with pytest.raises(pl.InputError, match="there is no node `9`"):
        pl.export(schedule, "node-timetable", tmp_path / "t.csv", options={"node": "9"})


def test_quality_table_lists_every_demand(schedule, tmp_path):
    """Two hops of fidelity 0.7041 with no waiting but the swap's give the published figures."""
    pl.export(schedule, "qos-csv", tmp_path / "q.csv")
    table = {row["demand"]: row for row in rows(tmp_path / "q.csv")}
    assert set(table) == {"far", "near"}
    assert table["far"]["admitted"] == "True"
    assert float(table["far"]["fidelity"]) > float(table["far"]["fidelity_decohered"])
    assert 0 < float(table["far"]["success"]) < 1


def test_chart_has_a_bar_per_held_interval(schedule, tmp_path):
    """The picture is XML with one titled bar for each line of the CSV."""
    pl.export(schedule, "gantt-svg", tmp_path / "g.svg")
    pl.export(schedule, "gantt-csv", tmp_path / "g.csv")
    root = ElementTree.fromstring((tmp_path / "g.svg").read_text())
    titled = root.findall("{*}rect/{*}title")
    assert len(titled) == len(rows(tmp_path / "g.csv"))


def test_rigid_tasks_hold_their_own_qubits(rigid, tmp_path):
    """Tasks without operations are written as holds of the qubits they name."""
    pl.export(rigid, "node-timetable", tmp_path / "t.csv")
    (row,) = rows(tmp_path / "t.csv")
    assert (row["operation"], row["qubits"], row["start_slot"]) == ("hold", "m-C0", "0")
