"""The FSDP2 file, executed against stand-ins for torch that record what it asks for."""

import ast
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from planner.models.base.errors import CapabilityError
from planner.models.hierarchical_sharding.groups import labels, places, rank_lists
from planner.models.hierarchical_sharding.plan import MixedPlan, Share

N, NODE, ONE = (2, 2), (2, 1), (1, 1)


class Ranks:
    """Stands for a tensor of ranks."""

    def __init__(self, array):
        self.array = array

    def reshape(self, shape):
        return Ranks(self.array.reshape(shape))

    def permute(self, axes):
        return Ranks(self.array.transpose(axes))


class Mesh:
    """Stands for a device mesh; a slice keeps what it leaves out as leading axes."""

    def __init__(self, device, ranks, *, mesh_dim_names):
        self.device, self.names = device, tuple(mesh_dim_names)
        self.ranks = ranks.array if isinstance(ranks, Ranks) else ranks
        assert self.ranks.ndim == len(self.names)

    def __getitem__(self, names):
        assert self.names[-len(names) :] == tuple(names)
        found = Mesh(self.device, self.ranks, mesh_dim_names=self.names)
        found.names = tuple(names)
        return found


def make_mesh(device, shape, *, mesh_dim_names):
    """Number the ranks row by row, as PyTorch does."""
    ranks = np.arange(int(np.prod(shape))).reshape(shape)
    return Mesh(device, ranks, mesh_dim_names=mesh_dim_names)


@pytest.fixture
def run(monkeypatch):
    """Return a function that executes a file and returns its names and the recorded calls."""

    def execute(text):
        ast.parse(text)
        calls, policies = [], []

        def fully_shard(module, *, mesh, reshard_after_forward, mp_policy):
            shards = mesh.ranks.shape[-1]
            if not isinstance(reshard_after_forward, bool):
                # What PyTorch requires: a divisor, neither 1 nor the whole group.
                assert shards % reshard_after_forward == 0
                assert 1 < reshard_after_forward < shards
            calls.append((module, mesh, reshard_after_forward))
            policies.append(mp_policy)

        contents = {
            "torch": {
                "arange": lambda end: Ranks(np.arange(end)),
                "bfloat16": "bf16",
                "float32": "fp32",
            },
            "torch.distributed": {},
            "torch.distributed.device_mesh": {
                "init_device_mesh": make_mesh,
                "DeviceMesh": Mesh,
            },
            "torch.distributed.fsdp": {
                "MixedPrecisionPolicy": lambda **given: given,
                "fully_shard": fully_shard,
            },
            "torch.nn": {},
            "torch.nn.parallel": {"DistributedDataParallel": lambda model: ("ddp", model)},
        }
        for name, values in contents.items():
            module = ModuleType(name)
            vars(module).update(values)
            monkeypatch.setitem(sys.modules, name, module)
        names = {}
        exec(compile(text, "fsdp2.py", "exec"), names)
        public = {k: v for k, v in names.items() if k[0] != "_"}
        return SimpleNamespace(**public, policies=policies), calls

    return execute


@pytest.mark.parametrize(
    ("vectors", "keep", "shape", "reshard"),
    [
        ((N, N, N, N), False, (4,), True),
        ((N, N, N, N), True, (4,), False),
        ((N, NODE, N, N), False, (4,), 2),
        ((NODE, NODE, NODE, NODE), False, (2, 2), True),
        ((N, ONE, N, N), False, (4,), False),
    ],
)
def test_settings(export, machine, uniform, run, vectors, keep, shape, reshard):
    """Meshes and reshard_after_forward of ZeRO-3, SHARD_GRAD_OP, hpZ, HSDP, and kept copies."""
    instance = machine(training={"microbatches": 3})
    script, calls = run(export("fsdp2", instance, uniform(*vectors, keep=keep)))
    assert script.shard("model", {"block": ["a", "b"]}) == "model"
    assert [call[0] for call in calls] == ["a", "b", "model"]
    for _, mesh, found in calls:
        assert mesh.ranks.shape == shape
        assert mesh.names == ("replicate", "shard")[-len(shape) :]
        assert found is reshard or found == reshard
    assert script.MICROBATCHES == 3


