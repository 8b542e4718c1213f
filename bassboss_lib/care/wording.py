"""Why this care, in a sentence, and what the agent may say: words that carry each customer's own facts."""

from datetime import date
from typing import Any

import pandas as pd

from bassboss_lib import months
from bassboss_lib.campaigns import UNSPOKEN
from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.care.occasions import ABOUT
from bassboss_lib.contracts import code_list, unit
from bassboss_lib.features.wording import themes
from bassboss_lib.retention.listing import fit_bytes

__all__ = ["EVIDENCE", "reasons_in_words", "scripts", "suggested_dates"]

UNIT = unit("care_list")

BREAKING = "breaking"
"""Network trouble that nobody complained of."""
EVIDENCE = {
    "complaint_open": (
        "{complaints_open:.0f} 件投诉未结{about}",
        "{complaints_open:.0f} complaint(s) still open{about}",
    ),
    "complaint_closed": (
        "投诉办结满意度 {complaint_satisfaction:.0f} 分{about}",
        "a complaint closed with {complaint_satisfaction:.0f} of 10{about}",
    ),
    "network_trouble": (
        "网络投诉 {network_complaints:.0f} 件{about}，短通话占比 {short_call_share:.0%}",
        "{network_complaints:.0f} network complaint(s){about}, {short_call_share:.0%} very short calls",
    ),
    BREAKING: ("短通话占比 {short_call_share:.0%}", "{short_call_share:.0%} very short calls"),
    "bill_unusual": ("账单比前两月均值高 {bill_change:.0%}", "bill {bill_change:.0%} above the two months before"),
    "arrears": ("欠费 {months_owed:.0f} 个月", "{months_owed:.0f} month(s) in arrears"),
    "balance_low": (
        "余额 {balance_yuan:.0f} 元，月均消费 {arpu_yuan:.0f} 元",
        "balance {balance_yuan:.0f} yuan, mean bill {arpu_yuan:.0f} yuan",
    ),
    "contract_ending": ("合约还有 {contract_left_days:.0f} 天到期", "{contract_left_days:.0f} days of contract left"),
    "falling_use": ("使用量为习惯的 {use_to_habit:.0%}", "use at {use_to_habit:.0%} of habit"),
    "silent": ("当月无主动通信", "no event of their own in the month"),
    "roaming": ("当月漫游及国际 {roaming_events:.0f} 次", "{roaming_events:.0f} roaming events in the month"),
    "newcomer": ("入网 {tenure_months:.0f} 个月", "joined {tenure_months:.0f} month(s) ago"),
    "birthday": (
        "生日 {birthday_day:.0f} 日",
        "birthday on day {birthday_day:.0f}",
    ),
    "anniversary": ("入网满 {anniversary_years:.0f} 年", "{anniversary_years:.0f} year(s) with us"),
    "terminal_old": (
        "终端型号属最旧的 {terminal_newness:.0%}",
        "terminal among the oldest {terminal_newness:.0%}",
    ),
    "high_value": ("月均消费 {arpu_yuan:.0f} 元", "mean bill {arpu_yuan:.0f} yuan"),
    "points_expiring": (
        "在网 {tenure_months:.0f} 个月，积分年底到期",
        "{tenure_months:.0f} months with us, points expire",
    ),
    "festival": ("节日", "festival"),
    "weather": ("季节天气", "the season's weather"),
    "general": ("在网 {tenure_months:.0f} 个月", "{tenure_months:.0f} months with us"),
}  # fmt: skip
"""Occasion → the evidence for it in zh and en, with the facts of `Occasions` in braces."""


def _facts(facts: pd.DataFrame, language: str = "zh") -> list[dict[str, Any]]:
    """Give each customer's facts by name, and what was complained of as it stands after a sentence."""
    told = facts.drop(columns=ABOUT, errors="ignore").fillna(0.0)
    told = told.assign(arpu_yuan=told["arpu_fen"] / 100, balance_yuan=told["balance_fen"] / 100)
    about = facts[ABOUT].fillna("") if ABOUT in facts else [""] * len(facts)
    opening, between = (": ", ", ") if language == "en" else ("：", "、")
    titles = {name: one.text(language) for name, one in themes().items()}
    known = {text: opening + between.join(titles[name] for name in text.split(",")) for text in set(about) - {""}}
    rows = zip(told.to_dict("records"), about, strict=True)
    return [{**{str(name): value for name, value in row.items()}, "about": known.get(text, "")} for row, text in rows]


