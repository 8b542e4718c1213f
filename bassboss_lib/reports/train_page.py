"""What the page on a trained model shows, in the order of the page: who, how good, how honest, why."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning import (
    Challenge,
    Estimate,
    Explanation,
    Fitted,
    beeswarm,
    calibration_table,
    dependence,
    group_importance,
    importance,
    waterfall,
)
from bassboss_lib.reports import figures_model, figures_reasons
from bassboss_lib.reports.display import Several, Shown, show
from bassboss_lib.reports.names import figure_name
from bassboss_lib.reports.numbers import Kind, estimate
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.reports.words import model_reason
from bassboss_lib.retention.material import Material

__all__ = [
    "calibrated",
    "challenged",
    "compared",
    "dependences",
    "gained",
    "groups",
    "important",
    "lifted",
    "named",
    "pictures",
    "swarm",
    "waterfalls",
    "who",
]

FIGURES = (
    "auc",
    "pr_auc",
    "lift_1pct",
    "lift_5pct",
    "lift_10pct",
    "log_loss",
    "log_loss_constant",
    "brier",
    "calibration_slope",
    "calibration_intercept",
)
LEARNERS = {
    "zh": {"model": "本模型", "logistic": "逻辑回归", "untuned": "未调参提升树"},
    "en": {"model": "this model", "logistic": "logistic regression", "untuned": "untuned boosting"},
}


def who(given: Material, fitted: Fitted, language: Language) -> Sentence:
    """Say who was learnt from, how rows were split and who was left out."""
    rows, left_out = fitted.rows, given.left_out
    told = sentence(
        "训练 {train} 行（离网 {train_positives}），检验 {test} 行（离网 {test_positives}）。{split} {note}",
        "{train} rows train ({train_positives} churned), {test} rows test ({test_positives} churned). {split} {note}",
        language,
        split=fitted.split.note_zh if language == "zh" else fitted.split.note_en,
        note=given.note_zh if language == "zh" else given.note_en,
        train=rows["train"],
        train_positives=rows["train_positives"],
        test=rows["test"],
        test_positives=rows["test_positives"],
    )
    if not left_out:
        return told
    apart = sentence(
        "另计：沉默客户 {silent}，被动离网或去向不明 {pushed_out_or_unknown}（客户月）。",
        "Counted apart: {silent} silent, {pushed_out_or_unknown} pushed out or lost from sight (customer-months).",
        language,
        silent=left_out["silent"],
        pushed_out_or_unknown=left_out["pushed_out_or_unknown"],
    )
    return Sentence(f"{told.markdown} {apart.markdown}", f"{told.plain} {apart.plain}")


def compared(fitted: Fitted, language: Language) -> Html:
    """Show the model's figures with 95 % intervals beside those of the baselines, on the same test rows."""
    lines = []
    for name in FIGURES:
        known = figure_name(name)
        said = {who: _written(figures.get(name), known.kind) for who, figures in fitted.figures.items()}
        lines.append({"figure": known.zh if language == "zh" else known.en} | said)
    titles = {"figure": "指标" if language == "zh" else "figure"} | LEARNERS[language]
    return table(pd.DataFrame(lines), titles=titles)


def _written(said: Estimate | None, kind: Kind) -> str:
    return "" if said is None else estimate(said.value, said.low, said.high, kind)


def gained(fitted: Fitted, language: Language) -> Shown:
    """Draw how many churners are found by calling the top of the list."""
    curve = figures_model.gain_curve(fitted.predictions["y"], fitted.predictions["model"], weight=fitted.weight)
    told = sentence(
        "概率最高的 10% 客户中，找到 {found} 的离网客户。",
        "The 10 % most likely customers hold {found} of those who left.",
        language,
        kinds={"found": "percent"},
        found=_found(curve),
    )
    return show(
        figures_model.gains(curve, language=language, outcome="离网客户" if language == "zh" else "churners"),
        told,
    )


def _found(curve: pd.DataFrame) -> Estimate:
    row = curve.iloc[(curve["share"] - 0.10).abs().argmin()]
    return Estimate(float(row["found"]), float(row["low"]), float(row["high"]))


def lifted(fitted: Fitted, language: Language) -> Shown:
    """Draw how much denser churners are at the top of the list than among all."""
    curve = figures_model.gain_curve(fitted.predictions["y"], fitted.predictions["model"], weight=fitted.weight)
    told = sentence(
        "前 1%、5%、10% 的提升度为 {one}、{five}、{ten}。",
        "Lift at the top 1, 5 and 10 %: {one}, {five}, {ten}.",
        language,
        kinds={"one": "times", "five": "times", "ten": "times"},
        one=fitted.figures["model"]["lift_1pct"],
        five=fitted.figures["model"]["lift_5pct"],
        ten=fitted.figures["model"]["lift_10pct"],
    )
    return show(figures_model.lift(curve, language=language), told)


def calibrated(fitted: Fitted, language: Language) -> Shown:
    """Draw predicted against observed in bins of equal count."""
    y, p = fitted.predictions["y"].to_numpy(), fitted.predictions["model"].to_numpy()
    bins = calibration_table(y, p, weight=fitted.weight)
    told = sentence(
        "校准斜率 {slope}（1 为理想）；平均预测 {said}，实际 {seen}。",
        "Calibration slope {slope} (1 is ideal); {said} predicted on average, {seen} observed.",
        language,
        kinds={"said": "percent", "seen": "percent"},
        slope=fitted.figures["model"]["calibration_slope"],
        said=float(np.average(p, weights=fitted.weight)),
        seen=float(np.average(y, weights=fitted.weight)),
    )
    return show(figures_model.calibration(bins, language=language), told)


