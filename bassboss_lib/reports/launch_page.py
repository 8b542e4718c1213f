"""What the page of a survey shows once plans were launched: what was forecast, and what came (后评估)."""

import pandas as pd

from bassboss_lib.reports import figures_tariff
from bassboss_lib.reports.display import Several, Shown, show
from bassboss_lib.reports.numbers import estimate, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table

__all__ = ["launches_figure", "launches_table", "launches_words"]

FIGURES = {
    "take_up": ("接受率", "take-up", "percent"),
    "revenue_change_fen": ("月收入变化", "change of monthly revenue", "yuan"),
}
TITLES = {
    "survey": ("调查", "survey"),
    "plan": ("计划", "plan"),
    "month": ("截至账期", "by month"),
    "figure": ("指标", "figure"),
    "forecast": ("预测（90% 区间）", "forecast (90 %)"),
    "fact": ("实际", "fact"),
    "within": ("实际在区间内", "fact within"),
}


def launches_words(found: pd.DataFrame, language: Language) -> Sentence:
    """Say how many forecasts can be held against a fact, and how many of them held."""
    if found.empty:
        return sentence(
            "还没有经过调查的计划上市：上市并有客户持有后，这里把存档的预测与实际并列。",
            "No surveyed plan has been launched yet: once customers hold one, forecast and fact stand here.",
            language,
        )
    return sentence(
        "已上市 {plans} 个调查过的计划；{held}／{all} 项存档预测的 90% 区间包含了实际。",
        "{plans} surveyed plans were launched; the 90 % interval of {held} of {all} kept forecasts holds the fact.",
        language,
        plans=int(found["survey"].nunique()),
        held=int(found["within"].sum()),
        all=len(found),
    )


def launches_table(found: pd.DataFrame, language: Language) -> Html:
    """Show every kept forecast beside what happened; nothing before a launch."""
    if found.empty:
        return Html("")
    place = 0 if language == "zh" else 1
    rows = []
    for one in found.to_dict("records"):
        title, kind = FIGURES[one["figure"]][place], FIGURES[one["figure"]][2]
        said = estimate(one["forecast"], one["low"], one["high"], kind)  # type: ignore[arg-type]
        within = (("是", "否") if language == "zh" else ("yes", "no"))[0 if one["within"] else 1]
        fact = number(one["fact"], kind)  # type: ignore[arg-type]
        rows.append([one["survey"], one["plan"], one["month"], title, said, fact, within])
    return table(pd.DataFrame(rows, columns=[pair[place] for pair in TITLES.values()]))


def launches_figure(found: pd.DataFrame, language: Language) -> Several:
    """Draw forecast and fact of every launched plan's take-up; nothing before a launch."""
    rows = found[found["figure"] == "take_up"]
    return Several((_take_ups(rows, language),) if len(rows) else ())


def _take_ups(rows: pd.DataFrame, language: Language) -> Shown:
    parts = pd.DataFrame({one: rows[one] * 100 for one in ("forecast", "low", "high", "fact")})
    parts["name"] = rows["survey"]
    missed = float((rows["forecast"] - rows["fact"]).abs().mean())
    told = sentence(
        "接受率的预测与实际平均相差 {missed}。",
        "Forecast and fact of the take-up differ by {missed} on average.",
        language,
        kinds={"missed": "points"},
        missed=missed,
    )
    return show(figures_tariff.forecast_and_fact(parts, language=language), told)
