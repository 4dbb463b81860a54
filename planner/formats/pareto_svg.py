"""The front of memory and time as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.sharding.front import chosen_of, front_of
from planner.formats.sharding.picture import Picture, draw

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.results.result import Result

FORMAT = Format(
    name="pareto-svg",
    summary="Picture of the front of memory and time, the plan ringed, the memory limit dashed.",
    problems=("hierarchical_sharding",),
    suffixes=(".svg",),
    write="planner.formats.pareto_svg:write",
    options={"title": "text above the picture (default: the name of the instance)"},
)


def write(
    result: "Result", instance: "HierarchicalSharding", path: Path, options: Options
) -> list[Path]:
    """Write the picture; raises `CapabilityError` where the front is not known."""
    view, chosen = instance.view, chosen_of(result, instance)
    picture = Picture(
        title=options.text("title", f"{result.instance.name}: {result.method}"),
        time_name=f"{view.objective_name.replace('_', ' ')} per optimizer step",
        points=[(point.memory, point.time) for point in front_of(instance)],
        chosen=None if chosen is None else (chosen.memory, chosen.time),
        limit=view.memory,
    )
    path.write_text(draw(picture), encoding="utf-8", newline="\n")
    return [path]
