"""What the page of a rehearsal shows of the choice model's limits, and of the search that found the candidates."""

import pandas as pd

from bassboss_lib.reports import figures_tariff
from bassboss_lib.reports.display import Several, Shown, show
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.tariff.search import pareto

__all__ = ["bands_table", "competition_words", "fronts", "search_words"]

DOUBTFUL = 0.05


def bands_table(bands: pd.DataFrame, language: Language) -> Html:
    """Show the share of every plan under the history scenario with its band over the model's uncertainty."""
    zh = {"plan": "资费计划", "share": "占比", "p10": "P10", "p50": "P50", "p90": "P90"}
    en = {"p10": "P10", "p50": "P50", "p90": "P90"}
    kinds = dict.fromkeys(("share", "p10", "p50", "p90"), "percent")
    return table(bands, titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]


def competition_words(tested: pd.DataFrame, language: Language) -> Sentence:
    """Say whether plans compete evenly, as the choice model believes."""
    if tested.empty:
        return sentence(
            "选择太少，无法检验计划之间是否均匀竞争。",
            "Too few choices to test whether plans compete evenly.",
            language,
        )
    doubtful = tested[tested["p_value"] < DOUBTFUL]
    if doubtful.empty:
        return sentence(
            "逐一去掉 {plans} 后重估，系数没有显著变化（最小 p = {least}）：没有发现计划之间竞争不均匀。",
            "Fitted again without {plans} in turn, coefficients do not change significantly (least p = {least}): no"
            " sign that plans compete unevenly.",
            language,
            plans=", ".join(tested["plan"]),
            least=float(tested["p_value"].min()),
        )
    return sentence(
        "去掉 {plans} 后系数显著变化：相近计划之间的转移会比情景所说的更多，总接受率比转移矩阵可靠。",
        "Without {plans} coefficients change significantly: plans that are alike will lose more to each other than the"
        " scenarios say; trust the take-up more than the migration.",
        language,
        plans=", ".join(doubtful["plan"]),
    )


def search_words(tried: pd.DataFrame | None, language: Language) -> Sentence:
    """Say how many designs were tried for the candidates, and how many keep the constraints."""
    if tried is None:
        return sentence("这些候选计划不是搜索得到的。", "These candidates do not come from a search.", language)
    return sentence(
        "搜索试过 {all} 个设计，其中 {kept} 个满足约束；红线上的每一个，都没有别的设计收益更高而多付更少。",
        "The search tried {all} designs, {kept} of which keep the constraints; no design beats one on the red line in"
        " both gain and losers.",
        language,
        all=len(tried),
        kept=int(tried["kept"].sum()),
    )


def fronts(tried: pd.DataFrame | None, language: Language) -> Several:
    """Draw gain against losers for every plan searched; nothing where none was."""
    if tried is None:
        return Several(())
    return Several(tuple(_front(str(plan), rows, language) for plan, rows in tried.groupby("plan")))


def _front(plan: str, rows: pd.DataFrame, language: Language) -> Shown:
    kept = rows[rows["kept"]]
    best = pareto(kept if len(kept) else rows)
    told = sentence(
        "{plan}：满足约束的设计中，收益最高的每客户每月 {gain}，此时接受者中有 {losers} 会多付。",
        "{plan}: the design that gains most within the constraints gains {gain} per customer and month; {losers} of its"
        " takers would pay more.",
        language,
        kinds={"gain": "yuan", "losers": "percent"},
        plan=plan,
        gain=float(best["objective"].iloc[-1]),
        losers=float(best["losers"].iloc[-1]),
    )
    return show(figures_tariff.pareto_front(rows, best, language=language), told)
