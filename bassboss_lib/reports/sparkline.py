"""A key figure over months as a line as small as a word: SVG made of numbers alone, so that no text gets into it."""

import math
from collections.abc import Sequence

__all__ = ["sparkline"]

WIDTH, HEIGHT, MARGIN = 120, 26, 3


def sparkline(values: Sequence[float | None]) -> str:
    """Give the line as SVG markup: months from left to right, a gap where there is none, a dot on the newest.

    It is hidden from screen readers, which are told the newest value and its change beside it; it is empty with
    fewer than two values. No style attribute is used, so that the page's policy need not allow any.

    Examples
    --------
    >>> sparkline([1.0]), '<path d="M3.0 23.0L117.0 3.0"/>' in sparkline([0, 1])
    ('', True)
    """
    known = [(place, float(value)) for place, value in enumerate(values) if value is not None and math.isfinite(value)]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = high - low
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    path, before = "", -2
    for place, value in known:
        x, y = MARGIN + place * step, HEIGHT - MARGIN - ((value - low) / span if span else 0.5) * (HEIGHT - 2 * MARGIN)
        path += f"{'L' if place == before + 1 else 'M'}{x:.1f} {y:.1f}"
        before = place
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>'
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg class="spark" {size} aria-hidden="true" focusable="false"><path d="{path}"/>{dot}</svg>'
