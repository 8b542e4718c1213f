"""What the page on the care list shows: occasions, who is left out, forms, the matching, some lines; no person."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bassboss_lib.care import Catalogue, Planned, with_why
from bassboss_lib.care.beliefs import ANY_SEGMENT, Beliefs
from bassboss_lib.care.kinds import share
from bassboss_lib.care.traits import BASE, TRAITS
from bassboss_lib.contracts import code_list
from bassboss_lib.reports.disclosure import few
from bassboss_lib.reports.list_page import EXCLUDED
from bassboss_lib.reports.numbers import Kind, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.segments.interim import SEGMENTS

__all__ = [
    "CARE_EXCLUDED",
    "excluded_table",
    "form_title",
    "forms_table",
    "kinds_table",
    "matching_table",
    "occasions_table",
    "preview",
    "segment_title",
    "summary",
    "traits_table",
]

Z = 1.96
"""Of 95 %."""
CARE_EXCLUDED = {
    **EXCLUDED,
    "retention_campaign": ("在挽留名单或其对照中", "on a retention list, or a control of it"),
    "cool_down": ("关怀后休整期", "resting after an earlier care"),
    "other_list": ("已在本月另一份名单或其对照中", "in another list of the month, or a control of it"),
    "no_form": ("没有适合的关怀形式", "no form of care suits"),
    "campaign_control": ("本次对照，不联系", "control of this campaign, not contacted"),
    "asked_control": ("本次对照，只询问满意度", "control of this campaign, only asked"),
    "beyond_size": ("匹配未选中（容量、预算或收益）", "not matched (capacity, budget, or no gain)"),
}
"""Reason of not being cared for → its title in zh and en."""


def _place(language: Language) -> int:
    return 0 if language == "zh" else 1


def form_title(code: str, language: Language) -> str:
    """Give a form's code with its title."""
    return f"{code} {code_list('care_form').text(code, language)}"


def summary(planned: Planned, language: Language) -> Sentence:
    """Say how many are cared for, at which cost, and what is expected of it."""
    listed = planned.list.listed
    cost, points = float(listed["cost_fen"].sum()), float(listed["expected_points"].sum())
    return sentence(
        "关怀 **{listed} 人**，其中紧急 {urgent} 人；成本 {cost}，预计满意度合计增加 {points} 分，每百元 {rate} 分；"
        "另有 {asked} 名对照只询问满意度。",
        "**{listed} customers** are cared for, {urgent} of them urgently; it costs {cost} and is expected to add "
        "{points} points of satisfaction in all, {rate} per 100 yuan; {asked} controls are only asked.",
        language,
        listed=len(listed),
        urgent=int(listed["due"].notna().sum()),
        cost=number(cost, "yuan"),
        points=points,
        rate=points / cost * 10_000 if cost else 0.0,
        asked=len(planned.list.rows) - len(listed),
    )


def occasions_table(planned: Planned, language: Language) -> Html:
    """Show how many customers have each occasion, and how many are cared for because of it."""
    known, counts = planned.known, planned.given.found.counts()
    because = planned.list.listed["occasion"].value_counts()
    reasons = code_list("care_reason")
    rows = [
        {
            "occasion": getattr(one, language),
            "reason": f"{one.reason} {reasons.text(one.reason, language)}",
            "customers": few(counts[name]),
            "listed": few(int(because.get(name, 0))),
        }
        for name, one in known.occasions.items()
    ]
    zh = {"occasion": "时机", "reason": "关怀原因", "customers": "客户数", "listed": "因此列入"}
    en = {"listed": "listed because of it"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en)


def excluded_table(planned: Planned, language: Language) -> Html:
    """Show who is not cared for, by reason."""
    place = _place(language)
    excluded = planned.list.excluded
    rows = [{"reason": CARE_EXCLUDED[name][place], "customers": few(count)} for name, count in excluded.items()]
    titles = {"reason": "未列入原因", "customers": "客户数"} if language == "zh" else {"reason": "not listed because"}
    return table(pd.DataFrame(rows), titles=titles)


def forms_table(planned: Planned, language: Language) -> Html:
    """Show each form of the season: capacity, who may have it, who gets it, cost and gain; no capacity is said."""
    known, given = planned.known, planned.given
    capacity = known.capacities(given.customers)
    none = ("无容量", "no capacity")[_place(language)]
    rows = []
    for place, code in enumerate(given.forms):
        own = planned.list.listed[planned.list.listed["care_form"] == code]
        rows.append(
            {
                "form": form_title(code, language),
                "capacity": f"{capacity[code]:,}" if capacity[code] else none,
                "suits": few(int(given.suits[:, place].sum())),
                "listed": few(len(own)),
                "cost": float(own["cost_fen"].sum()),
                "points": float(own["expected_points"].sum()),
            }
        )
    zh = {
        "form": "形式",
        "capacity": "本月容量",
        "suits": "适合客户",
        "listed": "列入",
        "cost": "成本",
        "points": "预计增加（分）",
    }
    en = {"form": "form", "suits": "suits", "points": "points expected"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en, kinds={"cost": "yuan"})


def segment_title(segment: str, segments: Mapping[str, Mapping[str, str]], language: Language) -> str:
    """Give a segment's number with its name, if it has one."""
    return f"{segment} {segments[segment][language]}" if segment in segments else segment


