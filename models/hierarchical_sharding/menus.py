"""The bits that frameworks can send, and the plans that they run with each choice of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.models.hierarchical_sharding.costs import CostTables, Numbers
from planner.models.hierarchical_sharding.divisors import Vectors
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.plan import Precisions, Sharding
from planner.models.hierarchical_sharding.view import COLLECTIVES, View

Mask = NDArray[np.bool_]

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


def runs(vectors: Vectors, plans: Numbers, keep: bool) -> dict[str, Mask]:
    """Return for each collective which plans run it at all."""
    p, g, o = plans.parameters, plans.gradients, plans.optimizer
    return {
        "forward": p > 0,
        "backward": (plans.secondary > 0) & (not keep),
        "gradients": g > 0,
        "sync": (g != o) | (o != len(vectors) - 1),
        "update": p != o,
    }


def suits(menu: Menu, vectors: Vectors, plans: Numbers) -> Mask:
    """Return the plans for which a framework has the setting."""
    able = np.ones(len(plans), dtype=bool)
    if menu.whole:
        last = len(vectors) - 1
        able &= (plans.parameters == last) & (last > 0)
    if menu.bits["forward"] != menu.bits["backward"]:
        able &= plans.secondary != plans.parameters
    return able


@dataclass(frozen=True, slots=True)
class Regime:
    """Plans that the same frameworks run with the same bits; without frameworks, every plan."""

    policy: View
    names: tuple[str, ...] = ()
    menu: Menu | None = None
    """The bits; `None` leaves the fastest that the policy allows."""

    @property
    def view(self) -> View:
        """The instance with these bits and no others."""
        if self.menu is None:
            return self.policy
        precision = self.policy.precision.model_copy(update=dict(self.menu.bits))
        return replace(self.policy, precision=precision)

    def allows(self, vectors: Vectors, plans: Numbers, keep: bool) -> Mask:
        """Return the plans of the regime that send no bits against the policy."""
        if self.menu is None:
            return np.ones(len(plans), dtype=bool)
        able = expressible(self.names, vectors, plans, keep) & suits(self.menu, vectors, plans)
        for name, running in runs(vectors, plans, keep).items():
            if self.menu.bits[name] not in self.policy.bits(name):
                able &= ~running
        return able

    def sharding(self, tables: CostTables, plan: Numbers, keep: bool) -> Sharding:
        """Return the sharding of a single plan; `tables` are those of `view`.

        Without a menu it sends the fastest bits allowed. Collectives that never run keep bits that
        the policy allows.
        """
        vectors = tables.vectors
        bits = {name: int(row[0]) for name, row in tables.durations(plan, keep).bits.items()}
        if self.menu is not None:
            for name, running in runs(vectors, plan, keep).items():
                bits[name] = bits[name] if running[0] else self.policy.bits(name)[0]
        states = ("parameters", "secondary", "gradients", "optimizer")
        split = {name: vectors.vector(int(getattr(plan, name)[0])) for name in states}
        return Sharding(**split, keep=keep, bits=Precisions.model_validate(bits))


def mixing(view: View) -> tuple[str, ...]:
    """Return the frameworks of the policy under which layers may differ."""
    return tuple(name for name in view.frameworks if name not in UNIFORM)


def regimes(view: View, names: Sequence[str] | None = None) -> tuple[Regime, ...]:
    """Return regimes that together hold every plan the policy on frameworks allows.

    `names` are the frameworks, those of the policy if not given. Frameworks with the same bits
    share a regime; settings whose bits the policy never allows are left out.
    """
    names = view.frameworks if names is None else names
    if "any" in names:
        return (Regime(view),)
    menus: list[Menu] = []
    for name in names:
        menus += [menu for menu in MENUS[name] if menu not in menus and _is_allowed(view, menu)]
    return tuple(
        Regime(view, tuple(name for name in names if menu in MENUS[name]), menu) for menu in menus
    )


def _is_allowed(view: View, menu: Menu) -> bool:
    # Plans that split everything always gather parameters and scatter gradients.
    wanted = ("forward", "gradients") if menu.whole else ()
    return all(menu.bits[name] in view.bits(name) for name in wanted)
