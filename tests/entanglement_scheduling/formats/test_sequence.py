"""Schedules as reservations of SeQUeNCe, and their replay where it is installed."""

import copy
import json

import pytest

import planner as pl


@pytest.fixture
def exported(schedule, tmp_path):
    """Return a function that exports the schedule with options and reads it back."""

    def export(**options):
        path = tmp_path / "requests.json"
        pl.export(schedule, "sequence", path, options=options)
        return json.loads(path.read_text())

    return export


def replay(data, tmp_path):
    """Return whether SeQUeNCe grants each request, in its own reservation protocol.

    The clock is stopped before the first window opens: what is simulated is the signalling of
    reservations and the time cards of all memories, not the physics.
    """
    pytest.importorskip("sequence")
    from sequence.app.request_app import RequestApp
    from sequence.kernel.event import Event
    from sequence.kernel.process import Process
    from sequence.topology.router_net_topo import RouterNetTopo

    granted = []

    class Application(RequestApp):
        def get_reservation_result(self, reservation, result):
            granted.append(result)

        def get_other_reservation(self, reservation):
            pass

    topology = {**data["topology"], "stop_time": min(r["start_ps"] for r in data["requests"])}
    path = tmp_path / "topology.json"
    path.write_text(json.dumps(topology))
    network = RouterNetTopo(str(path))
    routers = {node.name: node for node in network.get_nodes_by_type("QuantumRouter")}
    for node in routers.values():
        Application(node)
    timeline = network.get_timeline()
    timeline.init()
    for request in data["requests"]:
        keys = ("responder", "start_ps", "end_ps", "memory_size", "fidelity")
        asked = [request[key] for key in keys]
        process = Process(routers[request["initiator"]], "reserve_net_resource", asked)
        timeline.schedule(Event(request["issue_ps"], process))
    timeline.run()
    assert len(granted) == len(data["requests"])
    return granted


def test_windows_touch_without_meeting(exported):
    """A window ends a picosecond before its slot does, and requests come in order."""
    data = exported()
    assert all(request["end_ps"] % 10**10 == 10**10 - 1 for request in data["requests"])
    starts = [request["start_ps"] for request in data["requests"]]
    assert starts == sorted(starts)
    assert max(request["issue_ps"] for request in data["requests"]) < starts[0]


def test_a_reservation_per_pair(exported):
    """Two links per repetition of two hops, one per repetition of a hop, in each hyperperiod."""
    assert len(exported()["requests"]) == 2 * 1 + 1 * 2
    assert len(exported(hyperperiods=3)["requests"]) == 3 * 4
    assert len(exported(reserve="protocols")["requests"]) == 1 + 2


def test_memories_are_the_storage_qubits(exported):
    """Where every half is stored, a router has as many memories as storage qubits."""
    assert {node["memo_size"] for node in exported()["topology"]["nodes"]} == {3}


@pytest.mark.parametrize("reserve", ["links", "protocols"])
def test_replay_rejects_nothing(exported, tmp_path, reserve):
    """SeQUeNCe grants every window of a schedule, over three hyperperiods."""
    assert all(replay(exported(reserve=reserve, hyperperiods=3), tmp_path))


def test_replay_can_reject(exported, tmp_path):
    """A memory fewer than the schedule needs, and reservations are rejected."""
    data = copy.deepcopy(exported())
    for node in data["topology"]["nodes"]:
        node["memo_size"] = 1
    assert not all(replay(data, tmp_path))


def test_rigid_tasks_have_no_links(rigid, tmp_path):
    """Tasks that name no nodes cannot be reserved, and say so."""
    with pytest.raises(pl.InputError, match="do not say how their links are made"):
        pl.export(rigid, "sequence", tmp_path / "r.json", options={"reserve": "links"})
    with pytest.raises(pl.CapabilityError, match="which nodes it joins"):
        pl.export(rigid, "sequence", tmp_path / "r.json")
