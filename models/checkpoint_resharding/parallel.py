"""Which parameters each rank of tensor, pipeline and data parallelism holds."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.layout import ParallelLayout
from planner.models.checkpoint_resharding.ranges import Ranges, expand, tidy
from planner.models.checkpoint_resharding.state import State, Tensor


@dataclass(frozen=True, slots=True)
class Cut:
    """A row-major tensor as `outer` blocks of `length` steps of `inner` parameters each."""

    outer: int
    length: int
    inner: int
    padded: int
    """Steps of a block that are dealt out to the ranks, padding included."""
    ways: int
    """Ranks that share it; 1 where every rank has all of it."""

    @property
    def share(self) -> int:
        """Parameters of one rank, padding included."""
        return self.outer * self.padded // self.ways * self.inner


def cut_tensor(tensor: Tensor, layout: ParallelLayout) -> Cut:
    """Return how tensor parallelism cuts a tensor; the axis must divide (vocabularies: padded)."""
    rows, columns = tensor.shape[0], tensor.size // tensor.shape[0]
    ways, parts = layout.tensor, tensor.parts
    if tensor.split == "replicated" or (ways == 1 and tensor.split != "vocabulary"):
        return Cut(1, tensor.size, 1, tensor.size, 1)
    if tensor.split == "vocabulary":
        multiple = layout.vocabulary_multiple * ways
        return Cut(1, rows, columns, -(-rows // multiple) * multiple, ways)
    if tensor.split == "column" or len(tensor.shape) == 1:
        return Cut(parts, rows // parts, columns, rows // parts, ways)
    return Cut(rows * parts, columns // parts, 1, columns // parts, ways)


def count_pieces(state: State, layout: ParallelLayout) -> int:
    """Return how many ranges the layout has at most, before any is built."""
    repeats = {"layer": state.layers, "first": 1, "last": 1}
    blocks = sum(
        repeats[tensor.place] * cut_tensor(tensor, layout).outer for tensor in state.tensors
    )
    if layout.zero:
        return (blocks + layout.pipeline * layout.data) * layout.tensor
    return blocks * layout.tensor * layout.data


def parallel_ranges(state: State, layout: ParallelLayout) -> Ranges:
    """Return the ranges of every rank, the rank as owner; see `ParallelLayout` for its number."""
    groups = [
        _piece(state, layout, tensor, rank)
        for tensor in range(len(state.tensors))
        for rank in range(layout.tensor)
    ]
    stage, rank, start, length, local = (
        np.concatenate(column) for column in zip(*groups, strict=True)
    )
    row, data = _deal(state, layout, stage, local, length)
    begin, end = start[row], start[row] + length[row]
    if layout.zero:
        chunk = _chunks(state, layout)[stage[row]]
        shift = start[row] - local[row]
        begin = np.maximum(begin, data * chunk + shift)
        end = np.minimum(end, (data + 1) * chunk + shift)
    owner = (stage[row] * layout.data + data) * layout.tensor + rank[row]
    return tidy(Ranges(owner, begin, end))


def _deal(
    state: State, layout: ParallelLayout, stage: IntArray, local: IntArray, length: IntArray
) -> tuple[IntArray, IntArray]:
    """Return range and data-parallel rank of every piece that a rank holds of a range."""
    if layout.zero:
        chunk = _chunks(state, layout)[stage]
        return expand(local // chunk, (local + length - 1) // chunk + 1)
    zeros = np.zeros(len(stage), dtype=np.int64)
    return expand(zeros, zeros + layout.data)


def _first_layers(layers: int, stages: int) -> IntArray:
    """Return the first layer of each stage, and the number of layers at the end."""
    each, more = divmod(layers, stages)
    stage = np.arange(stages + 1, dtype=np.int64)
    return stage * each + np.minimum(stage, more)


def _shares(state: State, layout: ParallelLayout) -> list[int]:
    """Return what one rank has of one copy of each tensor, padding included."""
    return [cut_tensor(tensor, layout).share for tensor in state.tensors]


def _sum_at(state: State, shares: list[int], place: str) -> int:
    """Return the sum of the shares of the tensors at a place."""
    pairs = zip(shares, state.tensors, strict=False)
    return sum(share for share, tensor in pairs if tensor.place == place)


def _chunks(state: State, layout: ParallelLayout) -> IntArray:
    """Return chunk[stage]: parameters of one data-parallel rank, padding included."""
    shares = _shares(state, layout)
    layers = np.diff(_first_layers(state.layers, layout.pipeline))
    local: IntArray = layers * _sum_at(state, shares, "layer")
    local[0] += _sum_at(state, shares, "first")
    local[-1] += _sum_at(state, shares, "last")
    chunk: IntArray = np.maximum(1, -(-local // layout.data))
    return chunk


def _piece(
    state: State, layout: ParallelLayout, number: int, rank: int
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Return what a tensor-parallel rank holds of a tensor in all stages.

    Columns: stage, rank, first parameter in storage, length, and place in the rank's own buffer.
    """
    cut = cut_tensor(state.tensors[number], layout)
    _, base = _places(state, [tensor.size for tensor in state.tensors], number, stages=1)
    stage, local = _places(state, _shares(state, layout), number, stages=layout.pipeline)
    width = cut.padded // cut.ways
    lead = rank * width if cut.ways > 1 else 0
    length = max(0, min(cut.length - lead, width)) * cut.inner
    if not length:
        stage, base, local = stage[:0], base[:0], local[:0]
    block = np.tile(np.arange(cut.outer, dtype=np.int64), len(stage))
    stage, base, local = (np.repeat(column, cut.outer) for column in (stage, base, local))
    start = base + (block * cut.length + lead) * cut.inner
    same = np.ones(len(stage), dtype=np.int64)
    return stage, same * rank, start, same * length, local + block * width * cut.inner


def _places(
    state: State, shares: list[int], number: int, *, stages: int
) -> tuple[IntArray, IntArray]:
    """Return stage and place of each copy of a tensor in buffers that hold `shares` of them.

    Storage is the one buffer that holds all of every tensor.
    """
    place = state.tensors[number].place
    edges = _first_layers(state.layers, stages)
    before = _sum_at(state, shares[:number], place)
    head, each = _sum_at(state, shares, "first"), _sum_at(state, shares, "layer")
    if place == "first":
        return np.array([0]), np.array([before])
    if place == "last":
        layers = int(edges[-1] - edges[-2])
        lead = layers * each + (head if stages == 1 else 0)
        return np.array([stages - 1]), np.array([lead + before])
    layer = np.arange(state.layers, dtype=np.int64)
    stage = np.searchsorted(edges, layer, side="right") - 1
    return stage, (layer - edges[stage]) * each + np.where(stage == 0, head, 0) + before
