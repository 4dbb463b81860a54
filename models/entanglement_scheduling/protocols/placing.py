"""Operations with starts on a chain, on their way to a protocol of a network."""

from planner.models.entanglement_scheduling.plan import Distil, Link, Operation, Protocol, Swap
from planner.models.entanglement_scheduling.protocols.chain import Chain
from planner.models.entanglement_scheduling.protocols.tree import Scheme


class Placing:
    """Operations in the order in which they were added; links are places on the chain.

    The stored flags of its links speak of the nodes before and after the link on the chain. Nothing
    is validated: a protocol may be longer than any plan can hold until its period rules it out.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.operations: list[Operation] = []

    def link(self, link: int, setting: int, start: int, stored: tuple[bool, bool]) -> int:
        """Add a generation and return its place."""
        duration = self.chain.settings[link][setting].slots
        return self._add(
            Link.model_construct(
                start=start, duration=duration, link=link, setting=setting, stored=stored
            )
        )

    def swap(self, first: int, second: int, start: int) -> int:
        """Add a swap of the pairs of two operations and return its place."""
        duration = self.chain.physics.swap_slots
        return self._add(
            Swap.model_construct(start=start, duration=duration, inputs=(first, second))
        )

    def distil(self, first: int, second: int, start: int, scheme: Scheme) -> int:
        """Add a distillation, whose result stays where the first pair is; return its place."""
        duration = self.chain.physics.distil_slots
        return self._add(
            Distil.model_construct(
                start=start, duration=duration, inputs=(first, second), scheme=scheme
            )
        )

    def _add(self, operation: Operation) -> int:
        self.operations.append(operation)
        return len(self.operations) - 1

    @property
    def length(self) -> int:
        """Return the slots until the end of what ends last."""
        return max(operation.start + operation.duration for operation in self.operations)

    @property
    def protocol(self) -> Protocol:
        """Return the operations as a protocol of the chain's own network."""
        return Protocol(operations=tuple(self.operations))
