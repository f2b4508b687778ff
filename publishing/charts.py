"""Small charts as inline SVG: an indicator's line with its path and target, a line within a table, bars by night.

No script, no chart library, no colours of their own: classes are coloured by the page, so dark mode and print work. The
figures are not in a chart but in a table beside it. The title of an indicator's line carries the message for those who
do not see it; what stands beside its own figures in a table is hidden from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

WIDTH, HEIGHT = 320, 96
PADDING = 8
SMALL_WIDTH, SMALL_HEIGHT, SMALL_PADDING = 104, 26, 3
BAR_STEP, BAR_WIDTH, BAR_HEIGHT = 8, 6, 32
# Bars begin at the right; a few nights do not become a few blocks.
FEWEST_BARS = 45


@dataclass(frozen=True, slots=True)
class Point:
    """One month of an indicator; None where there is no figure."""

    month: date
    value: float | None
    expected: float | None = None


def months_between(first: date, later: date) -> int:
    """Whole months from one month to another."""
    return (later.year - first.year) * 12 + later.month - first.month


def spark_line(
    points: Sequence[Point],
    target_month: date | None,
    target: float | None,
    *,
    title: str,
    key: str,
    runs_on: bool = True,
) -> Markup:
    """The chart as an ``<svg>`` element, or nothing where fewer than two months have a value.

    The expected path goes through the months' own expected values and, where it ``runs_on``, straight from the last
    month to the target. ``key`` is unique in the page (the title's id). Months without a value leave a gap in the
    line; nothing is joined over it.
    """
    if sum(point.value is not None for point in points) < 2:
        return Markup("")
    if runs_on and target_month is not None and points[-1].expected is not None and target_month > points[-1].month:
        points = [*points, Point(target_month, None, target)]
    scale = _Scale.over(points, target_month, target)
    shapes = [
        *(Markup('<path class="expected" d="{}"/>').format(d) for d in _paths(scale, points, "expected")),
        *(Markup('<path class="actual" d="{}"/>').format(d) for d in _paths(scale, points, "value")),
        _last_dot(scale, points),
    ]
    if target is not None and target_month is not None:
        x, y = scale.at(target_month, target)
        shapes.append(Markup('<path class="target" d="M{} {}l5 5l-5 5l-5 -5z"/>').format(_short(x), _short(y - 5)))
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}">{}</title>{}</svg>'
    ).format(WIDTH, HEIGHT, key, key, escape(title), Markup("").join(shapes))


def small_line(values: Sequence[float | None], low: float, high: float) -> Markup:
    """A line for a cell of a table, one value a month from ``low`` at the foot to ``high`` at the top.

    A month without a value leaves a gap; the last value has a dot. Nothing where there is no value at all.
    """
    spots = [
        None
        if value is None
        else (
            SMALL_PADDING + number / max(len(values) - 1, 1) * (SMALL_WIDTH - 2 * SMALL_PADDING),
            SMALL_HEIGHT - SMALL_PADDING - (value - low) / (high - low) * (SMALL_HEIGHT - 2 * SMALL_PADDING),
        )
        for number, value in enumerate(values)
    ]
    drawn = [spot for spot in spots if spot is not None]
    if not drawn:
        return Markup("")
    lines = [Markup('<path class="actual" d="{}"/>').format(d) for d in _runs(spots)]
    return Markup(
        '<svg class="spark small" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}'
        '<circle class="last" cx="{}" cy="{}" r="2.5"/></svg>'
    ).format(SMALL_WIDTH, SMALL_HEIGHT, Markup("").join(lines), *map(_short, drawn[-1]))


def bars(counts: Sequence[int]) -> Markup:
    """A bar a night, the newest to the right, the highest as high as the chart; nothing where all are zero.

    What is not zero is at least a line, however small beside the highest.
    """
    highest = max(counts, default=0)
    if highest == 0:
        return Markup("")
    first = max(FEWEST_BARS - len(counts), 0)
    shapes = [
        Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(
            (first + number) * BAR_STEP, _short(BAR_HEIGHT - height), BAR_WIDTH, _short(height)
        )
        for number, count in enumerate(counts)
        if (height := max(BAR_HEIGHT * count / highest, 1.5) if count else 0)
    ]
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>'
    ).format((first + len(counts)) * BAR_STEP, BAR_HEIGHT, Markup("").join(shapes))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    months: int
    low: float
    high: float

    @classmethod
    def over(cls, points: Sequence[Point], target_month: date | None, target: float | None) -> _Scale:
        months = [point.month for point in points] + ([target_month] if target_month else [])
        figures = [f for p in points for f in (p.value, p.expected) if f is not None]
        figures += [target] if target is not None and target_month is not None else []
        low, high = min(figures), max(figures)
        # A flat line runs through the middle instead of dividing by zero.
        margin = 0.0 if high > low else 1.0
        return cls(min(months), max(months_between(min(months), max(months)), 1), low - margin, high + margin)

    def at(self, month: date, figure: float) -> tuple[float, float]:
        across = months_between(self.first, month) / self.months
        up = (figure - self.low) / (self.high - self.low)
        return PADDING + across * (WIDTH - 2 * PADDING), HEIGHT - PADDING - up * (HEIGHT - 2 * PADDING)


def _paths(scale: _Scale, points: Iterable[Point], series: str) -> list[str]:
    """One path for each unbroken run of figures."""
    figures = [(point.month, getattr(point, series)) for point in points]
    return _runs([None if figure is None else scale.at(month, figure) for month, figure in figures])


def _runs(spots: Iterable[tuple[float, float] | None]) -> list[str]:
    """The path of each unbroken run of spots; nothing is joined over a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    # A figure alone between gaps is a line of no length, which its round ends show as a dot.
    lengthened = [run * 2 if len(run) == 1 else run for run in runs if run]
    return ["M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in run) for run in lengthened]


def _last_dot(scale: _Scale, points: Sequence[Point]) -> Markup:
    last = [(point.month, point.value) for point in points if point.value is not None][-1]
    x, y = scale.at(*last)
    return Markup('<circle class="last" cx="{}" cy="{}" r="3.5"/>').format(_short(x), _short(y))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
