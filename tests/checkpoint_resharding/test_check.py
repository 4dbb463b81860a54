"""Certificates are recomputed, and false ones are refused by name."""

from typing import Any

import pytest

from planner.models.checkpoint_resharding.certificate import PricesCertificate, ShortageCertificate
from planner.models.checkpoint_resharding.check import check_certificate


def prices(value: float, shard: list[int], device: list[int]) -> PricesCertificate:
    return PricesCertificate(value=value, shard_price=shard, device_price=device)


@pytest.fixture
def instance(build) -> Any:
    """Twelve parameters from two to four devices."""
    return build(2, 4, (2, 4), rates={"device_bandwidth": "12 B/s"})


def test_prices_of_the_devices_prove_half(instance) -> None:
    """Both old devices keep a quarter at most, so half moves; three parameters leave each."""
    checked = check_certificate(instance, prices(72.0, [0] * 4, [3, 3, 0, 0]))
    assert checked.violations == ()
    assert checked.bounds["moved_bytes"] == pytest.approx(72.0, rel=1e-14)
    assert checked.bounds["moved_bytes"] <= 72.0
    assert checked.bounds["resharding_time"] == pytest.approx(3.0, rel=1e-14)


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (prices(84.0, [0] * 4, [3, 2, 0, 0]), "certificate-price"),
        (prices(72.0, [0] * 4, [4, 3, -1, 0]), "certificate-price"),
        (prices(0.0, [2**62] * 4, [0] * 4), "certificate-price"),
        (prices(84.0, [0] * 4, [3, 3, 0, 0]), "certificate-value"),
        (prices(72.0, [0] * 3, [3, 3, 0, 0]), "certificate-shape"),
        (prices(72.0, [0] * 4, [3, 3]), "certificate-shape"),
        (ShortageCertificate(shards=4, devices=3), "certificate-kind"),
    ],
)
def test_false_certificate_is_refused(instance, certificate: Any, code: str) -> None:
    """Prices that do not cover, wrong figures and wrong kinds each have a code."""
    checked = check_certificate(instance, certificate)
    assert [violation.code for violation in checked.violations] == [code]
    assert not checked.infeasible


def test_weak_prices_prove_less(instance) -> None:
    """Prices above what is needed hold, and prove nothing wrong."""
    checked = check_certificate(instance, prices(0.0, [3] * 4, [0] * 4))
    assert checked.violations == ()
    assert checked.bounds["moved_bytes"] == 0.0


def test_shortage_names_the_fields(build) -> None:
    """More shards than devices is proved by counting, and the reason says which fields."""
    new = {"kind": "flat", "shards": 3, "replicas": 2}
    instance = build(2, new, (2, 4))
    checked = check_certificate(instance, ShortageCertificate(shards=6, devices=4))
    assert checked.infeasible
    (reason,) = checked.reasons
    assert reason.constraint == "devices.new"
    assert "`layout.new.shards` x `layout.new.replicas`" in reason.message
    assert "Add 2 new devices" in reason.message


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (ShortageCertificate(shards=7, devices=4), "certificate-value"),
        (prices(0.0, [6] * 6, [0] * 4), "certificate-kind"),
    ],
)
def test_false_shortage_is_refused(build, certificate: Any, code: str) -> None:
    """Wrong counts, and prices where nothing can be placed, are refused."""
    instance = build(2, {"kind": "flat", "shards": 3, "replicas": 2}, (2, 4))
    checked = check_certificate(instance, certificate)
    assert [violation.code for violation in checked.violations] == [code]
    assert not checked.infeasible


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"kind": "parallel", "tensor": 3}, "`layout.new.tensor`"),
        ([(0, 0, 4), (1, 4, 8), (2, 8, 12)], "the shards of `layout.new`"),
    ],
)
def test_shortage_of_other_layouts_names_theirs(build, new: Any, field: str) -> None:
    """Each kind of layout is told by its own fields."""
    state = {"tensors": [{"name": "a", "shape": [12], "split": "column"}]}
    instance = build(1, new, (1, 2), state=state)
    checked = check_certificate(instance, ShortageCertificate(shards=3, devices=2))
    assert field in checked.reasons[0].message
