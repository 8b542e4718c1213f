"""Complaints in depth: themes of their words, how fast and how well they were answered, who complains again.

Everything is read as it was known at the end of a month; whether complainers left in the three months after is read
only where those months have passed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.features.view import View
from bassboss_lib.features.wording import OTHER, common_words, found_themes, themes

__all__ = ["Complaints", "complaints", "left_after", "theme_table"]

LOOK_BACK = 6
GONE = ("1021", "1022", "2010", "2020", "2030")
HORIZON = 3
DAY_HOURS = 24


@dataclass(frozen=True)
class Complaints:
    """The complaints of some months.

    Parameters
    ----------
    rows : DataFrame
        One row per complaint: ``pseudonym``, ``content``, ``reply_hours``, ``solved`` (missing while it is open),
        ``satisfaction``, ``again`` (the customer complained before, within these months).
    themes : DataFrame
        Of `found_themes`, same rows.
    lacking : tuple of str
        Months of the look-back whose complaints were not delivered.
    """

    rows: pd.DataFrame = field(repr=False)  # what customers wrote is not for a page
    themes: pd.DataFrame = field(repr=False)
    lacking: tuple[str, ...] = ()

    @property
    def told_share(self) -> float:
        """Share of complaints whose words tell a theme; 0 without complaints."""
        return float(1 - self.themes[OTHER].mean()) if len(self.themes) else 0.0

    def untold(self, least: int) -> dict[str, int]:
        """Find the words that at least so many customers use in complaints without a theme, and how many do."""
        rows = self.rows[self.themes[OTHER].to_numpy()].dropna(subset="content")
        return common_words(rows.groupby("pseudonym")["content"].agg("。".join), least)

    @property
    def same_again(self) -> int:
        """Customers who complained of one theme more than once."""
        subjects = [name for name, one in themes().items() if not one.tone]
        counts = self.themes[subjects].astype("int64").groupby(self.rows["pseudonym"].to_numpy()).sum()
        return int((counts > 1).any(axis=1).sum())

    @property
    def repeated_share(self) -> float:
        """Share of complainers who complained more than once; 0 without complaints."""
        counts = self.rows["pseudonym"].value_counts()
        return float((counts > 1).mean()) if len(counts) else 0.0


def complaints(view: View, look_back: int = LOOK_BACK) -> Complaints:
    """Read the complaints of the last months; what happened after the month is not yet known.

    Raises
    ------
    InputRefused
        If the month's complaints were not delivered.
    """
    end = pd.Timestamp(months.last_day(view.month)) + pd.Timedelta(days=1)
    filed = view.recent("complaint", look_back)
    filed = filed.sort_values(["pseudonym", "filed_at", "complaint_id"], ignore_index=True)
    known, replied = filed["closed_at"] < end, filed["first_reply_at"] < end
    hours = (filed["first_reply_at"] - filed["filed_at"]).dt.total_seconds() / 3600
    rows = pd.DataFrame(
        {
            "pseudonym": filed["pseudonym"],
            "content": filed["content"],
            "reply_hours": hours.where(replied),
            "solved": (filed["result"] != "rejected").astype("float64").where(known),
            "satisfaction": pd.to_numeric(filed["satisfaction"]).astype("float64").where(known),
            "again": filed.duplicated("pseudonym"),
        }
    )
    return Complaints(rows, found_themes(filed["content"]), tuple(view.lacking("complaint", look_back)))


def theme_table(found: Complaints) -> pd.DataFrame:
    """Give one row per theme that occurs, most frequent first.

    Returns
    -------
    DataFrame
        ``theme``, ``complaints``, ``customers``, ``reply_hours`` (median), ``solved`` (share of the closed),
        ``satisfaction`` (mean), ``again`` (share of customers who had complained before). A complaint of two themes
        counts under both.
    """
    rows = []
    for name in found.themes.columns:
        own = found.rows[found.themes[name].to_numpy()]
        if len(own):
            figures = (
                own["reply_hours"].median(),
                own["solved"].mean(),
                own["satisfaction"].mean(),
                own["again"].mean(),
            )
            rows.append((name, len(own), own["pseudonym"].nunique(), *figures))
    columns = ["theme", "complaints", "customers", "reply_hours", "solved", "satisfaction", "again"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["complaints", "theme"], ascending=[False, True], ignore_index=True)


def left_after(view: View) -> pd.DataFrame:
    """Compare who left within three months of the view's month, by what they complained of in the months before it.

    The view's month must lie three months back; nothing is said of customers who had left by then.

    Returns
    -------
    DataFrame
        One row per group that has customers: ``kind`` and ``group`` (``count`` of complaints ``0``, ``1``, ``2`` = two
        and more; ``reply`` ``day`` = all within 24 hours, ``late``; ``result`` ``solved`` = all of them, ``unsolved``;
        ``theme``), ``customers``, ``left`` (customers). A customer may be in several.
    """
    now = View(view.workspace, months.add(view.month, HORIZON), view.known).customers().set_index("pseudonym")
    here = view.customers().set_index("pseudonym")
    here = here[~here["status"].isin(GONE)]
    status = now["status"].reindex(here.index)
    left = status.isin(GONE) | status.isna()
    told = [(*name, int(members.sum()), int(left[members].sum())) for name, members in _groups(view, here.index)]
    frame = pd.DataFrame(told, columns=["kind", "group", "customers", "left"])
    return frame[frame["customers"] > 0].reset_index(drop=True)


def _groups(view: View, here: pd.Index) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Give each group with who of these customers is in it."""
    found = complaints(view, HORIZON)
    who = found.rows["pseudonym"]
    counts = who.value_counts().reindex(here, fill_value=0).clip(upper=2).to_numpy()
    for count in range(3):
        yield ("count", str(count)), counts == count
    late = here.isin(who[~(found.rows["reply_hours"] <= DAY_HOURS)])
    yield ("reply", "day"), (counts > 0) & ~late
    yield ("reply", "late"), late
    unsolved = here.isin(who[found.rows["solved"] != 1])
    yield ("result", "solved"), (counts > 0) & ~unsolved
    yield ("result", "unsolved"), unsolved
    for name in found.themes:
        yield ("theme", str(name)), here.isin(who[found.themes[name].to_numpy()])
