"""What became of a care campaign's customers: assignment, answer, complaints, bills and leaving, as of a month.

Satisfaction is what BOSS's feedback brings: of the listed and of the controls who were asked, as far as they were
reached. Everything else is read from source months, for all alike.
"""

from collections.abc import Sequence

import pandas as pd

from bassboss_lib import campaigns, months
from bassboss_lib.campaigns import leaks, remember_outcomes, responses
from bassboss_lib.features import View
from bassboss_lib.retention.outcomes import Followed, known_months, leaving, revenue
from bassboss_lib.workspace import Workspace

__all__ = ["follow_care", "followed_care", "stacked"]

SCALE = (1, 10)


def followed_care(workspace: Workspace, until: str, most: int = 12) -> list[Followed]:
    """Follow the care campaigns of the newest months up to a month, oldest first."""
    known = [month for month in campaigns.campaign_months(workspace, "care") if month <= until]
    found: list[Followed] = []
    for month in known[-most:]:
        every = campaigns.assignments(workspace, month, "care")
        names = sorted(every["campaign_id"].unique())
        found += [follow_care(workspace, every[every["campaign_id"] == name], until) for name in names]
    return found


def follow_care(workspace: Workspace, assigned: pd.DataFrame, until: str) -> Followed:
    """Follow one campaign and write its outcomes into the memory; a new version only if something is new.

    Parameters
    ----------
    assigned : DataFrame
        Its assignments, as `campaigns.assignments` reads them.
    until : str
        Last source month that counts; feedback counts if sent by the month after it.

    Returns
    -------
    Followed
        Its ``rows``: one per customer assigned, indexed by pseudonym: assignment, ``handled`` (0–3), ``reached``,
        ``satisfaction`` (1–10 or missing), ``left``, ``revenue_fen``, ``revenue_before_fen``, ``complained`` (filed a
        complaint in the months known since); missing while no month is known. Its ``counts``: what was resolved by
        rule, and ``off_scale``: answers that are not between 1 and 10 and do not count.
    """
    campaign, month = str(assigned["campaign_id"].iloc[0]), str(assigned["month"].iloc[0])
    said = responses(workspace, campaign, month, months.add(until, 1))
    rows = assigned.set_index("pseudonym").join(said.rows.rename(columns={"care_form": "worked_form"}))
    rows["handled"] = pd.to_numeric(rows["handled"]).fillna(0).astype("int64")
    rows["reached"] = rows["handled"] >= 2
    rows["satisfaction"], off = _on_scale(rows)
    known = known_months(workspace, month, until)
    rows = rows.join(leaving(workspace, month, rows.index, known)).join(revenue(workspace, month, rows.index, known))
    rows["left"] = rows[f"left_{known}"] if known else float("nan")
    rows["complained"] = _complained(workspace, month, rows.index, known)
    kept = rows.index[rows["arm"].isin(["control", "universal"])]
    leaked = tuple(leaks(workspace, campaign, kept, months.add(until, 1)))
    counts = {**said.counts, "off_scale": off, "leaked": sum(leak.customers for leak in leaked)}
    remember_outcomes(workspace, month, campaign, rows, counts)
    return Followed(campaign, month, known, rows, counts, leaked)


def _on_scale(rows: pd.DataFrame) -> tuple[pd.Series, int]:
    """Give the answers of whoever was reached that lie on the scale, and count those that do not."""
    said = pd.to_numeric(rows["satisfaction"], errors="coerce").astype(float).where(rows["reached"])
    off = said.notna() & ~said.between(*SCALE)
    return said.mask(off), int(off.sum())


def _complained(workspace: Workspace, month: str, index: pd.Index, known: int) -> pd.Series:
    if not known:
        return pd.Series(float("nan"), index=index)
    who: set[str] = set()
    for step in range(1, known + 1):
        who |= set(View(workspace, months.add(month, step)).read("complaint", 0, ["pseudonym"])["pseudonym"])
    return pd.Series(index.isin(who).astype(float), index=index)


def stacked(followed: Sequence[Followed]) -> pd.DataFrame:
    """Stack campaigns; strata carry their campaign, so that like is compared with like."""
    parts = [one.rows.assign(stratum=one.campaign + " " + one.rows["stratum"], month=one.month) for one in followed]
    return pd.concat(parts) if parts else pd.DataFrame()
