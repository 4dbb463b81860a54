"""What a protocol delivers: fidelity without and with waiting, and the chance that all succeeds."""

import math
from typing import assert_never

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.plan import Distil, Link, Protocol, Swap
from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.protocols.physics import Bell
from planner.models.entanglement_scheduling.protocols.trail import Fault, Step, Trail, Waits, follow
from planner.models.entanglement_scheduling.shape import Quality

NONE: Waits = (0.0, 0.0)


def assess(
    network: Network, protocol: Protocol, source: int, target: int
) -> Quality | tuple[Fault, ...]:
    """Judge any protocol between two nodes, wherever it comes from.

    Every half depolarises from the end of its generation to the start of the operation that
    consumes it (`storage_time` in a storage qubit, `communication_time` in a communication qubit);
    what survives an operation goes on waiting during it, and the end-to-end pair until the
    protocol ends. A link operation succeeds with probability 1 - exp(-rate * its own duration),
    a swap with `swap_success`, a distillation with that of its waited inputs.

    Returns
    -------
    Quality or tuple of Fault
        Fidelities and success probability, or at least one named fault where the operations are
        not a protocol that joins the two nodes.

    """
    trail = follow(network, protocol, source, target)
    if not isinstance(trail, Trail):
        return trail
    ideal, _ = _run(network, trail, waiting=False)
    decohered, success = _run(network, trail, waiting=True)
    return Quality(fidelity=ideal, decohered=decohered, success=success)


def _run(network: Network, trail: Trail, *, waiting: bool) -> tuple[float, float]:
    """Return fidelity at the end and success probability, with or without the waits."""
    states: list[Bell] = []
    success = 1.0
    for step in trail.steps:
        waits = step.waits if waiting else (NONE,) * len(step.waits)
        match step.operation:
            case Link() as link:
                state, chance = _generate(network, link)
            case Swap(inputs=(first, second)):
                waited = [
                    _wait(states[i], wait) for i, wait in zip((first, second), waits, strict=True)
                ]
                state, chance = physics.swap(*waited), network.physics.swap_success
            case Distil() as distil:
                state, chance = _distil(network, trail.steps, states, distil, waits)
            case _:
                assert_never(step.operation)
        states.append(state)
        success *= chance
    final = _wait(states[-1], trail.last) if waiting else states[-1]
    return _in_unit(final[0]), _in_unit(success)


def _generate(network: Network, link: Link) -> tuple[Bell, float]:
    setting = network.settings[link.link][link.setting]
    tried = setting.rate * link.duration * network.physics.slot
    return physics.werner(setting.fidelity), -math.expm1(-tried)


def _wait(state: Bell, waits: Waits) -> Bell:
    """Return a state after both halves waited; depolarising times of a pair add up."""
    return physics.depolarise(state, waits[0] + waits[1])


def _distil(
    network: Network,
    steps: list[Step],
    states: list[Bell],
    operation: Distil,
    waits: tuple[Waits, ...],
) -> tuple[Bell, float]:
    first, second = operation.inputs
    if operation.scheme == "epl":
        kept, spent = (
            physics.wait_bright(_bright(network, steps[place]), *wait)
            for place, wait in zip((first, second), waits, strict=True)
        )
        return physics.epl(kept, spent)
    scheme = physics.bbpssw if operation.scheme == "bbpssw" else physics.dejmps
    return scheme(_wait(states[first], waits[0]), _wait(states[second], waits[1]))


def _bright(network: Network, step: Step) -> physics.BrightPair:
    """Return the fresh pair of a link operation whose setting has a bright-state population."""
    if not isinstance(step.operation, Link):
        raise TypeError("epl distils raw pairs only")
    setting = network.settings[step.operation.link][step.operation.setting]
    if setting.bright is None:
        raise TypeError("epl needs the bright-state population of a setting")
    return physics.bright_pair(setting.fidelity, setting.bright)


def _in_unit(value: float) -> float:
    """Return a probability without the rounding that may carry it out of [0, 1]."""
    return min(1.0, max(0.0, value))
