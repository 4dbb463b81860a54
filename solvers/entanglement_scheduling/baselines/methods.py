"""The published schedulers and the published pipeline (Skrzypczyk and Wehner, arXiv 2111.13124)."""

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Method

_ENTRY = "planner.solvers.entanglement_scheduling.baselines.schedulers"
_BUDGET = {"budget": "Slots that a repetition may pause for in all (100 unless given)."}


QUICK = 100
"""Tasks up to which the proof of a bound takes well below a second."""


def is_quick(instance: EntanglementScheduling) -> bool:
    """Return whether no protocols have to be searched for; scheduling looks at the clock."""
    return instance.view.is_rigid and len(instance.view.demands) <= QUICK


BASELINES = (
    Method(
        name="published",
        proves="baseline",
        summary="The published pipeline: its protocols, arrival order, RCPSP-NP-EDF.",
        entry=f"{_ENTRY}:published_pipeline",
        is_quick=is_quick,
    ),
    Method(
        name="pts_np_edf",
        proves="baseline",
        summary="PTS-NP-EDF: the network as one processor, earliest deadline first.",
        entry=f"{_ENTRY}:pts_np_edf",
        is_quick=is_quick,
    ),
    Method(
        name="pts_cedf",
        proves="baseline",
        summary="PTS-CEDF: one processor, with look-ahead to the most critical repetition.",
        entry=f"{_ENTRY}:pts_cedf",
        is_quick=is_quick,
    ),
    Method(
        name="pts_pb",
        proves="baseline",
        summary="PTS-PB: one processor, with pauses between operations up to a budget.",
        entry=f"{_ENTRY}:one_processor_pausing",
        is_quick=is_quick,
        options=_BUDGET,
    ),
    Method(
        name="rcpsp_np_fpr",
        proves="baseline",
        summary="RCPSP-NP-FPR: earliest deadline first, qubits reserved for the whole protocol.",
        entry=f"{_ENTRY}:rcpsp_np_fpr",
        is_quick=is_quick,
    ),
    Method(
        name="rcpsp_np_edf",
        proves="baseline",
        summary="RCPSP-NP-EDF: earliest deadline first, qubits reserved while they are held.",
        entry=f"{_ENTRY}:rcpsp_np_edf",
        is_quick=is_quick,
    ),
    Method(
        name="rcpsp_cedf",
        proves="baseline",
        summary="RCPSP-CEDF: look-ahead on every qubit, reserved for the whole protocol.",
        entry=f"{_ENTRY}:rcpsp_cedf",
        is_quick=is_quick,
    ),
    Method(
        name="rcpsp_pb_block",
        proves="baseline",
        summary="RCPSP-PB-block: with pauses; a running piece reserves every qubit.",
        entry=f"{_ENTRY}:rcpsp_pb_block",
        is_quick=is_quick,
        options=_BUDGET,
    ),
    Method(
        name="rcpsp_pbs",
        proves="baseline",
        summary="RCPSP-PBS: with pauses; a piece reserves what it uses for all its slots.",
        entry=f"{_ENTRY}:rcpsp_pbs",
        is_quick=is_quick,
        options=_BUDGET,
    ),
    Method(
        name="rcpsp_pb",
        proves="baseline",
        summary="RCPSP-PB: with pauses; qubits reserved while they are held.",
        entry=f"{_ENTRY}:every_qubit_pausing",
        is_quick=is_quick,
        options=_BUDGET,
    ),
)
