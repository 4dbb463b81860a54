"""The matrix of one synchronous averaging step, as numpy arrays."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="mixing-matrix",
    summary="W = I - h L in an .npz: `matrix`, or its CSR parts above 2,000 nodes, and the names.",
    problems=("gossip_rates",),
    suffixes=(".npz",),
    write="planner.formats.mixing_matrix:write",
    options={"step": "h as a share of the largest that keeps W >= 0, up to 1 (default 0.5)"},
)
DENSE = 2_000
"""Up to so many nodes the whole matrix is written."""


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write W, symmetric with rows that sum to 1; for `fdla` and `fmmc` it is I - L(weights)."""
    import numpy as np

    from planner.formats.gossip.planned import planned
    from planner.formats.gossip.weights import averaging, step_of

    found = planned(result, instance)
    step = step_of(found, options)
    matrix = averaging(found, step)
    names = np.array(found.names)
    with path.open("wb") as file:
        if found.view.nodes <= DENSE:
            np.savez_compressed(file, matrix=matrix.toarray(), nodes=names, step=step)
        else:
            parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
            np.savez_compressed(file, nodes=names, step=step, shape=matrix.shape, **parts)
    return [path]