def matching_table(
    beliefs: Beliefs,
    known: Catalogue,
    language: Language,
    *,
    segments: Mapping[str, Mapping[str, str]] = SEGMENTS,
    best: int = 3,
) -> Html:
    """Show the matching table: of each segment the forms believed to bring most per yuan, with their uncertainty.

    Gains are those of customers in the middle of every trait.

    Parameters
    ----------
    segments : mapping
        Segment number → title in zh and en (`segments.titles`).
    best : int
        Forms shown of each segment.
    """
    cells = beliefs.cells
    cost = cells["care_form"].map({code: form.cost_fen for code, form in known.forms.items()}).to_numpy(float)
    gain = (cells["mean"] * cells["reach"] * known.point_fen).to_numpy(float) - cost
    ranked = cells.assign(net=gain).sort_values(["segment_id", "net"], ascending=[True, False], kind="stable")
    shown = ranked[ranked["segment_id"] != ANY_SEGMENT].groupby("segment_id").head(best)
    frame = pd.DataFrame(
        {
            "segment": [segment_title(one, segments, language) for one in shown["segment_id"]],
            "form": [form_title(code, language) for code in shown["care_form"]],
            "gain": [f"{mean:+.2f} ± {Z * sd:.2f}" for mean, sd in zip(shown["mean"], shown["sd"], strict=True)],
            "answers": shown["answers"],
            "reach": shown["reach"],
            "net": shown["net"],
        }
    )
    zh = {
        "segment": "客群",
        "form": "形式",
        "gain": "满意度增加（分，95 %）",
        "answers": "依据的回答",
        "reach": "接通率",
        "net": "每人净收益",
    }
    en = {"gain": "gain in points (95 %)", "answers": "answers it rests on", "net": "net per task"}
    kinds: dict[str, Kind] = {"reach": "percent", "net": "yuan"}
    return table(frame, titles=zh if language == "zh" else en, kinds=kinds, rows_max=60)


def traits_table(beliefs: Beliefs, language: Language) -> Html:
    """Show which traits make customers welcome care, whatever its form, strongest first, with their uncertainty."""
    titles = {**TRAITS, BASE: ("各特征居中的客户", "whoever stands in the middle of every trait")}
    told = beliefs.weights.assign(size=beliefs.weights["weight"].abs().mask(beliefs.weights["trait"] == BASE, np.inf))
    told = told.sort_values(["size", "trait"], ascending=[False, True], kind="stable")
    base, weight = told["weight"].iloc[0], told["weight"].to_numpy(float)
    frame = pd.DataFrame(
        {
            "trait": [titles[str(name)][_place(language)] for name in told["trait"]],
            "weight": [f"{one:+.2f} ± {Z * sd:.2f}" for one, sd in zip(told["weight"], told["sd"], strict=True)],
            "above": share(np.append(base, base + weight[1:])),
        }
    )
    zh = {
        "trait": "特征",
        "weight": "对欢迎与否的影响（对数几率，95 %）",
        "above": "特征高一个标准差时，欢迎关怀的占比",
    }
    en = {"weight": "effect on welcoming care (log-odds, 95 %)", "above": "welcome care, one deviation above"}
    return table(frame, titles=zh if language == "zh" else en, kinds={"above": "percent"})


def kinds_table(beliefs: Beliefs, known: Catalogue, language: Language) -> Html:
    """Show by form what it brings the reached who welcome care and who do not, and how many of the first accept it."""
    form = beliefs.cells["care_form"].to_numpy()
    weight = pd.Series(beliefs.cells["answers"].to_numpy(float) + 1.0)
    names = ["welcome", "unwelcome", "accept"]
    cells = beliefs.cells[names].reset_index(drop=True).mul(weight, axis=0)
    means = cells.groupby(form).sum().div(weight.groupby(form).sum(), axis=0)
    shown = sorted(known.forms)
    frame = pd.DataFrame({"form": [form_title(code, language) for code in shown]})
    for name in names[:2]:
        frame[name] = [f"{value:+.2f}" for value in means.loc[shown, name]]
    frame["accept"] = means.loc[shown, "accept"].to_numpy()
    frame["answers"] = beliefs.cells.groupby("care_form")["answers"].sum().reindex(shown).to_numpy()
    zh = {
        "form": "形式",
        "welcome": "欢迎关怀者增加（分）",
        "unwelcome": "不欢迎者增加（分）",
        "accept": "欢迎者中接受的占比",
    }
    en = {"welcome": "points, if welcome", "unwelcome": "points, if unwelcome", "accept": "accept it, if welcome"}
    titles = {**zh, "answers": "依据的回答"} if language == "zh" else {**en, "answers": "answers it rests on"}
    return table(frame, titles=titles, kinds={"accept": "percent"}, rows_max=40)


def preview(planned: Planned, language: Language, rows: int = 10) -> Html:
    """Show lines of the list by pseudonym, spread over its whole length: form, why, and from which day."""
    listed = planned.list.listed
    some = listed.iloc[np.unique(np.linspace(0, len(listed) - 1, min(rows, len(listed))).astype(int))]
    told = with_why(some, planned.given, planned.known, language)
    frame = pd.DataFrame(
        {
            "customer": [f"{str(key)[:8]}…" for key in told.index],
            "priority": told["priority"].to_numpy(),
            "segment": told["segment_id"].to_numpy(),
            "why": told["why"].to_numpy(),
            "day": [f"{day:%m-%d}" if pd.notna(day) else "" for day in told["suggested_date"]],
        }
    )
    zh = {"customer": "客户（假名）", "priority": "优先序", "segment": "客群", "why": "为什么", "day": "建议日期"}
    en = {"customer": "customer (pseudonym)", "day": "from"}
    return table(frame, titles=zh if language == "zh" else en)