def important(explanation: Explanation, language: Language) -> Shown:
    """Draw which features move scores most."""
    ranked = importance(explanation)
    told = sentence(
        "影响最大的特征：{first}、{second}、{third}（平均绝对贡献，对数几率）。",
        "Strongest features: {first}, {second}, {third} (mean absolute contribution, log-odds).",
        language,
        **dict(zip(("first", "second", "third"), ranked[language].head(3), strict=True)),
    )
    return show(figures_reasons.importance(ranked, language=language, rows=len(explanation.x)), told)


def groups(explanation: Explanation, language: Language) -> Html:
    """Show how much each group of features moves scores."""
    titles = {
        "group": "特征组" if language == "zh" else "group",
        "mean_abs": "平均绝对贡献" if language == "zh" else "mean |phi|",
    }
    return table(group_importance(explanation), titles=titles)


def swarm(explanation: Explanation, language: Language) -> Shown:
    """Draw one point per customer and feature."""
    told = sentence(
        "每点为一名客户；右侧推高离网概率，颜色为特征取值高低。",
        "One point per customer; to the right pushes churn up, colour is the feature's value.",
        language,
    )
    return show(figures_reasons.beeswarm(beeswarm(explanation), language=language, rows=len(explanation.x)), told)


def pictures(fitted: Fitted, explanation: Explanation, language: Language) -> dict[str, bytes]:
    """Draw what is kept beside the model: gains, calibration, strongest features, one point per customer."""
    shown = {
        "gains": gained(fitted, language),
        "calibration": calibrated(fitted, language),
        "importance": important(explanation, language),
        "shap": swarm(explanation, language),
    }
    return {f"{name}_{language}.png": one.image for name, one in shown.items()}


def dependences(explanation: Explanation, language: Language, top: int = 4) -> Several:
    """Draw how the strongest numbers push at each of their values."""
    by_name = {feature.name: feature for feature in explanation.features}
    numbers = [name for name in importance(explanation)["name"] if by_name[name].kind == "number"][:top]
    shown = []
    for name in numbers:
        feature = by_name[name]
        told = sentence(
            "{title}在不同取值下对离网概率的影响。", "How {title} pushes at each of its values.", language,
            title=feature.title(language),
        )  # fmt: skip
        points = dependence(explanation, name)
        figure = figures_reasons.dependence(points, title=feature.title(language), unit=feature.unit, language=language)
        shown.append(show(figure, told))
    return Several(tuple(shown))


Names = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What identifiers are called in zh and en, by the feature that holds them and by identifier."""


def waterfalls(explanation: Explanation, probability: pd.Series, language: Language, names: Names) -> Several:
    """Draw three customers step by step: the most likely to leave, the middle one, the least likely."""
    order = probability.to_numpy().argsort(kind="stable")
    shown = []
    for row in (order[-1], order[len(order) // 2], order[0]):
        name = str(probability.index[row])[:8]
        told = sentence(
            "客户 {name}…：预测离网概率 {said}。", "Customer {name}…: predicted probability {said}.", language,
            kinds={"said": "percent"}, name=name, said=float(probability.iloc[row]),
        )  # fmt: skip
        steps = named(waterfall(explanation, int(row)), names, language, explanation.features)
        shown.append(show(figures_reasons.waterfall(steps, language=language), told))
    return Several(tuple(shown))


def named(steps: pd.DataFrame, names: Names, language: Language, features: Sequence[Feature] = ()) -> pd.DataFrame:
    """Give the steps with identifiers and codes by their names; one that nobody named stays as it is."""
    listed = {one.name: one for one in features if one.codes}

    def name_of(column: str, value: object) -> object:
        if column in names:
            both = names[column].get(str(value))
            return both[language] if both else value
        return listed[column].called(value, language) if column in listed and isinstance(value, str) else value

    values = [name_of(column, value) for column, value in zip(steps["name"], steps["value"], strict=True)]
    return steps.assign(value=pd.Series(values, index=steps.index, dtype=object))


OUTCOMES = {
    "champion": ("现役模型不变（就是它，或它是第一个）", "it is the champion already, or the first of its source"),
    "promoted": ("新模型接任", "the new model takes over"),
    "refused": ("不接任，现役模型继续打分", "not promoted; the champion keeps scoring"),
    "waiting": ("可以接任，等待人工决定", "may take over, and waits for somebody to decide"),
    "incomparable": (
        "现役模型继续打分：没有时间的表，现役模型已学过每一行，无从比较；要换模型，请用 `bassboss models promote`",
        "the champion keeps scoring: it has learnt from every row of a table without time, and none are left to "
        "compare on; to change the model, use `bassboss models promote`",
    ),
}


def challenged(found: Challenge | None, outcome: str, language: Language) -> Sentence:
    """Say how the new model compares with the champion, and which of them scores."""
    told = OUTCOMES[outcome][0 if language == "zh" else 1]
    if found is None:
        return sentence("结果：{told}。", "Outcome: {told}.", language, told=told)
    return sentence(
        "在 {rows} 名未受联系、已成熟的客户（离网 {churners}）上，对数损失的改进为 {gain}。结果：**{told}**。{why}",
        "On {rows} untreated, mature customers ({churners} left) the log-loss improves by {gain}. Outcome: **{told}**. "
        "{why}",
        language,
        rows=found.rows,
        churners=found.churners,
        gain=found.gain,
        told=told,
        why="; ".join(model_reason(one, language) for one in found.refusals),
    )
