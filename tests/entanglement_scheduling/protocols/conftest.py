import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from planner.models.entanglement_scheduling.network import Network, Physics, Setting

# Fidelity and rate (Hz) over 5 km, from github.com/mdskrzypczyk/LinkScheduling (MIT),
# code/device_characteristics/data.json at commit 46b4a67.
NV_5_KM = (
    (0.8770831028154402, 14.15833266978285),
    (0.8338445929403213, 20.837302311286685),
    (0.7905983632278181, 27.83418694192823),
    (0.7473444267420335, 33.98456193345142),
    (0.704082798668655, 39.176333984476464),
    (0.6608134658085115, 45.59742319846562),
    (0.6175364261031095, 51.25806115602364),
    (0.5742516869886404, 57.73199269303904),
    (0.5309592179189193, 61.60494069703895),
    (0.48765905150685196, 75.65319162779532),
)

Table = Sequence[tuple[float, float]]


def build(
    pairs: Sequence[tuple[int, int]],
    tables: Sequence[Table],
    *,
    communication: int | Sequence[int] = 1,
    storage: int | Sequence[int] = 3,
    bright: float | None = None,
    swap_success: float = 1.0,
) -> Network:
    slot = 0.01
    count = max(max(pair) for pair in pairs) + 1

    def setting(fidelity: float, rate: float) -> Setting:
        slots = math.ceil(1 / (rate * slot))
        return Setting(fidelity, rate, slots, 1 - math.exp(-rate * slots * slot), bright)

    return Network(
        names=tuple(f"n{node}" for node in range(count)),
        communication=np.broadcast_to(np.array(communication, dtype=np.int64), count).copy(),
        storage=np.broadcast_to(np.array(storage, dtype=np.int64), count).copy(),
        is_end=(True,) * count,
        ends=np.array(pairs, dtype=np.int64),
        length=np.full(len(pairs), 5_000.0),
        settings=tuple(tuple(setting(*each) for each in table) for table in tables),
        physics=Physics(slot, 1, 1, swap_success, 1.0, 1.46),
    )


@pytest.fixture
def network() -> Callable[..., Network]:
    """Return the builder of networks from links and their tables of fidelity and rate."""
    return build


@pytest.fixture
def nv_table() -> Table:
    """Return fidelity and rate of nitrogen-vacancy links of 5 km."""
    return NV_5_KM


@pytest.fixture
def nv_line() -> Callable[..., Network]:
    """Return the builder of lines of `hops` nitrogen-vacancy links of 5 km."""

    def line(hops: int, **options: object) -> Network:
        pairs = [(node, node + 1) for node in range(hops)]
        return build(pairs, [NV_5_KM] * hops, **options)  # type: ignore[arg-type]

    return line
