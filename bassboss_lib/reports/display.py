"""Show a figure with the sentence that says what it shows, in JupyterLab and in a report alike."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bassboss_lib.reports.sentences import Sentence
from bassboss_lib.reports.style import DOTS_PER_INCH, png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Several", "Shown", "show"]


@dataclass(frozen=True)
class Shown:
    """A figure as PNG, its sentence as alternative text and caption; shows itself as last line of a cell."""

    image: bytes
    width_px: int
    sentence: Sentence

    def _ipython_display_(self) -> None:
        from IPython.display import display, publish_display_data

        metadata = {"image/png": {"alt": self.sentence.plain, "width": self.width_px}}
        publish_display_data({"image/png": self.image, "text/plain": self.sentence.plain}, metadata)
        display(self.sentence)


@dataclass(frozen=True)
class Several:
    """Figures shown one below the other."""

    items: tuple[Shown, ...]

    def _ipython_display_(self) -> None:
        for item in self.items:
            item._ipython_display_()


def show(figure: "Figure", sentence: Sentence) -> Shown:
    """Draw a figure and put its sentence below it."""
    return Shown(png(figure), round(float(figure.get_figwidth()) * DOTS_PER_INCH / 2), sentence)
