"""A picture of a front of memory and time, as SVG text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from planner.formats.pictures.axis import Axis, make_axis

WIDTH, HEIGHT = 640, 420
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 44, 60
GIGA = 1e9

STYLE = (
    "text{font:12px sans-serif;fill:#222}.title{font-size:14px;font-weight:bold}"
    ".axis{stroke:#222}.grid{stroke:#ddd}.front{fill:none;stroke:#1f5fa8;stroke-width:1.5}"
    ".point{fill:#1f5fa8}.chosen{fill:none;stroke:#c2410c;stroke-width:2.5}"
    ".limit{stroke:#666;stroke-dasharray:5 4}"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: points in bytes and seconds, in order of memory."""

    title: str
    time_name: str
    points: Sequence[tuple[float, float]]
    chosen: tuple[float, float] | None
    limit: float | None
    """Memory of a device in bytes."""


def draw(picture: Picture) -> str:
    """Return the picture: the front as steps, the chosen plan ringed, the memory limit dashed.

    The same figures give the same text.
    """
    points = [*picture.points, *([picture.chosen] if picture.chosen else [])]
    memory = [point[0] / GIGA for point in points]
    # A limit far to the right would squeeze the front to the left.
    shown = picture.limit is not None and picture.limit / GIGA <= 4 * max(memory)
    if picture.limit is not None and shown:
        memory.append(picture.limit / GIGA)
    across = make_axis(memory, LEFT, WIDTH - RIGHT)
    up = make_axis([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img">',
        f"<title>{escape(picture.title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text class="title" x="{LEFT}" y="24">{escape(picture.title)}</text>',
        *_grid(across, up),
        *_limit(picture, across, shown=shown),
        *_front(picture.points, across, up),
        *_chosen(picture.chosen, across, up),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 18}" text-anchor="middle">'
        "memory per device (GB)</text>",
        f'<text transform="translate(20 {(TOP + HEIGHT - BOTTOM) / 2:.1f}) rotate(-90)" '
        f'text-anchor="middle">{escape(picture.time_name)} (s)</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    left, right, floor, top = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP
    for tick in across.ticks():
        x = across.place(tick)
        yield f'<line class="grid" x1="{x:.2f}" y1="{floor}" x2="{x:.2f}" y2="{top}"/>'
        yield f'<text x="{x:.2f}" y="{floor + 18}" text-anchor="middle">{tick:.6g}</text>'
    for tick in up.ticks():
        y = up.place(tick)
        yield f'<line class="grid" x1="{left}" y1="{y:.2f}" x2="{right}" y2="{y:.2f}"/>'
        yield f'<text x="{left - 8}" y="{y + 4:.2f}" text-anchor="end">{tick:.6g}</text>'
    yield f'<path class="axis" fill="none" d="M{left} {top}V{floor}H{right}"/>'


def _limit(picture: Picture, across: Axis, *, shown: bool) -> Iterator[str]:
    if picture.limit is None:
        return
    label = f"memory limit {picture.limit / GIGA:.6g} GB"
    if not shown:
        end = f'x="{WIDTH - RIGHT}" y="{TOP - 8}" text-anchor="end"'
        yield f"<text {end}>{label}, right of the picture</text>"
        return
    x = across.place(picture.limit / GIGA)
    yield f'<line class="limit" x1="{x:.2f}" y1="{HEIGHT - BOTTOM}" x2="{x:.2f}" y2="{TOP}"/>'
    side = "end" if x > WIDTH / 2 else "start"
    yield f'<text x="{x:.2f}" y="{TOP - 8}" text-anchor="{side}">{label}</text>'


def _front(points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> Iterator[str]:
    places = [(across.place(memory / GIGA), up.place(time)) for memory, time in points]
    steps = f"M{places[0][0]:.2f} {places[0][1]:.2f}"
    steps += "".join(f"H{x:.2f}V{y:.2f}" for x, y in places[1:])
    yield f'<path class="front" d="{steps}H{WIDTH - RIGHT}"/>'
    for (x, y), (memory, time) in zip(places, points, strict=True):
        label = f"{memory / GIGA:.6g} GB, {time:.6g} s"
        point = f'<circle class="point" cx="{x:.2f}" cy="{y:.2f}" r="3.5">'
        yield f"{point}<title>{label}</title></circle>"


def _chosen(chosen: tuple[float, float] | None, across: Axis, up: Axis) -> Iterator[str]:
    if chosen is None:
        return
    x, y = across.place(chosen[0] / GIGA), up.place(chosen[1])
    label = f"chosen: {chosen[0] / GIGA:.6g} GB, {chosen[1]:.6g} s"
    side, shift = ("end", -12) if x > WIDTH / 2 else ("start", 12)
    yield f'<circle class="chosen" cx="{x:.2f}" cy="{y:.2f}" r="8"/>'
    yield f'<text x="{x + shift:.2f}" y="{y - 12:.2f}" text-anchor="{side}">{label}</text>'
