"""What the page of a rehearsal shows: parity first, then bills at fixed behaviour, then scenarios and migration."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.reports import figures_tariff
from bassboss_lib.reports.display import Several, Shown, show
from bassboss_lib.reports.figures_bills import bill_change
from bassboss_lib.reports.numbers import number
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.tariff.parity import Parity
from bassboss_lib.tariff.rehearsal import Rehearsal
from bassboss_lib.tariff.scenarios import Outcome, migration
from bassboss_lib.tariff.traits import Attribution
from bassboss_lib.tariff.winners import by_trait, change_fen, winners

__all__ = [
    "changes",
    "cut_table",
    "drivers",
    "flows",
    "groups_table",
    "parity_table",
    "parity_words",
    "plans_table",
    "prepaid_words",
    "responses",
    "scenarios_table",
    "who",
]

SCENARIOS = {
    "least": ("最省账单（上限）", "least bill (upper bound)"),
    "history": ("历史选择的模型", "logit from history"),
    "survey": ("按调查校准", "logit set by the survey"),
}
TRAIT_NAMES = {
    "saving_yuan": ("节省", "saving"),
    "risk_yuan": ("节省的不确定", "risk of the saving"),
    "flat": ("包月偏好", "flat bill"),
    "headroom": ("套餐余量", "room in the bundles"),
    "switch": ("更换成本", "cost of switching"),
    "switch_tenure": ("更换成本×网龄", "switching × tenure"),
}
GROUPS = {
    "plan": ("现有资费", "plan held"),
    "age_years": ("年龄", "age"),
    "tenure_months": ("网龄（月）", "tenure (months)"),
}
GROUPS["bill_yuan"] = ("月账单（元）", "bill (yuan)")


def _word(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "zh" else pair[1]


def parity_words(found: Parity | None, left_out: int, language: Language, currency: str = "CNY") -> Sentence:
    """Say whether the engine reproduces the bills that were sent, and in what money a source of one's own is."""
    if found is None:
        zh, en = (
            "没有已出账单可对：用量和价目由映射给出。本页金额的币种是 {currency}，写作 ¥ 或元的也是。",
            "No bills were sent along: usage and prices come by the mapping. All amounts of this page are {currency},"
            " also where it writes ¥ or yuan.",
        )
        return sentence(zh, en, language, currency=currency)
    return sentence(
        "重新批价的 {rows} 个客户月账单中，**{share}** 与已出账单相差不超过 1 分；预演不含 {out} 名对不上的客户，"
        "也不含 {grouped} 名使用家庭套餐的客户在该套餐下的月份。",
        "Of {rows} bills rated again **{share}** agree with what was sent within 1 fen; {out} customers are left out, "
        "and the months that {grouped} customers spent on plans shared by families.",
        language,
        kinds={"share": "percent"},
        rows=len(found.rows),
        share=found.share,
        out=left_out,
        grouped=found.grouped,
    )


def parity_table(found: Parity | None, language: Language) -> Html:
    """Show parity by item, and the largest causes of difference."""
    if found is None:
        return table(pd.DataFrame())
    zh = {"item": "费用项目", "compared": "比对数", "share": "一致率", "difference_fen": "差额"}
    en = {"item": "item", "compared": "compared", "share": "within 1 fen", "difference_fen": "difference"}
    titles = zh if language == "zh" else en
    names = code_list("fee_item")
    items = found.items.assign(item=[f"{code} {names.text(code, language)}" for code in found.items["item"]])
    shown = table(items, titles=titles, kinds={"share": "percent", "difference_fen": "yuan"}).text
    if not found.causes.empty:
        titles = titles | (
            {"cause": "原因", "rows": "账单"} if language == "zh" else {"cause": "cause", "rows": "bills"}
        )
        shown += table(found.causes, titles=titles, kinds={"difference_fen": "yuan"}, rows_max=8).text
    return Html(shown)


def plans_table(said: Rehearsal, language: Language) -> Html:
    """Show winners, losers and revenue of every plan at fixed behaviour."""
    zh = {"plan": "资费计划", "new": "新", "winners": "少付", "losers": "多付", "p5_fen": "变化 P5", "p50_fen": "P50",
          "p95_fen": "变化 P95", "revenue_fen": "全体用此计划的月收入"}  # fmt: skip
    en = {"plan": "plan", "new": "new", "winners": "pay less", "losers": "pay more", "p5_fen": "change P5",
          "p50_fen": "P50", "p95_fen": "P95", "revenue_fen": "monthly revenue, all on it"}  # fmt: skip
    kinds = dict.fromkeys(("p5_fen", "p50_fen", "p95_fen", "revenue_fen"), "yuan") | {
        "winners": "percent",
        "losers": "percent",
    }
    return table(winners(said), titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]


def prepaid_words(said: Rehearsal, language: Language) -> Sentence:
    """Say what the bills of prepaid plans leave out: calls that an empty balance would have cut."""
    names = [plan.id for plan in said.catalogue.plans if plan.payment == "prepaid"]
    if not names:
        return sentence("没有预付费计划。", "No plan is prepaid.", language)
    return sentence(
        "{plans} 是预付费计划：本页其他数字按余额始终够用批价；停机会使实际收入低于此数。",
        "{plans} are prepaid: all other figures of this page rate them as if the balance always sufficed; with calls"
        " cut at an empty balance, revenue would be lower.",
        language,
        plans=", ".join(names),
    )


