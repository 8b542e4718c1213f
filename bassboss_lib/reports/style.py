"""One look for all figures: colours everybody can tell apart, large type, Chinese drawn on every machine.

The font comes with a package and is given to matplotlib by its file, so a machine without Chinese fonts
draws the same pixels. Figures are made without pyplot: no global state, nothing displayed by itself.
"""

import io
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from bassboss_lib.markup import BIDI

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "AMBER",
    "BLUE",
    "GREEN",
    "GREY",
    "PALETTE",
    "RED",
    "SMALL",
    "WIDTH_IN",
    "canvas",
    "drawn",
    "font_path",
    "in_units",
    "png",
    "short",
]

BLUE, RED, GREEN, AMBER, GREY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#6B7280"  # Okabe and Ito's
PALETTE = (BLUE, RED, GREEN, AMBER, "#CC79A7", "#56B4E9")
WIDTH_IN, DOTS_PER_INCH = 7.2, 200  # 720 points wide on a page, at double density
LABEL_MAX = 44
SMALL = 13
"""Size of notes and numbers inside a figure, in points: still nine pixels high where a page shows it at half width."""
Arguments = ParamSpec("Arguments")


def font_path() -> Path:
    """Give the file of Noto Sans SC (Open Font License)."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.__file__).with_name("NotoSansSC-Regular.otf")


@cache
def _look() -> dict[Any, Any]:
    from cycler import cycler
    from matplotlib import font_manager

    font_manager.fontManager.addfont(font_path())
    family = font_manager.FontProperties(fname=str(font_path())).get_name()
    return {
        "font.family": family,
        "font.size": 15,
        "axes.titlesize": 17,
        "figure.titlesize": 17,
        "axes.titlelocation": "left",
        "axes.titlepad": 12,
        "axes.labelcolor": "#374151",
        "axes.edgecolor": "#9CA3AF",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.unicode_minus": True,
        "axes.prop_cycle": cycler(color=PALETTE),
        "grid.color": "#E5E7EB",
        "xtick.color": "#374151",
        "ytick.color": "#374151",
        "legend.frameon": False,
        "text.parse_math": False,  # a dollar in a region's name is a dollar
        "legend.fontsize": 14,
        "lines.linewidth": 2.2,
        "figure.constrained_layout.w_pad": 0.1,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }


def drawn(function: "Callable[Arguments, Figure]") -> "Callable[Arguments, Figure]":
    """Let a function draw in the look of the house, whatever the caller's settings are."""

    @wraps(function)
    def inside(*args: Arguments.args, **kwargs: Arguments.kwargs) -> "Figure":
        import matplotlib

        with matplotlib.rc_context(_look()):
            return function(*args, **kwargs)

    return inside


def canvas(
    title: str, x: str, y: str, *, note: str = "", height_in: float = 4.4, long_labels: bool = False
) -> "tuple[Figure, Axes]":
    """Give an empty figure with title, axis titles (with units) and a note such as the number of rows.

    Where long labels stand left of the axes, the title begins at the edge of the figure, so that it finds room.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y)
    if long_labels:
        figure.suptitle(title, x=0.01, ha="left")
    else:
        axes.set_title(title)
    if note:
        axes.set_title(note, loc="right", fontsize=SMALL, color=GREY)
    return figure, axes


def short(label: object, most: int = LABEL_MAX) -> str:
    """Give a label from data as it fits beside an axis: at most so many half-width characters, nothing that steers.

    Examples
    --------
    >>> short("a" * 50, 10), short("高价值商务", 8), short("a\\tb")
    ('aaaaaaaaa…', '高价值…', 'a b')
    """
    plain = "".join(character if character >= " " else " " for character in str(label).translate(BIDI))
    wide = [2 if character > "\u2e80" else 1 for character in plain]
    if sum(wide) <= most:
        return plain
    kept = next(place for place in range(len(plain)) if sum(wide[: place + 1]) > most - 1)
    return plain[:kept] + "…"


def in_units(axes: "Axes", kind: str) -> None:
    """Write the horizontal axis in what readers count in: shares as per cent, fen as yuan."""
    from matplotlib.ticker import FuncFormatter

    factor = {"points": 100.0, "percent": 100.0, "yuan": 0.01}.get(kind)
    sign = "+" if kind in ("points", "yuan") else ""
    if factor:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(value * factor, 6):{sign}g}"))


def png(figure: "Figure") -> bytes:
    """Draw a figure as PNG at double density; the same figure gives the same bytes."""
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context(_look()):
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
