"""What people see: figures, tables and sentences that carry numbers, the page of a run, the page of all runs.

Rooms above compute; nothing is computed here that a reader could quote. A notebook builds a figure from a
tidy frame, a sentence from figures with intervals, and shows both together. The same notebook gives a page in
Chinese or English.

What is offered is imported when it is first named: the command line needs `mask` and not pandas.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "disclosure": ("few", "pooled", "preview"),
    "display": ("Several", "Shown", "show"),
    "figures_bills": ("bill_change", "sankey", "winners_losers"),
    "figures_effects": ("effect_forest",),
    "figures_model": ("calibration", "comparison", "gain_curve", "gains", "lift", "score_distribution"),
    "figures_people": ("retention_heatmap", "segment_bars", "segment_radar"),
    "figures_quality": ("drift_strip", "quality_trend", "rate_by_month"),
    "figures_reasons": ("beeswarm", "dependence", "importance", "reasons", "waterfall"),
    "html": ("ReportHeader", "render"),
    "index": ("write_index",),
    "numbers": ("estimate", "number"),
    "sentences": ("Language", "Sentence", "sentence"),
    "tables": ("Card", "Html", "key_figures", "table"),
}
_MODULES = ("captions", "examples")
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME, *_MODULES])  # noqa: PLE0605 - a list of names all the same


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
