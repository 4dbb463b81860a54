"""What frameworks can do about one plan: its shardings, its kept gathers, the bits it sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.divisors import Vectors, vectors_of
from planner.models.hierarchical_sharding.evaluate import shares_of
from planner.models.hierarchical_sharding.faults import as_numbers
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.plan import MixedPlan, Sharding, ShardingPlan, Share
from planner.models.hierarchical_sharding.view import COLLECTIVES, View

FRAMEWORKS = ("deepspeed", "fsdp2", "internevo")
"""Frameworks with a verdict."""

CAN = {
    "deepspeed": (
        "ZeRO stages 0 to 3 over all ranks, stage 3 with a second copy over neighbouring ranks "
        "(hpZ), and MiCS: all three states over one run of neighbouring ranks"
    ),
    "fsdp2": (
        "one mesh for parameters, gradients and optimizer, and gathers kept, freed, or resharded "
        "to a run of neighbours in that mesh"
    ),
    "internevo": (
        "factors of their own for the three states over neighbouring ranks, gradients split like "
        "the parameters or like the optimizer"
    ),
}
"""The shardings a framework knows, in words."""

UNIFORM = ("deepspeed", "internevo")
"""Frameworks with one sharding for the whole model."""


@dataclass(frozen=True, slots=True)
class Menu:
    """Bits that a framework sends at one setting."""

    bits: Mapping[str, int]
    """By collective."""
    whole: bool = False
    """Only for plans that split all three states over all ranks (ZeRO stage 3)."""


_PLAIN = Menu(dict.fromkeys(COLLECTIVES, 16))


def _zero_plus(weights: int, copy: int, gradients: int) -> Menu:
    bits = {"forward": weights, "backward": copy, "gradients": gradients}
    return Menu(dict(_PLAIN.bits) | bits, whole=True)


MENUS: Mapping[str, Sequence[Menu]] = {
    # qwZ sends 8 bits, qgZ 4 (ZeRO++, arXiv 2306.10209). In the paper the copy of hpZ is gathered
    # with 16 bits; the code quantises it too.
    "deepspeed": (
        _PLAIN,
        _zero_plus(8, 8, 16),
        _zero_plus(8, 16, 16),
        _zero_plus(16, 16, 4),
        _zero_plus(8, 8, 4),
        _zero_plus(8, 16, 4),
    ),
    "fsdp2": (_PLAIN,),
    "internevo": (_PLAIN,),
}
"""The bits that each framework can send."""


def runs(vectors: Vectors, plans: Numbers, keep: bool) -> dict[str, NDArray[np.bool_]]:
    """Return for each collective which plans run it at all."""
    p, g, o = plans.parameters, plans.gradients, plans.optimizer
    return {
        "forward": p > 0,
        "backward": (plans.secondary > 0) & (not keep),
        "gradients": g > 0,
        "sync": (g != o) | (o != len(vectors) - 1),
        "update": p != o,
    }


def sent_bits(fanout: tuple[int, ...], sharding: Sharding) -> dict[str, int]:
    """Return the bits of the collectives that a sharding runs at all."""
    vectors = vectors_of(fanout)
    running = runs(vectors, as_numbers(vectors, sharding), sharding.keep)
    return {name: int(getattr(sharding.bits, name)) for name in COLLECTIVES if running[name][0]}


def suits(menu: Menu, vectors: Vectors, plans: Numbers) -> NDArray[np.bool_]:
    """Return the plans for which a framework has the setting."""
    able = np.ones(len(plans), dtype=bool)
    if menu.whole:
        last = len(vectors) - 1
        able &= (plans.parameters == last) & (last > 0)
    if menu.bits["forward"] != menu.bits["backward"]:
        able &= plans.secondary != plans.parameters
    return able


def refusal(view: View, framework: str, plan: ShardingPlan) -> str | None:
    """Return why a framework cannot run a plan that fits the machine, or `None` if it can."""
    shares = shares_of(view, plan)
    if framework in UNIFORM and len({share.sharding for share in shares}) > 1:
        return f"{framework} has one sharding for the whole model, and the plan several"
    if framework in UNIFORM and len({layer.fanout for layer in view.layers}) > 1:
        return "experts share their state over other devices than the rest of the model"
    for share in shares:
        if (reason := _share_refusal(view, framework, share)) is not None:
            return f"{share.layer}: {reason}" if isinstance(plan, MixedPlan) else reason
    return None


def _share_refusal(view: View, framework: str, share: Share) -> str | None:
    layer = next(layer for layer in view.layers if layer.name == share.layer)
    vectors, s = vectors_of(layer.fanout), share.sharding
    plan = as_numbers(vectors, s)
    if not expressible((framework,), vectors, plan, s.keep)[0]:
        if s.keep and expressible((framework,), vectors, plan, keep=False)[0]:
            return f"{framework} does not keep gathered parameters until the backward pass"
        return f"{framework} knows {CAN[framework]}"
    sent = sent_bits(layer.fanout, s)
    menus = [menu for menu in MENUS[framework] if suits(menu, vectors, plan)[0]]
    if any(all(menu.bits[name] == bits for name, bits in sent.items()) for menu in menus):
        return None
    listed = ", ".join(f"{name} {bits}" for name, bits in sent.items() if bits != 16)
    return f"{framework} cannot send these bits with this sharding: {listed}"
