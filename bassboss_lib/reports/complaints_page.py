"""What the page of segments shows of complaints: themes, answers, who complains again, and who left after."""

import pandas as pd

from bassboss_lib.errors import InputRefused
from bassboss_lib.features import View
from bassboss_lib.features.complaints import HORIZON, Complaints, left_after, theme_table
from bassboss_lib.features.wording import OTHER, themes
from bassboss_lib.learning import share
from bassboss_lib.months import add
from bassboss_lib.reports.disclosure import FEW, few
from bassboss_lib.reports.numbers import estimate
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table

__all__ = ["churn_link", "overview", "themes_table"]

COUNTS = {0: ("无投诉", "none"), 1: ("一次", "one"), 2: ("两次及以上", "two or more")}


def overview(found: Complaints, language: Language) -> Sentence:
    """Say how many complained, how fast they were answered, and how many complained again."""
    rows = found.rows
    if rows.empty:
        return sentence("近六个月没有投诉。", "No complaint in six months.", language)
    return sentence(
        "近六个月 {customers} 名客户投诉 {rows} 次；首次回复中位数 {hours} 小时，已办结的有 **{solved}** 得到解决；"
        "{again} 的投诉客户不止一次投诉。",
        "{customers} customers complained {rows} times in six months; the median first reply took {hours} hours, "
        "**{solved}** of the closed were solved; {again} of those who complained did so more than once.",
        language,
        kinds={"solved": "percent", "again": "percent"},
        customers=int(rows["pseudonym"].nunique()),
        rows=len(rows),
        hours=round(float(rows["reply_hours"].fillna(0.0).median()), 1),
        solved=float(rows["solved"].fillna(0.0).mean()),
        again=found.repeated_share,
    )


def themes_table(found: Complaints, language: Language) -> Html:
    """Show the themes of complaint text; of themes of fewer than ten customers only that they are few."""
    rows, place = theme_table(found), 0 if language == "zh" else 1
    names = {name: one.text(language) for name, one in themes().items()} | {OTHER: ("其他", "other")[place]}
    shown = rows.assign(theme=rows["theme"].map(names))
    small = shown["customers"] < FEW
    measured = ["reply_hours", "solved", "satisfaction", "again"]
    shown[measured] = shown[measured].astype("float64").mask(small)
    for name in ("complaints", "customers"):
        shown[name] = [few(int(count)) for count in rows[name]]
    zh = {"theme": "主题", "complaints": "投诉数", "customers": "客户数", "reply_hours": "首次回复（小时）",
          "solved": "解决率", "satisfaction": "满意度", "again": "此前投诉过"}  # fmt: skip
    en = {"reply_hours": "first reply (h)", "solved": "solved", "again": "had complained before"}
    return table(shown, titles=zh if language == "zh" else en, kinds={"solved": "percent", "again": "percent"})


def churn_link(view: View, language: Language) -> Html | Sentence:
    """Show who left in the last three months, by complaints in the three before; an association, with intervals."""
    earlier = View(view.workspace, add(view.month, -HORIZON), view.known)
    try:
        rows = left_after(earlier)
    except InputRefused:
        return sentence(
            "历史不足六个月，还看不出投诉与离网的关系。", "History is too short to see who left after.", language
        )
    place = 0 if language == "zh" else 1
    told = []
    for complaints, customers, left in rows.itertuples(index=False):
        rate = share(int(left), int(customers))
        known = estimate(rate.value, rate.low, rate.high, "percent") if customers >= FEW else "–"
        told.append((COUNTS[int(complaints)][place], few(int(customers)), known))
    titles = (["前三个月投诉", "客户数", "后三个月离网率（95 % 区间）"],
              ["complaints in three months", "customers", "left in the three after (95 % interval)"])  # fmt: skip
    return table(pd.DataFrame(told, columns=titles[place]))
