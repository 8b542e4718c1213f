"""What the page of satisfaction drivers shows: how much can be known, what drives it, what care should do first."""

import pandas as pd

from bassboss_lib.care.drivers import Satisfaction
from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.learning import Explanation, beeswarm
from bassboss_lib.reports import captions, figures_reasons
from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.numbers import estimate
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table

__all__ = ["accuracy_table", "drivers", "population", "priorities_table", "swarm"]

GROUPS = {
    "network": ("网络", "network"), "terminal": ("终端", "terminal"), "bill": ("账单", "bill"), "use": ("使用", "use"),
    "roaming": ("漫游", "roaming"), "service": ("服务", "service"), "customer": ("客户等级", "customer"),
    "scene": ("场景", "scene"), "trouble": ("问题", "trouble"),
}  # fmt: skip


def population(found: Satisfaction, language: Language) -> Sentence:
    """Say how many were asked and how many are dissatisfied."""
    return sentence(
        "受访客户 {asked} 人，其中 **{share}** 不满意。",
        "{asked} customers were asked; **{share}** of them are dissatisfied.",
        language,
        kinds={"share": "percent"},
        asked=len(found.sample.labels),
        share=float(found.sample.labels.mean()),
    )


def accuracy_table(found: Satisfaction, language: Language) -> Html:
    """Show the AUC of both models in folds, beside a logistic regression on the same fields."""
    place = 0 if language == "zh" else 1
    named = ((("仅经营字段", "operations fields alone")[place], found.operations),
             (("加上问卷其他回答", "with the survey's other answers")[place], found.asked))  # fmt: skip
    rows = []
    for title, fitted in named:
        mine, plain = fitted.figures["model"]["auc"], fitted.figures["logistic"]["auc"]
        said = (estimate(one.value, one.low, one.high, "number") for one in (mine, plain))
        rows.append([title, len(fitted.model.features), *said])
    titles = {"zh": ["模型", "字段数", "AUC（95 % 区间）", "逻辑回归 AUC"],
              "en": ["model", "fields", "AUC (95 % interval)", "AUC of logistic regression"]}[language]  # fmt: skip
    return table(pd.DataFrame(rows, columns=titles))


def drivers(strength: pd.DataFrame, rows: int, language: Language) -> Shown:
    """Draw which operations fields matter most."""
    figure = figures_reasons.importance(strength, language=language, rows=rows)
    return show(figure, captions.importance(strength, language))


def swarm(explanation: Explanation, language: Language) -> Shown:
    """Draw in which direction each field pushes."""
    points = beeswarm(explanation)
    figure = figures_reasons.beeswarm(points, language=language, rows=len(explanation.phi))
    return show(figure, captions.beeswarm(points, language))


def priorities_table(rows: pd.DataFrame, language: Language) -> Html:
    """Show what care should answer first, with the form that does."""
    place, forms = 0 if language == "zh" else 1, code_list("care_form")
    shown = rows.assign(
        group=[GROUPS.get(one, (one, one))[place] for one in rows["group"]],
        form=[f"{one} {forms.text(one, language)}" for one in rows["form"]],
    )
    zh = {
        "group": "原因类别",
        "form": "关怀形式",
        "reach": "受影响客户（机会比 ≥ 1.1）",
        "fewer_per_1000": "每千人可少不满意",
    }
    en = {
        "group": "cause",
        "form": "care",
        "reach": "customers affected (odds × 1.1 or more)",
        "fewer_per_1000": "fewer per 1,000",
    }
    return table(shown, titles=zh if language == "zh" else en, kinds={"reach": "percent"})
