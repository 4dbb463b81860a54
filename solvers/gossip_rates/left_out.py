"""What is not computed on networks whose factors would take too long or too much room."""

from planner.models.gossip_rates.expanders import is_too_wide
from planner.models.gossip_rates.view import View

REASON = "no small set of its {nodes:,} nodes divides the network, so that factors fill up"
NEEDS_FACTORS = ("fewest_messages", "gradient_rate", "total_resistance")


def left_out(view: View) -> str | None:
    """Return why the resistances of a network are out of the question, or `None`."""
    used = view.ends[view.usable]
    return REASON.format(nodes=view.nodes) if is_too_wide(view.nodes, used) else None


def left_out_note(view: View) -> tuple[str, ...]:
    """Return a note where the objective of plans is not computed."""
    reason = left_out(view) if view.objective in NEEDS_FACTORS else None
    return () if reason is None else (f"`{view.objective}` of the plan is left open: {reason}.",)
