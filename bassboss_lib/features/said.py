"""What the customer complains about, by theme: the words of unit 02029, told by ``themes.yaml`` (3.3.1.3, 客服信息).

The words of a complaint are known when it is filed; whether it was solved, when its closing is dated. Themes are data
that people edit, and features follow them. So each feature says which words tell it, a model keeps that with itself,
and `changes` compares: to a model that learnt a theme which no longer exists, nobody complains about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from bassboss_lib import months
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.view import View
from bassboss_lib.features.wording import Theme, found_themes, themes

__all__ = ["FEATURES", "Changes", "changes", "complained_of", "declared", "of_themes", "short", "table"]

LOOK_BACK = 6
BEFORE, AFTER = "theme_", "_count"


def declared(known: Mapping[str, Theme]) -> tuple[Feature, ...]:
    """Declare the features of themes: one count for each, and two over all that are not a mere tone.

    Examples
    --------
    >>> one = declared({"queue": Theme(zh="排队", en="queues", words=("排队", "等太久"))})[0]
    >>> one.name, one.group, one.title("zh"), one.meaning
    ('theme_queue_count', 'service', '六个月投诉：排队', '排队 等太久')
    """
    counts = [
        Feature(
            f"{BEFORE}{name}{AFTER}", one.group, "count",
            f"六个月投诉：{one.zh}", f"Complaints in six months: {one.en}",
            meaning=" ".join(one.words), absent=0.0,
        )
        for name, one in known.items()
    ]  # fmt: skip
    return (
        *counts,
        Feature(
            "same_theme_count", "service", "count", "六个月同一主题再次投诉次数", "Complaints about the same again",
            meaning="In six months, how often a theme came back.",
        ),
        Feature(
            "unsolved_theme_count", "service", "count", "未解决的投诉主题数", "Themes left unsolved",
            meaning="Themes of six months whose last complaint was rejected, or is open at the end of the month.",
        ),
    )  # fmt: skip


FEATURES = declared(themes())


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer of the month, indexed by pseudonym; 0 without complaints."""
    index = view.pseudonyms()
    names = ["pseudonym", "complaint_id", "filed_at", "content", "result", "closed_at"]
    filed = view.recent("complaint", LOOK_BACK, names)
    filed = filed.sort_values(["pseudonym", "filed_at", "complaint_id"], ignore_index=True)
    found = found_themes(filed["content"])[list(themes())]
    counts = found.groupby(filed["pseudonym"]).sum().add_prefix(BEFORE).add_suffix(AFTER)
    end = pd.Timestamp(months.first_day(months.add(view.month, 1)))
    open_still = ~(pd.to_datetime(filed["closed_at"]) < end)
    unsolved = open_still | (filed["result"] == "rejected")
    over_all = _over_themes(found, filed["pseudonym"], unsolved)
    return counts.join(over_all, how="outer").reindex(index).fillna(0.0).astype(float)


def _over_themes(found: pd.DataFrame, who: pd.Series, unsolved: pd.Series) -> pd.DataFrame:
    """Follow each customer's themes in the order of filing: how often one came back, how many were left unsolved."""
    subjects = [name for name, one in themes().items() if not one.tone]
    rows, places = found[subjects].to_numpy(bool).nonzero()
    told = pd.DataFrame({"pseudonym": who.to_numpy()[rows], "theme": places, "unsolved": unsolved.to_numpy(bool)[rows]})
    by = told.groupby(["pseudonym", "theme"])["unsolved"]
    each = pd.DataFrame({"same_theme_count": by.size() - 1, "unsolved_theme_count": by.last()})
    return each.groupby("pseudonym").sum()


def complained_of(x: pd.DataFrame, language: str = "zh", beside: Sequence[str] | None = None) -> list[str]:
    """Say in words what each row's customer complained about within six months; empty text where about nothing.

    Parameters
    ----------
    x : DataFrame
        Features; themes that it lacks are nobody's.
    beside : sequence of str, optional
        What is said of each row already; a theme whose title stands there is not told again.

    Examples
    --------
    >>> x = pd.DataFrame({"theme_coverage_count": [2.0, 0.0], "theme_threat_count": [1.0, 0.0]})
    >>> complained_of(x, "en"), complained_of(x)
    (['complaints: coverage, threatens to leave', ''], ['投诉过：信号覆盖、扬言离网', ''])
    """
    known = {name: one for name, one in of_themes(FEATURES).items() if name in x}
    rows = x[list(known)].to_numpy(float) > 0
    before = [""] * len(x) if beside is None else beside
    opening, between = ("complaints: ", ", ") if language == "en" else ("投诉过：", "、")
    told = []
    for row, said in zip(rows, before, strict=True):
        titles = [one.title(language) for one, has in zip(known.values(), row, strict=True) if has]
        told.append(between.join(short(title, language) for title in titles if title not in said))
    return [f"{opening}{text}" if text else "" for text in told]


def short(title: str, language: str) -> str:
    """Give the theme in the title of its feature."""
    return title.partition(": " if language == "en" else "：")[2]


@dataclass(frozen=True)
class Changes:
    """How today's themes differ from those that a model learnt: titles of features in zh and en."""

    gone: tuple[Feature, ...]
    other_words: tuple[Feature, ...]
    new: tuple[Feature, ...]

    def __bool__(self) -> bool:
        return bool(self.gone or self.other_words or self.new)


def changes(learnt: Sequence[Feature], today: Sequence[Feature] = FEATURES, dropped: Sequence[str] = ()) -> Changes:
    """Compare the themes that a model learnt with those of today.

    Parameters
    ----------
    learnt : sequence of Feature
        What the model keeps of its columns.
    dropped : sequence of str
        Columns that it knew and left out, since they said one thing only.
    """
    then, now = of_themes(learnt), of_themes(today)
    return Changes(
        tuple(one for name, one in then.items() if name not in now),
        tuple(now[name] for name, one in then.items() if name in now and now[name].meaning != one.meaning),
        tuple(one for name, one in now.items() if name not in then and name not in dropped),
    )


def of_themes(features: Sequence[Feature]) -> dict[str, Feature]:
    """Give the features that count a theme, by name."""
    return {one.name: one for one in features if one.name.startswith(BEFORE) and one.name.endswith(AFTER)}