@pytest.mark.parametrize(
    "vector", [(2, 1, 1), (4, 3, 1), (1, 3, 1), (2, 3, 4), (1, 1, 2), (2, 1, 4)]
)
def test_groups_are_those_of_the_plan(export, machine, uniform, run, vector):
    """The rows of every mesh are the groups that the evaluator counts, strided ones too."""
    instance = machine(((4, 100), (3, 50), (4, 20)))
    script, calls = run(export("fsdp2", instance, uniform(*[vector] * 4)))
    script.shard("model", {})
    view = instance.view
    where = places(view.machine, view.layers[0])
    expected = rank_lists(labels(where, (1, 1, 1), vector))
    ranks = calls[0][1].ranks
    found = sorted(map(sorted, ranks.tolist() if ranks.ndim == 2 else [ranks.tolist()]))
    assert found == sorted(map(sorted, expected.tolist()))


@pytest.mark.parametrize(
    ("vector", "copy"), [((2, 3, 4), (2, 3, 1)), ((4, 3, 2), (4, 1, 1)), ((1, 3, 4), (1, 3, 2))]
)
def test_second_copies_are_neighbours_in_the_mesh(export, machine, uniform, run, vector, copy):
    """PyTorch reshards to runs of neighbours in the shard dimension: the plan's second copy."""
    instance = machine(((4, 100), (3, 50), (4, 20)))
    script, calls = run(export("fsdp2", instance, uniform(vector, copy, vector, vector)))
    script.shard("model", {})
    _, mesh, size = calls[0]
    where = places(instance.view.machine, instance.view.layers[0])
    expected = rank_lists(labels(where, (1, 1, 1), copy))
    assert sorted(map(sorted, mesh.ranks.reshape(-1, size).tolist())) == sorted(
        map(sorted, expected.tolist())
    )


def test_replicated_models_are_wrapped(export, machine, uniform, run):
    """Plain data parallelism is PyTorch's own wrapper, reduced after the last micro-batch."""
    script, _ = run(export("fsdp2", machine(), uniform(ONE, ONE, ONE, ONE)))
    assert script.shard("model", {}) == ("ddp", "model")
    model = SimpleNamespace()
    script.set_last_microbatch(model, False)
    assert model.require_backward_grad_sync is False


@pytest.mark.parametrize(
    ("widths", "gathered", "reduced"),
    [((2, 2), "bf16", "bf16"), ((2, 4), "bf16", "fp32"), ((4, 4), "fp32", "fp32")],
)
def test_number_formats(export, machine, uniform, run, widths, gathered, reduced):
    """Parameters are gathered, and gradients reduced, in the bytes that the plan counts."""
    model = {"parameters": 1e9, "unit_parameters": 0}
    model |= {"parameter_bytes": widths[0], "gradient_bytes": widths[1]}
    script, _ = run(export("fsdp2", machine(model=model), uniform(N, N, N, N)))
    script.shard("model", {"block": ["a"]})
    assert script.policies == [{"param_dtype": gathered, "reduce_dtype": reduced}] * 2
    text = export("fsdp2", machine(model=model), uniform(ONE, ONE, ONE, ONE))
    assert f"torch.{'float32' if reduced == 'fp32' else 'bfloat16'}" in text


@pytest.mark.parametrize("format", ["fsdp2", "deepspeed"])
@pytest.mark.parametrize(
    ("widths", "field"),
    [((4, 2), "gradient_bytes: 4"), ((1, 2), "parameter_bytes"), ((2, 3), "gradient_bytes")],
)
def test_formats_that_do_not_exist_are_refused(export, machine, uniform, format, widths, field):
    """Neither framework keeps narrow gradients of wide parameters, or odd widths."""
    model = {"parameters": 1e9, "unit_parameters": 0}
    model |= {"parameter_bytes": widths[0], "gradient_bytes": widths[1]}
    with pytest.raises(CapabilityError, match=field):
        export(format, machine(model=model), uniform(N, N, N, N))