def reasons_in_words(rows: pd.DataFrame, facts: pd.DataFrame, known: Catalogue, language: str = "zh") -> list[str]:
    """Say of each customer why this care: the occasion with its evidence, the form, why it should work, the gain.

    Parameters
    ----------
    rows : DataFrame
        Listed: ``occasion``, ``care_form``, ``expected_points``.
    facts : DataFrame
        Of `Occasions`, the same rows.
    """
    place, forms = 0 if language == "zh" else 1, code_list("care_form")
    words = (
        "{evidence}；{form}：{why}，预计满意度 {points:+.2f} 分",
        "{evidence}; {form}: {why}, {points:+.2f} points expected",
    )[place]
    told = []
    columns = [rows[name] for name in ("occasion", "care_form", "expected_points")]
    for occasion, code, points, fact in zip(*columns, _facts(facts, language), strict=True):
        evidence = _evidence(occasion, fact, place)
        why = getattr(known.forms[code].mechanism, language)
        told.append(words.format(evidence=evidence, form=forms.text(code, language), why=why, points=points))
    return told


def _evidence(occasion: str, fact: dict[str, Any], place: int = 0) -> str:
    unsaid = occasion == "network_trouble" and not fact["network_complaints"]
    return EVIDENCE[BREAKING if unsaid else occasion][place].format(**fact)


def scripts(rows: pd.DataFrame, facts: pd.DataFrame, known: Catalogue) -> list[str]:
    """Give the words of each task within the width of the field: for an agent with why and until when.

    What goes to the customer as it stands, a message or a page, has the words alone: the evidence is ours.

    Parameters
    ----------
    rows : DataFrame
        ``occasion``, ``care_form``, ``care_channel``, ``due``.
    facts : DataFrame
        Of `Occasions`, the same rows.
    """
    width, told = UNIT.field("script").width, []
    columns = [rows[name] for name in ("occasion", "care_form", "care_channel", "due")]
    for occasion, code, channel, due, fact in zip(*columns, _facts(facts), strict=True):
        text = known.ask.script.zh if code == known.ask.form else known.forms[code].script.zh
        if channel not in UNSPOKEN and code != known.ask.form:
            until = f"请在 {due:%m 月 %d 日}前办理。" if isinstance(due, date) else ""
            text = f"{text}（依据：{_evidence(occasion, fact)}）{until}"
        told.append(fit_bytes(text, width, UNIT.encoding, "（"))
    return told


def suggested_dates(
    rows: pd.DataFrame, facts: pd.DataFrame, known: Catalogue, month: str, day: str = ""
) -> pd.DataFrame:
    """Give each row the day from which it may be worked, and of what is urgent the day by which it should be done.

    Parameters
    ----------
    month : str
        Month of analysis; BOSS works the list in the month after it.
    day : str
        Of a list on demand: nothing is to be worked before it.

    Returns
    -------
    DataFrame
        ``suggested_date`` (date or None) and ``due`` (date or None), rows as given.
    """
    first = months.first_day(months.add(month, 1))
    start = date(int(day[:4]), int(day[4:6]), int(day[6:])) if day else first
    own = {"birthday": facts["birthday_day"], "anniversary": facts["anniversary_day"]}
    suggested, due = [], []
    for place, occasion in enumerate(rows["occasion"]):
        urgent = bool(occasion) and known.occasions[occasion].urgent
        then = start if urgent else None
        if occasion in own:
            then = max(first.replace(day=int(min(own[occasion].iloc[place], known.last_day))), start)
        suggested.append(then)
        due.append(start + pd.Timedelta(days=known.occasions[occasion].within_days) if urgent else None)
    return pd.DataFrame({"suggested_date": suggested, "due": due}, index=rows.index, dtype=object)
