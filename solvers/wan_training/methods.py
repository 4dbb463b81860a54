"""The methods of training over wide-area links, and how `auto` picks one."""

from planner.models.wan_training.instance import WanTraining
from planner.solvers.contract import Choice, Method

_ROOM = "planner.solvers.wan_training"

_BASELINES = {
    "dp": "Data parallelism: gradients of all layers in every step.",
    "diloco": "DiLoCo: outer gradients of all layers once per period.",
    "streaming": "Streaming DiLoCo: one fragment of layers after the other.",
    "overlap": "Streaming DiLoCo that trains on while a fragment is sent.",
    "fp4": "The same with 4-bit outer gradients.",
    "co2": "CO2: the whole model while the next period is computed.",
}

METHODS = (
    Method(
        name="exhaustive",
        proves="exact",
        summary="Every combination of the choices, simulated at all bandwidths at once.",
        entry=f"{_ROOM}.exhaustive:solve",
    ),
    *(
        Method(name=name, proves="baseline", summary=summary, entry=f"{_ROOM}.baselines:{name}")
        for name, summary in _BASELINES.items()
    ),
)


def choose(instance: WanTraining) -> Choice:
    """Return the exhaustive choice, which an instance's limit on variants keeps short."""
    return Choice("exhaustive", "every combination of the choices can be tried")
