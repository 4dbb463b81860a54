"""What frameworks can do about one plan: its shardings, its kept gathers, the bits it sends."""

from collections.abc import Sequence

from planner.models.hierarchical_sharding.costs import as_numbers
from planner.models.hierarchical_sharding.divisors import vectors_of
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.menus import MENUS, UNIFORM, runs, suits
from planner.models.hierarchical_sharding.plan import Sharding, Share
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


def sent_bits(fanout: tuple[int, ...], sharding: Sharding) -> dict[str, int]:
    """Return the bits of the collectives that a sharding runs at all."""
    vectors = vectors_of(fanout)
    running = runs(vectors, as_numbers(vectors, sharding), sharding.keep)
    return {name: int(getattr(sharding.bits, name)) for name in COLLECTIVES if running[name][0]}


def refusal(view: View, framework: str, shares: Sequence[Share]) -> str | None:
    """Return why a framework cannot run a plan that fits the machine, or `None` if it can.

    The plan is given as its shares, see `evaluate.shares_of`.
    """
    is_mix = len({share.sharding for share in shares}) > 1
    if framework in UNIFORM and is_mix:
        return f"{framework} has one sharding for the whole model, and the plan several"
    if framework in UNIFORM and len({layer.fanout for layer in view.layers}) > 1:
        return "experts share their state over other devices than the rest of the model"
    for share in shares:
        if (reason := _share_refusal(view, framework, share)) is not None:
            return f"{share.layer}: {reason}" if is_mix else reason
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
