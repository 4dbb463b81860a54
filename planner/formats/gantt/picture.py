"""A Gantt chart as SVG text: a row per lane, a colour per group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from planner.formats.gantt.bars import Bar
from planner.formats.pictures.axis import make_axis

ROW, TOP, BOTTOM, RIGHT = 18, 44, 48, 20
CHART = 900
"""Width of the chart without the names of its lanes."""
STYLE = (
    "text{font:11px sans-serif;fill:#222}.title{font-size:14px;font-weight:bold}"
    ".grid{stroke:#ddd}.lane{stroke:#eee}"
)
GOLDEN = 137.508
"""Degrees; hues this far apart stay distinct for any number of groups."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn."""

    title: str
    unit: str
    """Name of the time axis."""
    lanes: Sequence[str]
    bars: Sequence[Bar]


def draw(chart: Chart) -> str:
    """Return the picture; the same schedule gives the same text."""
    left = 20 + 7 * max((len(lane) for lane in chart.lanes), default=0)
    width, floor = left + CHART + RIGHT, TOP + ROW * len(chart.lanes)
    axis = make_axis([0, max((bar.end for bar in chart.bars), default=1)], left, left + CHART)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {floor + BOTTOM}" '
        f'width="{width}" height="{floor + BOTTOM}" role="img">',
        f"<title>{escape(chart.title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{floor + BOTTOM}" fill="#fff"/>',
        f'<text class="title" x="{left}" y="24">{escape(chart.title)}</text>',
    ]
    for tick in axis.ticks():
        x = axis.place(tick)
        lines.append(f'<line class="grid" x1="{x:.2f}" y1="{TOP}" x2="{x:.2f}" y2="{floor}"/>')
        lines.append(f'<text x="{x:.2f}" y="{floor + 16}" text-anchor="middle">{tick:.6g}</text>')
    lines += _lanes(chart, left)
    hue = {group: place * GOLDEN % 360 for place, group in enumerate(_groups(chart.bars))}
    row = {lane: place for place, lane in enumerate(chart.lanes)}
    for bar in chart.bars:
        x, end = axis.place(bar.start), axis.place(bar.end)
        y = TOP + ROW * row[bar.lane] + 2
        label = f"{bar.group}, {bar.lane}: {bar.start} to {bar.end}"
        lines.append(
            f'<rect x="{x:.2f}" y="{y}" width="{max(end - x, 0.5):.2f}" height="{ROW - 4}" '
            f'fill="hsl({hue[bar.group]:.1f} 55% 55%)"><title>{escape(label)}</title></rect>'
        )
    middle = left + CHART / 2
    lines.append(f'<text x="{middle}" y="{floor + 36}" text-anchor="middle">{chart.unit}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _lanes(chart: Chart, left: int) -> Iterator[str]:
    for place, lane in enumerate(chart.lanes):
        y = TOP + ROW * place
        yield f'<line class="lane" x1="{left}" y1="{y}" x2="{left + CHART}" y2="{y}"/>'
        yield f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(lane)}</text>'


def _groups(bars: Sequence[Bar]) -> list[str]:
    return list(dict.fromkeys(bar.group for bar in bars))
