"""Ranges of flat and parallel layouts, against slices of real arrays."""

import itertools
from typing import Any

import numpy as np
import pytest

from planner.models.checkpoint_resharding.layout import ParallelLayout
from planner.models.checkpoint_resharding.ranges import Ranges, equal_pieces, tidy, uncovered
from planner.models.checkpoint_resharding.samples import TENSORS
from planner.models.checkpoint_resharding.state import State
from planner.models.checkpoint_resharding.view import count_slots, layout_ranges

PAD = -1


def listed(ranges: Ranges, owner: int) -> list[int]:
    """Return every parameter of an owner."""
    rows = np.flatnonzero(ranges.owner == owner)
    return [n for row in rows for n in range(ranges.start[row], ranges.stop[row])]


def share(numbers: np.ndarray, tensor: Any, layout: ParallelLayout, rank: int) -> np.ndarray:
    """Return what a tensor-parallel rank has of a tensor, by slicing an array of numbers."""
    ways = layout.tensor
    if tensor.split == "replicated":
        return numbers
    if tensor.split == "vocabulary":
        multiple = layout.vocabulary_multiple * ways
        rows = -(-len(numbers) // multiple) * multiple
        padded = np.full((rows, *numbers.shape[1:]), PAD)
        padded[: len(numbers)] = numbers
        return np.split(padded, ways)[rank]
    axis = 1 if tensor.split == "row" and numbers.ndim == 2 else 0
    blocks = np.split(numbers, tensor.parts, axis=axis)
    return np.concatenate([np.split(block, ways, axis=axis)[rank] for block in blocks], axis=axis)


def expected(state: State, layout: ParallelLayout) -> list[list[int]]:
    """Return the parameters of every rank, by building the buffers of all ranks."""
    copies = [(t, None) for t in state.tensors if t.place == "first"]
    for layer in range(state.layers):
        copies += [(t, layer) for t in state.tensors if t.place == "layer"]
    copies += [(t, None) for t in state.tensors if t.place == "last"]
    stage_of = {
        int(layer): stage
        for stage, layers in enumerate(np.array_split(np.arange(state.layers), layout.pipeline))
        for layer in layers
    }
    buffers: dict[tuple[int, int], list[int]] = {
        key: [] for key in itertools.product(range(layout.pipeline), range(layout.tensor))
    }
    at = 0
    for tensor, layer in copies:
        numbers = np.arange(at, at + tensor.size).reshape(tensor.shape)
        at += tensor.size
        last = layout.pipeline - 1 if tensor.place == "last" else 0
        stage = last if layer is None else stage_of[layer]
        for rank in range(layout.tensor):
            buffers[stage, rank] += share(numbers, tensor, layout, rank).ravel().tolist()
    found = []
    for stage, data, rank in itertools.product(
        range(layout.pipeline), range(layout.data), range(layout.tensor)
    ):
        buffer = buffers[stage, rank]
        chunk = -(-len(buffer) // layout.data)
        piece = buffer[data * chunk : (data + 1) * chunk] if layout.zero else buffer
        found.append(sorted(number for number in piece if number != PAD))
    return found


@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("shape", list(itertools.product([1, 2, 4], [1, 2, 3], [1, 2, 3])))
@pytest.mark.parametrize("multiple", [1, 3])
def test_parallel_ranks_hold_slices(shape: tuple[int, int, int], multiple: int, zero: bool) -> None:
    """Every rank holds what slicing, padding and flattening real arrays gives it."""
    tensor, pipeline, data = shape
    state = State.model_validate({"layers": 3, "tensors": TENSORS})
    layout = ParallelLayout(
        kind="parallel",
        tensor=tensor,
        pipeline=pipeline,
        data=data,
        zero=zero,
        vocabulary_multiple=multiple,
    )
    ranges = layout_ranges(state, layout, round(state.count()))
    assert [listed(ranges, k) for k in range(count_slots(layout))] == expected(state, layout)


def test_more_stages_than_layers_leaves_stages_empty() -> None:
    """A stage without a layer holds nothing, and nothing is lost."""
    state = State.model_validate({"layers": 1, "tensors": [{"name": "a", "shape": [6]}]})
    layout = ParallelLayout(kind="parallel", pipeline=3, data=2, zero=True)
    ranges = layout_ranges(state, layout, 6)
    found = [listed(ranges, k) for k in range(6)]
    assert found == [[0, 1, 2], [3, 4, 5], [], [], [], []]


def test_flat_pieces_are_rounded_up() -> None:
    """Ten parameters in four pieces are 3, 3, 3, 1, and five in four leave the last one empty."""
    assert [len(listed(equal_pieces(10, 4), k)) for k in range(4)] == [3, 3, 3, 1]
    assert [len(listed(equal_pieces(5, 4), k)) for k in range(4)] == [2, 2, 1, 0]


def test_tidy_joins_touching_ranges() -> None:
    """Neighbours of one owner become one range, empty ranges go, other owners stay apart."""
    columns = ([1, 0, 0, 0, 0], [4, 2, 0, 9, 5], [6, 4, 2, 9, 6])
    found = tidy(Ranges(*map(np.array, columns)))
    rows = list(zip(found.owner, found.start, found.stop, strict=True))
    assert rows == [(0, 0, 4), (0, 5, 6), (1, 4, 6)]


@pytest.mark.parametrize("seed", range(30))
def test_uncovered_counts_as_sets_do(seed: int) -> None:
    """The sweep counts what the difference of sets has, with ranges that overlap."""
    rng = np.random.default_rng(seed)

    def family() -> Ranges:
        start = rng.integers(0, 20, 8)
        return Ranges(rng.integers(0, 3, 8), start, start + rng.integers(1, 6, 8))

    needed, held = family(), family()
    missing = [len(set(listed(needed, k)) - set(listed(held, k))) for k in range(3)]
    assert uncovered(needed, held, 3).tolist() == missing
