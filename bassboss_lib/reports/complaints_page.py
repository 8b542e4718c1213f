"""What the page of segments shows of complaints: themes, answers, who complains again, and who left after."""

import pandas as pd

from bassboss_lib.features import View
from bassboss_lib.features.complaints import HORIZON, Complaints, left_after, theme_table
from bassboss_lib.features.wording import OTHER, themes
from bassboss_lib.learning import share
from bassboss_lib.months import add
from bassboss_lib.reports.disclosure import FEW, few
from bassboss_lib.reports.numbers import estimate, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table

__all__ = ["churn_link", "overview", "themes_table"]

GROUPS = {
    ("count", "0"): ("没有投诉", "no complaint"),
    ("count", "1"): ("投诉一次", "one complaint"),
    ("count", "2"): ("投诉两次及以上", "two complaints or more"),
    ("reply", "day"): ("投诉都在 24 小时内得到回复", "complained, all answered within 24 hours"),
    ("reply", "late"): ("有投诉 24 小时后才回复或未回复", "complained, some answered later or not yet"),
    ("result", "solved"): ("投诉全部解决", "complained, all solved"),
    ("result", "unsolved"): ("有投诉未解决", "complained, not all solved"),
}
THEME = ("投诉过：{}", "complaint: {}")


WHO = ("近六个月{gap} {customers} 名客户投诉 {rows} 次",
       "{customers} customers complained {rows} times in six months{gap}")  # fmt: skip
GAP = ("（其中 {} 个月没有送达投诉）", " ({} of them delivered no complaints)")
OPEN = ("，其中 {open} 次尚未办结", ", {open} of which are still open")
REPLIED = ("；首次回复中位数 {hours} 小时", "; the median first reply took {hours} hours")
UNANSWERED = ("；还没有一次得到回复", "; none was answered yet")
SOLVED = ("，已办结的有 **{solved}** 得到解决", ", **{solved}** of the closed were solved")
AGAIN = ("；{again} 的投诉客户不止一次投诉，{same} 名就同一主题再次投诉。",
         "; {again} of those who complained did so more than once, {same} about the same theme.")  # fmt: skip


def overview(found: Complaints, language: Language) -> Sentence:
    """Say how many complained, how fast they were answered, what is still open, and how many complained again."""
    rows, lacking = found.rows, len(found.lacking)
    gap = GAP[0 if language == "zh" else 1].format(lacking) if lacking else ""
    if rows.empty:
        return sentence("近六个月{gap}没有投诉。", "No complaint in six months{gap}.", language, gap=gap)
    unfinished = int(rows["solved"].isna().sum())
    parts = [
        WHO,
        OPEN if unfinished else ("", ""),
        REPLIED if rows["reply_hours"].notna().any() else UNANSWERED,
        SOLVED if unfinished < len(rows) else ("", ""),
        AGAIN,
    ]
    zh, en = map("".join, zip(*parts, strict=True))
    return sentence(
        zh,
        en,
        language,
        kinds={"solved": "percent", "again": "percent"},
        gap=gap,
        customers=int(rows["pseudonym"].nunique()),
        rows=len(rows),
        open=unfinished,
        hours=f"{rows['reply_hours'].median():.1f}",
        solved=float(rows["solved"].mean()),
        again=found.repeated_share,
        same=few(found.same_again),
    )


UNTOLD = ("{} 的投诉看得出主题", "{} of the complaints tell a theme")
COMMON = ("；其余投诉中常见的字词：{}，可酌情加入词表", "; frequent in the others, and perhaps words for the lists: {}")


def themes_table(found: Complaints, language: Language) -> Html | Sentence:
    """Show the themes of complaint text; of themes of fewer than ten customers only that they are few."""
    if found.rows.empty:
        return sentence("没有投诉，也就没有主题。", "Without complaints there are no themes.", language)
    rows = theme_table(found)
    shown = rows.assign(theme=[_theme(name, language) for name in rows["theme"]])
    small = shown["customers"] < FEW
    measured = ["reply_hours", "solved", "satisfaction", "again"]
    shown[measured] = shown[measured].astype("float64").mask(small)
    for name in ("complaints", "customers"):
        shown[name] = [few(int(count)) for count in rows[name]]
    zh = {"theme": "主题", "complaints": "投诉数", "customers": "客户数", "reply_hours": "首次回复（小时）",
          "solved": "解决率", "satisfaction": "满意度（1–10）", "again": "此前投诉过"}  # fmt: skip
    en = {
        "reply_hours": "first reply (h)",
        "solved": "solved",
        "satisfaction": "satisfaction (1–10)",
        "again": "had complained before",
    }
    return table(
        shown,
        titles=zh if language == "zh" else en,
        kinds={"solved": "percent", "again": "percent"},
        caption=_untold(found, language),
    )


def _untold(found: Complaints, language: Language) -> str:
    """Say how many complaints no theme tells, and which words many of them share: they may belong into the lists."""
    if found.told_share == 1:
        return ""
    place = 0 if language == "zh" else 1
    said = UNTOLD[place].format(number(found.told_share, "percent"))
    words = ("、", ", ")[place].join(found.untold(FEW))
    return said + (COMMON[place].format(words) if words else "")


def _theme(name: str, language: Language) -> str:
    other = "其他" if language == "zh" else "other"
    return other if name == OTHER else themes()[name].text(language)


def churn_link(view: View, language: Language) -> Html | Sentence:
    """Show who left in the last three months, by complaints in the three before; an association, with intervals."""
    earlier = View(view.workspace, add(view.month, -HORIZON), view.known)
    if earlier.lacking("customer", HORIZON):
        return sentence(
            "历史不足六个月，还看不出投诉与离网的关系。", "History is too short to see who left after.", language
        )
    if lacking := earlier.lacking("complaint", HORIZON):
        return sentence(
            "{months} 没有送达投诉，看不出投诉与离网的关系。",
            "{months} delivered no complaints, so nobody can say who left after.",
            language,
            months=", ".join(lacking),
        )
    place, rows = 0 if language == "zh" else 1, left_after(earlier)
    told = []
    for kind, group, customers, left in rows.itertuples(index=False):
        rate = share(int(left), int(customers))
        known = estimate(rate.value, rate.low, rate.high, "percent") if customers >= FEW else "–"
        title = THEME[place].format(_theme(group, language)) if kind == "theme" else GROUPS[kind, group][place]
        told.append((title, few(int(customers)), known))
    titles = (["前三个月", "客户数", "后三个月离网率（95 % 区间）"],
              ["in three months", "customers", "left in the three after (95 % interval)"])  # fmt: skip
    return table(pd.DataFrame(told, columns=titles[place]), caption=_unsolved(rows, language))


def _unsolved(rows: pd.DataFrame, language: Language) -> str:
    """Say in a sentence what an unsolved complaint goes with, if there are enough of each kind."""
    groups = [("result", "unsolved"), ("result", "solved"), ("count", "0")]
    rates = {(kind, group): left / customers for kind, group, customers, left in rows.itertuples(index=False)
             if customers >= FEW}  # fmt: skip
    if not all(group in rates for group in groups):
        return ""
    return (
        "有投诉未解决的客户后三个月离网 {}，投诉全部解决的 {}，没有投诉的 {}",
        "Of customers with an unsolved complaint {} left in the three months after, {} of those whose complaints were "
        "all solved, {} of those without",
    )[0 if language == "zh" else 1].format(*(number(rates[group], "percent") for group in groups))
