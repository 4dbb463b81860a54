"""The number formats behind the bytes of a model: what a framework's file has to say."""

from typing import TYPE_CHECKING

from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.plan import Sharding
    from planner.models.hierarchical_sharding.view import View

NAMES = {2: "bfloat16", 4: "float32"}
"""PyTorch's names of the formats, by bytes."""


def dtypes(view: "View", framework: str) -> tuple[str, str]:
    """Return PyTorch's names of the formats of parameters and of gradients.

    Raises `CapabilityError` for other widths than 2 and 4 bytes, and for gradients that are
    narrower than parameters.
    """
    for field in ("parameter_bytes", "gradient_bytes"):
        width = getattr(view, field)
        if width not in NAMES:
            message = f"{framework} has no number format of {width:g} bytes (model.{field})"
            raise CapabilityError(f"{message}; write 2 (bfloat16) or 4 (float32)")
    if view.gradient_bytes < view.parameter_bytes:
        raise CapabilityError(
            f"{framework} keeps gradients in the format of the parameters or in float32, not in 2 "
            "bytes beside parameters of 4; set model.gradient_bytes: 4"
        )
    return NAMES[int(view.parameter_bytes)], NAMES[int(view.gradient_bytes)]


def check_quantised(view: "View", sharding: "Sharding") -> None:
    """Raise `CapabilityError` where bits are a share of values of 4 bytes.

    The plan counts 8 bits as half of a payload, which they are of 2-byte values only.
    """
    low = {
        "parameter_bytes": min(sharding.bits.forward, sharding.bits.backward),
        "gradient_bytes": sharding.bits.gradients,
    }
    for field, bits in low.items():
        if bits < 16 and getattr(view, field) != 2:
            raise CapabilityError(
                f"deepspeed sends {bits} bits per value, and the plan {bits}/16 of "
                f"{getattr(view, field):g} bytes; set model.{field}: 2 or that precision to 16"
            )
