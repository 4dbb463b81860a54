"""How large the models of an instance are, and which are too large, without any protocols."""

from planner.models.entanglement_scheduling.instance import EntanglementScheduling

INTERVALS = 150_000
"""Most intervals of a model with windows that is built."""
FEW = 40_000
"""Intervals up to which the model with windows is the first choice."""
CELLS = 50_000_000
"""Most slots of the hyperperiod, over all pools, of a table of what is free."""
PAIRS = 1_000_000
"""Most pairs of alternatives that are compared phase by phase."""
_SEGMENTS = 12
"""Intervals of an offered protocol on scarce pools; a guess that need not be exact."""


def intervals(instance: EntanglementScheduling) -> int:
    """Return about how many intervals a model with windows has."""
    view = instance.view
    counts = [view.hyperperiod // want.period for want in view.demands]
    if view.is_rigid:
        held = [len(shapes[0].pool) for shapes in view.shapes]
    else:
        held = [_SEGMENTS * instance.protocols.most] * len(counts)
    return sum(count * each for count, each in zip(counts, held, strict=True))


def pairs(instance: EntanglementScheduling) -> int:
    """Return how many pairs of alternatives there may be."""
    most = 1 if instance.view.is_rigid else instance.protocols.most
    return (most * len(instance.view.demands)) ** 2 // 2


def refuses_windows(instance: EntanglementScheduling) -> str | None:
    """Return why an instance is not for a model with windows."""
    if intervals(instance) <= INTERVALS:
        return None
    return "its repetitions hold too many intervals; use `lns`, or `strict` where jitter is zero"


def refuses_phases(instance: EntanglementScheduling) -> str | None:
    """Return why an instance is not for a model of phases."""
    if pairs(instance) <= PAIRS:
        return None
    return "it has too many pairs of alternatives; use `lns`"


def refuses_table(instance: EntanglementScheduling) -> str | None:
    """Return why an instance is not for a table of what is free in each slot."""
    if len(instance.view.pools) * instance.view.hyperperiod <= CELLS:
        return None
    return "its table of free qubits would be too large; `strict` needs none"


def refuses_operations(instance: EntanglementScheduling) -> str | None:
    """Return why the operations of an instance cannot be placed."""
    view = instance.view
    if view.is_rigid:
        return "rigid tasks have no operations to place; `windows` is exact for them"
    if instance.objective == "goodput":
        return "success is no sum over operations; `windows` chooses among offered protocols"
    if _SEGMENTS * sum(view.hyperperiod // want.period for want in view.demands) > INTERVALS:
        return "there are too many repetitions; `lns` plans them with offered protocols"
    return None
