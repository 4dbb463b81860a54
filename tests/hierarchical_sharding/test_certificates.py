"""Certificates prove what they claim; broken ones are refused by name."""

import math

import numpy as np
import pytest

import planner as pl
from planner.models.hierarchical_sharding.certificate import (
    EnumerationCertificate,
    FloorCertificate,
    MemoryCertificate,
    MixedCertificate,
    PolicyCertificate,
)
from planner.models.hierarchical_sharding.check import check_certificate
from planner.models.hierarchical_sharding.enumeration import optimum
from planner.models.hierarchical_sharding.floor import floor
from planner.models.hierarchical_sharding.optimum import certify, find_optimum
from planner.models.hierarchical_sharding.samples import draw

LAYERS = {"classes": [{"name": "layer", "count": 10, "parameters": 1e8, "unit_parameters": 0}]}
MIXED = {
    "model": LAYERS,
    "training": {"microbatches": 4},
    "policy": {"mixed": True},
    "limits": {"memory": "5.5 GB"},
}


@pytest.fixture(scope="module")
def mixed(build) -> tuple[pl.Instance, MixedCertificate]:
    """A mixed instance with the certificate of its best plan."""
    instance = build(**MIXED)
    certificate = pl.solve(instance, "mixed").certificate
    assert isinstance(certificate, MixedCertificate)
    return instance, certificate


def codes(instance: pl.Instance, certificate: object) -> set[str]:
    """Return the codes of what is wrong with a certificate."""
    return {violation.code for violation in check_certificate(instance, certificate).violations}


def test_enumeration_lists_the_front(build) -> None:
    """Value, memory and both columns of the front are compared with a new search."""
    instance = build(training={"microbatches": 4})
    honest = certify(find_optimum(instance.view))
    assert codes(instance, honest) == set()
    values = honest.model_dump()
    for name in ("value", "memory"):
        false = EnumerationCertificate(**{**values, name: values[name] * 1.01})
        assert codes(instance, false) == {"certificate-value"}
    for name in ("front_memory", "front_time"):
        longer = np.append(values[name], 1.0)
        changed = values[name] * np.array([1.0] * (len(values[name]) - 1) + [1.1])
        for column, code in ((longer, "certificate-shape"), (changed, "certificate-value")):
            assert codes(instance, EnumerationCertificate(**{**values, name: column})) == {code}


def test_enumeration_of_uniform_plans_proves_nothing_about_mixed_ones(build) -> None:
    """A front of uniform plans is no bound where layers may differ."""
    honest = certify(find_optimum(build(training={"microbatches": 4}).view))
    assert codes(build(**MIXED), honest) == {"certificate-kind"}


def test_prices_are_recomputed(mixed) -> None:
    """A bound that the prices do not give, and prices out of range, are refused."""
    instance, honest = mixed
    assert codes(instance, honest) == set()
    more = honest.model_copy(update={"value": honest.value * 1.01})
    assert codes(instance, more) == {"certificate-value"}
    for change in ({"memory": -1e-12}, {"forward": 0.5}, {"backward": 1.5}):
        assert codes(instance, repriced(honest, change)) == {"certificate-multiplier"}


def test_every_case_of_buffers_needs_prices(mixed) -> None:
    """Leaving a case or a schedule out, or naming another size, is refused."""
    instance, honest = mixed
    fewer = honest.model_copy(update={"schedules": (honest.schedules[0][1:],)})
    none = honest.model_copy(update={"schedules": ()})
    other = repriced(honest, {"gather_unit": 7.0})
    for certificate in (fewer, none, other):
        assert codes(instance, certificate) == {"certificate-shape"}


def repriced(certificate: MixedCertificate, change: dict[str, float]) -> MixedCertificate:
    """Return a certificate with the first prices changed."""
    first, *rest = certificate.schedules[0]
    row = (first.model_copy(update=change), *rest)
    return certificate.model_copy(update={"schedules": (row, *certificate.schedules[1:])})


