"""A path of a network as the protocol searches see it: a row of nodes with links between them."""

from dataclasses import dataclass

import numpy as np

from planner.models.entanglement_scheduling.network import Network, Physics, Settings
from planner.models.entanglement_scheduling.plan import Link, Operation, Protocol


@dataclass(frozen=True, slots=True)
class Chain:
    """n links in a row; node i lies before link i. Equal chains have equal protocols."""

    settings: tuple[Settings, ...]
    """(n,)."""
    communication: tuple[int, ...]
    """(n + 1,): communication qubits of each node."""
    storage: tuple[int, ...]
    """(n + 1,): storage qubits of each node."""
    physics: Physics

    @property
    def hops(self) -> int:
        """Return the number of links."""
        return len(self.settings)

    def part(self, begin: int, end: int) -> "Chain":
        """Return the links from node `begin` to node `end` > `begin`."""
        return Chain(
            self.settings[begin:end],
            self.communication[begin : end + 1],
            self.storage[begin : end + 1],
            self.physics,
        )


def nodes_on(network: Network, path: list[int], source: int) -> list[int]:
    """Return the nodes that a path of links passes from `source` on, (links + 1,).

    Raises
    ------
    ValueError
        If the links do not join up.

    """
    nodes = [source]
    for link in path:
        first, second = (int(node) for node in network.ends[link])
        if nodes[-1] not in (first, second):
            raise ValueError(f"link {link} does not begin at node {nodes[-1]}")
        nodes.append(second if nodes[-1] == first else first)
    return nodes


def chain_of(network: Network, path: list[int], source: int) -> Chain:
    """Return the chain of a path of links from `source` on."""
    nodes = nodes_on(network, path, source)
    return Chain(
        tuple(network.settings[link] for link in path),
        tuple(int(network.communication[node]) for node in nodes),
        tuple(int(network.storage[node]) for node in nodes),
        network.physics,
    )


def network_of(chain: Chain) -> Network:
    """Return a chain as a network of its own: node i before link i, in this direction."""
    count = chain.hops
    return Network(
        names=tuple(f"node{node}" for node in range(count + 1)),
        communication=np.array(chain.communication, dtype=np.int64),
        storage=np.array(chain.storage, dtype=np.int64),
        is_end=(True,) * (count + 1),
        ends=np.stack([np.arange(count), np.arange(1, count + 1)], axis=1),
        length=np.zeros(count),
        settings=chain.settings,
        physics=chain.physics,
    )


def on_path(protocol: Protocol, network: Network, path: list[int], source: int) -> Protocol:
    """Return a protocol of a chain on the path of links whose chain it is."""
    nodes = nodes_on(network, path, source)
    forward = [
        int(network.ends[link][0]) == node for link, node in zip(path, nodes[:-1], strict=True)
    ]

    def moved(operation: Operation) -> Operation:
        if not isinstance(operation, Link):
            return operation
        before, after = operation.stored
        stored = (before, after) if forward[operation.link] else (after, before)
        return operation.model_copy(update={"link": path[operation.link], "stored": stored})

    return Protocol(operations=tuple(moved(operation) for operation in protocol.operations))