def cut_table(cut: pd.DataFrame | None, language: Language) -> Html:
    """Show prepaid bills with the balances that there were."""
    if cut is None:
        return table(pd.DataFrame())
    zh = {"plan": "资费计划", "customer_months": "客户月", "whole_fen": "余额够用时月均账单", "made_fen": "按实际余额",
          "cut_share": "被截断的话单", "short_share": "有截断的客户月"}  # fmt: skip
    en = {"plan": "plan", "customer_months": "customer-months", "whole_fen": "mean bill, balance suffices",
          "made_fen": "with the balances there were", "cut_share": "events cut",
          "short_share": "months with a cut"}  # fmt: skip
    kinds = dict.fromkeys(("whole_fen", "made_fen"), "yuan") | dict.fromkeys(("cut_share", "short_share"), "percent")
    return table(cut, titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]


def groups_table(groups: pd.DataFrame | None, language: Language) -> Html:
    """Show what groups would pay together under every group plan, beside what their members pay now."""
    if groups is None:
        return table(pd.DataFrame())
    zh = {"plan": "群组计划", "groups": "群组", "members": "平均人数", "winners": "少付", "losers": "多付",
          "p5_fen": "变化 P5", "p50_fen": "P50", "p95_fen": "P95", "change_fen": "合计月变化"}  # fmt: skip
    en = {"plan": "group plan", "members": "members, mean", "winners": "pay less", "losers": "pay more",
          "p5_fen": "change P5", "p50_fen": "P50", "p95_fen": "P95", "change_fen": "change a month, all"}  # fmt: skip
    kinds = dict.fromkeys(("p5_fen", "p50_fen", "p95_fen", "change_fen"), "yuan")
    kinds |= {"winners": "percent", "losers": "percent"}
    return table(groups, titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]


def changes(said: Rehearsal, language: Language) -> Several:
    """Draw how the bill of everybody would change under each new plan; without one, under each current plan."""
    return Several(tuple(_change(said, plan, language) for plan in said.new or said.plans[:2]))


def _change(said: Rehearsal, plan: str, language: Language) -> Shown:
    change = change_fen(said, plan)
    told = sentence(
        "换成 {plan} 后，{less} 的客户少付、{more} 多付（一元以内视为不变）；中位数变化 {middle}。",
        "On {plan} {less} would pay less and {more} more (within a yuan counts as the same); median change {middle}.",
        language,
        kinds={"less": "percent", "more": "percent", "middle": "yuan"},
        plan=plan,
        less=float((change < -100).mean()),
        more=float((change > 100).mean()),
        middle=float(np.median(change)),
    )
    title = f"换成 {plan} 后月账单的变化" if language == "zh" else f"Change of the monthly bill on {plan}"
    return show(bill_change(change, language=language, title=title), told)


def scenarios_table(outcomes: Sequence[Outcome], language: Language) -> Html:
    """Show the scenarios side by side: take-up, revenue, its change, what is cannibalised."""
    zh = ("情景", "接受率", "月收入", "收入变化", "蚕食")
    en = ("scenario", "take-up", "monthly revenue", "change", "cannibalised")
    rows = [
        {
            "name": _word(SCENARIOS[one.name], language),
            "take_up": sum(one.take_up.values()),
            "revenue": one.revenue_fen,
            "change": one.revenue_fen - one.before_fen,
            "lost": one.cannibalised_fen,
        }
        for one in outcomes
    ]
    titles = dict(zip(("name", "take_up", "revenue", "change", "lost"), zh if language == "zh" else en, strict=True))
    kinds = {"take_up": "percent", "revenue": "yuan", "change": "yuan", "lost": "yuan"}
    return table(pd.DataFrame(rows), titles=titles, kinds=kinds)  # type: ignore[arg-type]


def responses(figures: pd.DataFrame, even: float, language: Language) -> Html:
    """Show revenue under assumed responses of usage: elasticity (an assumption), revenue change by scenario."""
    caption = f"盈亏平衡弹性：{number(even)}" if language == "zh" else f"break-even elasticity: {number(even)}"
    titles = {"elasticity": "弹性（假设）", "change": "收入变化"} if language == "zh" else {"change": "revenue change"}
    return table(figures, titles=titles, kinds={"change": "yuan"}, caption=caption)


def flows(said: Rehearsal, outcome: Outcome, language: Language) -> Shown:
    """Draw the migration of a scenario as a Sankey."""
    share = sum(outcome.take_up.values())
    told = sentence(
        "情景“{name}”：{share} 的客户转入新计划。",
        "Scenario “{name}”: {share} of customers move to new plans.",
        language,
        kinds={"share": "percent"},
        name=_word(SCENARIOS[outcome.name], language),
        share=share,
    )
    return show(figures_tariff.sankey(migration(said, outcome.shares), new=said.new, language=language), told)


def who(said: Rehearsal, outcome: Outcome, language: Language) -> Html:
    """Show who would win and who is expected to take the first new plan, or the first plan without one."""
    plan = said.new[0] if said.new else said.plans[0]
    frame = by_trait(said, plan, outcome.shares[:, said.plans.index(plan)])
    frame["trait"] = [_word(GROUPS[name], language) for name in frame["trait"]]
    zh = {"trait": "特征", "group": "组", "customers": "客户数", "winners": "少付", "take_up": "预期接受"}
    en = {
        "trait": "trait",
        "group": "group",
        "customers": "customers",
        "winners": "pay less",
        "take_up": "expected take-up",
    }
    kinds = {"winners": "percent", "take_up": "percent"}
    return table(frame, titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]


def drivers(said: Attribution, language: Language) -> Html:
    """Show what take-up depends on: mean absolute SHAP value by trait, on the log-odds."""
    rows = [{"trait": _word(TRAIT_NAMES[name], language), "shap": value} for name, value in said.importance().items()]
    titles = (
        {"trait": "特征", "shap": "平均 |SHAP|（对数几率）"} if language == "zh" else {"shap": "mean |SHAP| (log-odds)"}
    )
    return table(pd.DataFrame(rows), titles=titles)