def test_replicas_are_reduced_once(export, machine, uniform, run):
    """The all-reduce of replicas waits for the last micro-batch."""
    script, _ = run(export("fsdp2", machine(), uniform(*[NODE] * 4)))
    told = []
    script.set_last_microbatch(SimpleNamespace(set_requires_all_reduce=told.append), True)
    assert told == [True]


def test_mixed_plans_shard_layer_by_layer(export, machine, uniform, run):
    """Shares of a class take its layers in order."""
    classes = [{"name": "block", "count": 3, "parameters": 1e8}]
    instance = machine(model={"classes": classes}, policy={"mixed": True})
    shares = tuple(
        Share(layer="block", count=count, sharding=uniform(*[v] * 4).sharding)
        for count, v in ((1, NODE), (2, N))
    )
    script, calls = run(export("fsdp2", instance, MixedPlan(shares=shares)))
    script.shard("model", {"block": ["a", "b", "c"]})
    found = [(module, mesh.ranks.shape) for module, mesh, _ in calls]
    assert found == [("a", (2, 2)), ("b", (4,)), ("c", (4,)), ("model", (2, 2))]


@pytest.mark.parametrize(
    ("experts", "vector"), [(2, (2, 3)), (2, (1, 3)), (4, (1, 3)), (4, (1, 1)), (12, (1, 1))]
)
def test_experts_have_meshes_of_their_own(export, machine, uniform, run, experts, vector):
    """Only devices with the same experts share them; dense layers are sharded over all."""
    classes = [
        {"name": "dense", "count": 1, "parameters": 1e8},
        {"name": "experts", "count": 1, "parameters": 12e8, "expert_parallel": experts},
    ]
    instance = machine(((4, 100), (3, 20)), model={"classes": classes}, policy={"mixed": True})
    shares = tuple(
        Share(layer=name, count=1, sharding=uniform(*[v] * 4).sharding)
        for name, v in (("dense", (4, 3)), ("experts", vector))
    )
    script, calls = run(export("fsdp2", instance, MixedPlan(shares=shares)))
    script.shard("model", {"dense": ["d"], "experts": ["e"]})
    (_, mesh, _) = calls[1]
    layer = instance.view.layers[1]
    expected = rank_lists(labels(places(instance.view.machine, layer), (1, 1), vector))
    assert mesh.names == ("replicate", "shard")
    found = sorted(map(sorted, mesh.ranks.reshape(-1, mesh.ranks.shape[-1]).tolist()))
    assert found == sorted(map(sorted, expected.tolist()))


def test_nearest_plan_says_so(export, machine, uniform, run):
    """The file of a nearest plan tells that it is not the plan, and what it takes."""
    instance = machine(limits={"memory": "5 GB"}, training={"microbatches": 4})
    with pytest.raises(CapabilityError, match="nearest plan it can run"):
        export("fsdp2", instance, uniform(NODE, NODE, NODE, N))
    text = export("fsdp2", instance, uniform(NODE, NODE, NODE, N), nearest=True)
    run(text)
    head = ast.get_docstring(ast.parse(text))
    assert "not the plan itself" in head
    assert "0.52 s (+136 %), 5 GB (+0 %)" in head


def test_names_cannot_break_the_file(export, machine, uniform, run):
    """Quotes and backslashes in the name of an instance stay text."""
    text = export("fsdp2", machine(name='a"""\\"b'), uniform(N, N, N, N))
    script, _ = run(text)
    assert script.MICROBATCHES == 1


def test_device(export, machine, uniform, run):
    """The device type of the mesh can be chosen."""
    script, calls = run(export("fsdp2", machine(), uniform(N, N, N, N), device="xpu"))
    script.shard("model", {})
    assert calls[0][1].device == "xpu"
