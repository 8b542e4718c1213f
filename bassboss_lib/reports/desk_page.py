"""The market designers' desk in JupyterLab: sliders for a plan, its effect redrawn at once, save, start a survey."""

from typing import TYPE_CHECKING, Any

from bassboss_lib.errors import BassbossError
from bassboss_lib.markup import escape
from bassboss_lib.reports.numbers import number
from bassboss_lib.reports.sentences import Language
from bassboss_lib.tariff.desk import Desk, effect
from bassboss_lib.tariff.space import Range, design_of

if TYPE_CHECKING:
    from ipywidgets import VBox

__all__ = ["sliders"]

TITLES = {
    "fee_yuan": ("月费（元）", "fee (yuan)"),
    "voice_min": ("通话（分钟）", "minutes"),
    "data_gb": ("流量（GB）", "data (GB)"),
    "texts": ("短信（条）", "messages"),
    "yuan_per_min": ("超出每分钟（元）", "yuan a minute beyond"),
    "yuan_per_gb": ("超出每GB（元）", "yuan a GB beyond"),
    "yuan_per_text": ("超出每条（元）", "yuan a message beyond"),
    "tier_min": ("第一档（超出分钟）", "minutes beyond in the first tier"),
    "yuan_per_min_after": ("第二档每分钟（元）", "yuan a minute after it"),
    "tier_gb": ("第一档（超出GB）", "GB beyond in the first tier"),
    "yuan_per_gb_after": ("第二档每GB（元）", "yuan a GB after it"),
}
FIGURES = {
    "winners": ("少付", "pay less", "percent"),
    "losers": ("多付", "pay more", "percent"),
    "p50_fen": ("变化中位数", "median change", "yuan"),
    "take_up": ("接受率", "take-up", "percent"),
    "revenue_change_fen": ("收入变化（人·月）", "revenue change a head", "yuan"),
    "margin_change_fen": ("毛利变化（人·月）", "margin change a head", "yuan"),
}
SURVEY_SIZE = 300


def _cards(desk: Desk, values: dict[str, float], language: Language) -> str:
    said = effect(desk.scene, desk.base, desk.current_fen, design_of(values))
    place = 0 if language == "zh" else 1
    shown = [
        f'<div style="min-width:8em"><div>{escape(one[place])}</div>'
        f'<div style="font-size:1.4em;font-weight:bold">{escape(number(said[name], one[2]))}</div></div>'  # type: ignore[arg-type]
        for name, one in FIGURES.items()
    ]
    return f'<div style="display:flex;flex-wrap:wrap;gap:.6em 1.6em;padding:.6em 0">{"".join(shown)}</div>'


def _slider(name: str, span: Range, language: Language) -> Any:
    from ipywidgets import FloatSlider, Layout

    low, high, step = float(span.low), float(span.high), float(span.step)
    title = TITLES[name][0 if language == "zh" else 1]
    look = {"style": {"description_width": "45%"}, "layout": Layout(width="98%", max_width="42em")}
    given: dict[str, Any] = {"min": low, "max": high, "step": step, "description": title}
    middle = low + (span.steps - 1) // 2 * step
    return FloatSlider(value=middle, disabled=low == high, continuous_update=True, **given, **look)


def sliders(desk: Desk, language: Language) -> "VBox":
    """Show the desk: a slider for each parameter of the space, key figures that follow, two buttons.

    *Save* keeps the plan as ``candidates/<space>.yaml``; *survey* keeps it, draws a sample and sends unit 32001.
    """
    from ipywidgets import HTML, Button, HBox, VBox

    rows = {name: _slider(name, desk.space.parameters[name], language) for name in desk.space.names}
    shown, said = HTML(), HTML()
    zh = language == "zh"
    save, survey = (
        Button(description="保存" if zh else "save"),
        Button(description="发起调查" if zh else "start a survey"),
    )

    def values() -> dict[str, float]:
        return {name: float(slider.value) for name, slider in rows.items()}

    def redraw(_: Any = None) -> None:
        shown.value = _cards(desk, values(), language)

    def pressed(button: Button) -> None:
        try:
            done = desk.save(values()) if button is save else desk.survey(values(), SURVEY_SIZE)
            said.value = f"✓ {done}"
        except BassbossError as error:
            said.value = error.line()

    for slider in rows.values():
        slider.observe(redraw, names="value")
    for button in (save, survey):
        button.on_click(pressed)
    redraw()
    return VBox([*rows.values(), shown, HBox([save, survey]), said])
