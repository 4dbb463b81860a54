"""Published transformer models by name (`architectures.toml`), as classes of layers."""

import functools
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from planner.models.base.record import Count, Record, Text
from planner.models.hierarchical_sharding.model import LayerClass


class Architecture(Record):
    """The shape of a decoder-only transformer."""

    source: Text
    layers: Count
    hidden: Count
    feed_forward: Count
    heads: Count
    key_value_heads: Count | None = None
    """As many as heads if not given."""
    vocabulary: Count
    positions: Count | None = None
    gated: bool = False
    biases: bool = False
    tied: bool = False
    experts: Count = 1

    def attention(self) -> int:
        """Return the parameters of the attention block and the two norms of a layer."""
        width = self.hidden // self.heads * (self.key_value_heads or self.heads)
        matrices = 2 * self.hidden * (self.hidden + width)
        vectors = 2 * self.hidden  # the norms
        if self.biases:
            vectors += 2 * self.hidden + 2 * (self.hidden + width)
        return matrices + vectors

    def expert(self) -> int:
        """Return the parameters of one feed-forward block."""
        matrices = (3 if self.gated else 2) * self.hidden * self.feed_forward
        return matrices + (self.feed_forward + self.hidden if self.biases else 0)

    def router(self) -> int:
        """Return the parameters that choose among experts."""
        return self.hidden * self.experts if self.experts > 1 else 0

    def ends(self) -> int:
        """Return the parameters of both embeddings, the positions and the last norm."""
        tokens = (1 if self.tied else 2) * self.vocabulary * self.hidden
        norm = (2 if self.biases else 1) * self.hidden
        return tokens + (self.positions or 0) * self.hidden + norm


@functools.cache
def _architectures() -> Mapping[str, Architecture]:
    package = resources.files("planner.models.hierarchical_sharding")
    text = package.joinpath("architectures.toml").read_text(encoding="utf-8")
    return {name: Architecture.model_validate(entry) for name, entry in tomllib.loads(text).items()}


class _Known(Mapping[str, Architecture]):
    """The table, read when it is first asked for."""

    def __getitem__(self, name: str) -> Architecture:
        return _architectures()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_architectures())

    def __len__(self) -> int:
        return len(_architectures())


ARCHITECTURES: Mapping[str, Architecture] = _Known()
"""Every known architecture by name."""


def architecture_classes(name: str) -> tuple[LayerClass, ...]:
    """Return the classes of an architecture: its layers (experts apart) and its embeddings."""
    shape: Any = ARCHITECTURES[name]
    dense = shape.attention() + shape.router() + (shape.expert() if shape.experts == 1 else 0)
    classes = [LayerClass(name="layer", count=shape.layers, parameters=dense)]
    if shape.experts > 1:
        experts = shape.expert() * shape.experts
        classes.append(LayerClass(name="experts", count=shape.layers, parameters=experts))
    return (*classes, LayerClass(name="embedding", parameters=shape.ends()))
