"""A first workload for an imported fabric, so that it can be solved before anything is edited."""

from fractions import Fraction

from planner.formats.fabrics.units import size_text
from planner.formats.fabrics.wiring import Shape
from planner.formats.options import Options
from planner.models.base.errors import refuse
from planner.models.base.quantities import SIZE

OPTIONS = {
    "workload": (
        "auto, halving_doubling, ring, direct or all_to_all over all hosts; auto takes "
        "halving_doubling for a power of two hosts, else ring (default auto)"
    ),
    "size": "buffer of a rank, for example 64 MB (default 16 MB)",
}
"""The options an importer with a default workload offers."""
CHOICES = ("auto", "halving_doubling", "ring", "direct", "all_to_all")
LISTED = 128
"""Hosts for which every pair is still listed as a flow, on graphs."""


def default_workload(shape: Shape, options: Options) -> tuple[dict[str, object], str]:
    """Return the field `workload` and the comment that tells where it comes from."""
    asked = options.choice("workload", CHOICES, "auto")
    size = Fraction(options.quantity("size", SIZE, "16 MB"))
    fill = _on_leaf_spine if shape.is_leaf_spine else _on_graph
    workload, what = fill(shape, asked, size)
    if asked == "auto":
        what += ". The file says nothing of traffic: this is a default, put your own workload here"
    return workload, what + "."


def _on_leaf_spine(shape: Shape, asked: str, size: Fraction) -> tuple[dict[str, object], str]:
    hosts = len(shape.hosts)
    if asked == "auto":
        asked = "ring" if hosts & (hosts - 1) else "halving_doubling"
    operation = "all_to_all" if asked == "all_to_all" else "all_reduce"
    algorithm = "direct" if asked == "all_to_all" else asked
    title = operation.replace("_", "-").capitalize()
    collective = {"operation": operation, "algorithm": algorithm, "size": size_text(size)}
    what = f"{title} ({algorithm}) of {size_text(size)} over all {hosts} hosts"
    return {"collective": collective}, what


def _on_graph(shape: Shape, asked: str, size: Fraction) -> tuple[dict[str, object], str]:
    hosts = shape.hosts
    if asked in ("auto", "ring"):
        pairs = [(hosts[i], hosts[(i + 1) % len(hosts)]) for i in range(len(hosts))]
        what = "One step of a ring all-reduce"
    elif asked == "all_to_all" and len(hosts) <= LISTED:
        pairs = [(a, b) for a in hosts for b in hosts if a != b]
        what = "An all-to-all exchange"
    else:
        message = f"the workload `{asked}` is not written for a graph with {len(hosts)} hosts"
        fix = f"Ask for `ring`, or for `all_to_all` up to {LISTED} hosts, and edit the file."
        raise refuse("option-value", message, fix, path="workload")
    share = size_text(size / len(hosts))
    flows = [{"from": a, "to": b, "size": share} for a, b in pairs if a != b]
    return {"flows": flows}, f"{what} with {size_text(size)} per rank over {len(hosts)} hosts"
