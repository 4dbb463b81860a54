"""The text of a training script's FSDP2 part, from a plan that FSDP2 can run.

A mesh has the dimensions `replicate` and `shard`. PyTorch numbers ranks row by row, so runs of
neighbours are a plain two-dimensional mesh; other groups, and those of devices with the same
experts, are a permutation of the ranks.
`reshard_after_forward` is `True` (free after forward), `False` (keep), or the size of the group of
neighbours in `shard` that holds the second copy.
"""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.formats.sharding.dtypes import dtypes

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.plan import Sharding, ShardingPlan
    from planner.models.hierarchical_sharding.view import Layers, View


@dataclass(frozen=True, slots=True)
class Setting:
    """How some layers of a class are sharded."""

    layer: str
    first: int
    """Number of the first of them within the class."""
    last: int
    mesh: tuple[int, ...]
    """Shape of the mesh: replicas and shards; with experts their number before these."""
    dims: tuple[int, ...]
    """Where groups are no runs of neighbours: children per level, outermost first, each level cut
    into replicas, shards and experts; else empty."""
    reshard: bool | int


def settings(view: "View", plan: "ShardingPlan") -> list[Setting]:
    """Return the settings of every share of a plan, in order of class and layer."""
    from planner.models.hierarchical_sharding.evaluate import shares_of

    done: dict[str, int] = {}
    found = []
    layers = {layer.name: layer for layer in view.layers}
    for share in shares_of(view, plan):
        first = done.get(share.layer, 0)
        done[share.layer] = first + share.count
        shape, dims = _mesh(layers[share.layer], share.sharding)
        last = first + share.count - 1
        found.append(Setting(share.layer, first, last, shape, dims, _reshard(share.sharding)))
    return found


def _mesh(layer: "Layers", sharding: "Sharding") -> tuple[tuple[int, ...], tuple[int, ...]]:
    from planner.models.hierarchical_sharding.divisors import vectors_of

    vector = sharding.parameters
    shards, experts = math.prod(vector), math.prod(layer.experts)
    shape = (math.prod(layer.fanout) // shards, shards)
    vectors = vectors_of(layer.fanout)
    number = vectors.number(vector)
    assert number is not None
    if experts == 1 and vectors.is_block[number]:
        return shape, ()
    levels = reversed(list(zip(layer.fanout, vector, layer.experts, strict=True)))
    dims = tuple(size for n, s, e in levels for size in (n // s, s, e))
    return (shape if experts == 1 else (experts, *shape)), dims


def _reshard(sharding: "Sharding") -> bool | int:
    size = math.prod(sharding.secondary)
    if sharding.keep or size == 1:
        # A second copy of everything is a gather that is kept; one shard needs no gather at all.
        return False
    return True if sharding.secondary == sharding.parameters else size


def script(view: "View", plan: "ShardingPlan", device: str, about: Sequence[str]) -> str:
    """Return the text of the file.

    It defines `MICROBATCHES`, `shard` and `set_last_microbatch`, and unless everything is
    replicated (which is PyTorch's DistributedDataParallel) `SETTINGS` and `build_mesh`.
    Raises `CapabilityError` for number formats that FSDP2 does not have.
    """
    found = settings(view, plan)
    parameters, gradients = dtypes(view, "fsdp2")
    title = '"""' + "\n\n".join(textwrap.fill(_plain(line), 96) for line in about) + '\n"""\n'
    microbatches = view.schedules[plan.schedule].microbatches
    if all(setting.mesh[-1] == 1 and len(setting.mesh) == 2 for setting in found):
        return title + _REPLICATED.format(microbatches=microbatches, stored=gradients)
    if len({(s.mesh, s.dims, s.reshard) for s in found}) == 1:
        # One setting for all needs no classes.
        found = [Setting("*", 0, 0, found[0].mesh, found[0].dims, found[0].reshard)]
    return "\n".join(
        [
            title,
            _HEAD.format(
                device=device, microbatches=microbatches, gathered=parameters, reduced=gradients
            ),
            "SETTINGS = [",
            *_rows(found),
            "]",
            _CODE,
        ]
    )


def _plain(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")


def _rows(found: Sequence[Setting]) -> Iterator[str]:
    for s in found:
        layers = "None" if s.layer == "*" else f'("{_plain(s.layer)}", {s.first}, {s.last})'
        yield f"    dict(layers={layers}, mesh={s.mesh}, dims={s.dims}, reshard={s.reshard}),"


_HEAD = """\
import math

import torch
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

DEVICE = "{device}"
MICROBATCHES = {microbatches}
# Parameters are gathered, and gradients reduced and held, in these formats. FSDP2 holds gradients
# in the format in which the model is built, so build it in REDUCED.
GATHERED, REDUCED = torch.{gathered}, torch.{reduced}
NAMES = ("replicate", "shard")
# Per group of layers: (class, first, last) or None for all; shape of the mesh: replicas and shards,
# with experts before these; dims where shards are no neighbouring ranks: replicas, shards and
# experts per level, outermost first; reshard_after_forward."""

_CODE = '''

def build_mesh(setting):
    """Return the device mesh of a setting."""
    shape, dims = setting["mesh"], setting["dims"]
    if not dims and shape[0] == 1:
        return init_device_mesh(DEVICE, shape[1:], mesh_dim_names=NAMES[1:])
    if not dims:
        return init_device_mesh(DEVICE, shape, mesh_dim_names=NAMES)
    axes = range(len(dims))
    ranks = torch.arange(math.prod(dims)).reshape(dims)
    ranks = ranks.permute([*axes[2::3], *axes[0::3], *axes[1::3]]).reshape(shape)
    if len(shape) == 2:
        return DeviceMesh(DEVICE, ranks, mesh_dim_names=NAMES)
    return DeviceMesh(DEVICE, ranks, mesh_dim_names=("expert", *NAMES))[NAMES]


def shard(model, classes):
    """Shard a model in place; `classes` maps a class of layers to its modules, in order.

    With one setting for all layers, the names of the classes do not matter. What is left outside
    the classes is sharded like the first setting.
    """
    policy = MixedPrecisionPolicy(param_dtype=GATHERED, reduce_dtype=REDUCED)
    for setting in SETTINGS:
        mesh = build_mesh(setting)
        if setting["layers"] is None:
            modules = [module for members in classes.values() for module in members]
        else:
            name, first, last = setting["layers"]
            modules = list(classes[name])[first : last + 1]
        for module in modules:
            fully_shard(
                module, mesh=mesh, reshard_after_forward=setting["reshard"], mp_policy=policy
            )
    rest = SETTINGS[0]
    fully_shard(
        model, mesh=build_mesh(rest), reshard_after_forward=rest["reshard"], mp_policy=policy
    )
    return model


def set_last_microbatch(model, is_last):
    """Call before each backward pass: replicas are reduced once, after the last micro-batch."""
    model.set_requires_all_reduce(is_last)
'''

_REPLICATED = '''
from torch.nn.parallel import DistributedDataParallel

MICROBATCHES = {microbatches}


def shard(model, classes):
    """Wrap a model whose state stays whole on every rank.

    Gradients are reduced in the format of the parameters: build the model in torch.{stored}.
    """
    return DistributedDataParallel(model)


def set_last_microbatch(model, is_last):
    """Call before each forward pass: gradients are reduced once, after the last micro-batch."""
    model.require_backward_grad_sync = is_last
'''