def test_any_prices_bound_every_mixed_plan() -> None:
    """Random prices never prove more than brute force finds."""
    tried, rng = 0, np.random.default_rng(5)
    for seed in range(2000, 2120):
        instance = pl.load(draw(np.random.default_rng(seed)))
        expected = optimum(instance) if instance.view.mixed else None
        if expected is None:
            continue
        honest = pl.solve(instance, "uniform").certificate if same_fanout(instance) else None
        if not isinstance(honest, MixedCertificate):
            continue
        assert honest.value <= expected * (1 + 1e-9)
        hidden = instance.view.overlap and instance.view.is_step
        price = 0.0 if instance.view.memory is None else float(rng.uniform(0, 1e-9))
        weights = rng.uniform(0, 1, 2).tolist() if hidden else [1.0, 1.0]
        change = {"memory": price, "forward": weights[0], "backward": weights[1]}
        rows = tuple(
            tuple(each.model_copy(update=change) for each in row) for row in honest.schedules
        )
        checked = check_certificate(instance, honest.model_copy(update={"schedules": rows}))
        assert {v.code for v in checked.violations} <= {"certificate-value"}
        assert checked.bounds[instance.view.objective_name] <= expected * (1 + 1e-9)
        tried += 1
    assert tried >= 10


def same_fanout(instance: pl.Instance) -> bool:
    """Return whether one sharding can serve all classes."""
    return len({layer.fanout for layer in instance.view.layers}) == 1


def test_floor_never_exceeds_an_optimum() -> None:
    """On random machines, also with bits, unsorted rates, prefetch and device limits."""
    tried = reached = 0
    for seed in range(600):
        data = draw(np.random.default_rng(seed))
        if data["topology"]["kind"] != "hierarchy":
            continue
        for level in data["topology"]["levels"]:
            level |= {"in_network_reduction": False, "efficiency": 0.8}
        for layer in data["model"].get("classes", []):
            layer.pop("expert_parallel", None)
        data["training"]["collectives"] = "sequential"
        data["model"]["gradient_bytes"] = data["model"]["parameter_bytes"]
        data |= {"policy": {}, "limits": {"memory": "unlimited"}}
        instance = pl.load(data)
        value, best = floor(instance.view), find_optimum(instance.view).time
        assert value is not None
        assert value <= best * (1 + 1e-12)
        tried, reached = tried + 1, reached + (value >= best * (1 - 1e-9))
    assert tried > 400
    assert reached > 100


@pytest.mark.parametrize(
    "fields",
    [
        {"training": {"collectives": "pipelined"}},
        {"model": {"parameters": 1e9, "unit_parameters": 0, "gradient_bytes": 4}},
    ],
)
def test_floor_is_refused_where_it_may_not_hold(build, fields) -> None:
    """Pipelined collectives and differing widths have no floor."""
    assert codes(build(**fields), FloorCertificate(value=0.1)) == {"certificate-kind"}


def test_floor_is_recomputed(build) -> None:
    """A floor that is told too high is refused."""
    assert codes(build(), FloorCertificate(value=0.12)) == set()
    assert codes(build(), FloorCertificate(value=0.13)) == {"certificate-value"}


def test_memory_is_recomputed(build) -> None:
    """The smallest memory has to exceed the limit, and to be told rightly."""
    small = build(limits={"memory": "3 GB"})
    checked = check_certificate(small, MemoryCertificate(smallest=4e9))
    assert checked.infeasible
    assert checked.reasons[0].where == "model.optimizer_bytes"
    assert codes(small, MemoryCertificate(smallest=5e9)) == {"certificate-value"}
    assert codes(build(), MemoryCertificate(smallest=4e9)) == {"certificate-kind"}


def test_policy_that_excludes_every_plan(build) -> None:
    """What frameworks, groups or keeping leave over is looked at again."""
    instance = build(
        model={"parameters": 1e9, "unit_parameters": 1e9},
        policy={"frameworks": ["fsdp2"]},
        limits={"memory": "7.5 GB"},
    )
    result = pl.solve(instance)
    assert result.status == "infeasible"
    assert isinstance(result.certificate, PolicyCertificate)
    assert pl.verify(result).ok
    smallest = result.certificate.smallest
    assert codes(instance, PolicyCertificate(smallest=smallest * 2)) == {"certificate-value"}
    assert codes(instance, PolicyCertificate(smallest=None)) == {"certificate-value"}
    free = build(limits={"memory": "16 GB"})
    assert codes(free, PolicyCertificate(smallest=smallest)) == {"certificate-kind"}


def test_bounds_are_rounded_down(build) -> None:
    """No proven bound lies above the value it stands for."""
    instance = build(training={"microbatches": 3})
    found = find_optimum(instance.view)
    checked = check_certificate(instance, certify(found))
    assert checked.bounds["communication_time"] <= found.time
    assert math.isclose(checked.bounds["communication_time"], found.time, rel_tol=1e-12)
