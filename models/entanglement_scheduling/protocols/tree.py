"""Trees of generations, swaps and distillations on a path: what is done, before where and when."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["link", "swap", "distil"]
Scheme = Literal["bbpssw", "dejmps", "epl"]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """How a pair over `hops` consecutive links is made; places on the path are relative.

    The inputs of a node are trees with the place at which they begin, counted from its own.
    """

    kind: Kind
    hops: int
    fidelity: float
    """Without waiting, in [0, 1]."""
    rate: float
    """Pairs per second that whoever built the tree expects of it."""
    path_time: float
    """Seconds of the longest chain of operations."""
    inputs: tuple[tuple["Tree", int], ...] = ()
    setting: int = 0
    """Place of the capability, of a link."""
    scheme: Scheme = "bbpssw"
    """Of a distillation."""


@dataclass(frozen=True, slots=True)
class Task:
    """One operation of a tree that was laid on a path, with its ends as places of nodes on it."""

    kind: Kind
    begin: int
    end: int
    inputs: tuple[int, ...]
    """Places of the tasks whose pairs it uses."""
    path_time: float
    name: str
    """Breaks ties of order."""
    setting: int
    scheme: Scheme


def lay_out(tree: Tree) -> list[Task]:
    """Return the operations of a tree, inputs before what uses them."""
    tasks: list[Task] = []
    counts = {"link": 0, "swap": 0, "distil": 0}
    # A pair of a tree and its place is expanded first, and becomes a task when its inputs have.
    waiting: list[tuple[Tree, int, bool]] = [(tree, 0, False)]
    made: list[int] = []
    while waiting:
        node, place, expanded = waiting.pop()
        if not expanded:
            waiting.append((node, place, True))
            waiting += [(child, place + offset, False) for child, offset in reversed(node.inputs)]
            continue
        count = len(node.inputs)
        inputs = tuple(made[len(made) - count :])
        del made[len(made) - count :]
        name = f"{node.kind[0]};{counts[node.kind]};"
        counts[node.kind] += 1
        made.append(len(tasks))
        tasks.append(
            Task(
                node.kind,
                place,
                place + node.hops,
                inputs,
                node.path_time,
                name,
                node.setting,
                node.scheme,
            )
        )
    return tasks
