"""The search for protocols is cheap where figures are large, and ends when it is told to."""

import pytest

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.protocols.patience import OutOfTime, patient_until


def line(size, qubits, **more):
    """Return an instance with one demand over a line of nodes."""
    return EntanglementScheduling.model_validate({
        "problem": "entanglement_scheduling", "schema_version": 1, "name": "line",
        "topology": {"kind": "line", "size": size, "communication_qubits": qubits,
                     "storage_qubits": qubits},
        "workload": {"kind": "demands", "demands": [
            {"from": "0", "to": str(size - 1), "min_fidelity": 0.62, "rate": "0.5 Hz"}]},
        **more,
    })  # fmt: skip


def test_ten_thousand_qubits_of_a_node_are_no_effort():
    """Qubits that no protocol can use change nothing, and are not looked at."""
    many, some = (line(3, qubits).view.offers[0] for qubits in (10_000, 64))
    assert [offer.protocol for offer in many] == [offer.protocol for offer in some]
    assert many


def test_slots_of_a_generation_are_not_walked():
    """A link that takes 30 million slots per pair costs no memory of that size."""
    slow = [{"fidelity": 0.9, "rate": "14 Hz"}, {"fidelity": 0.91, "rate": "0.0000033 Hz"}]
    found = line(3, 1, hardware={"capabilities": slow}).view.offers[0]
    assert max(offer.shape.length for offer in found) < 100


def test_an_impatient_search_ends_and_leaves_no_trace():
    """A search that was given up is begun anew when it is asked for again."""
    view = line(4, 1).view
    with patient_until(lambda: True), pytest.raises(OutOfTime):
        view.menu(0)
    assert view.menus == {}
    with patient_until(lambda: False):
        assert view.menu(0) == view.offers[0] != ()
