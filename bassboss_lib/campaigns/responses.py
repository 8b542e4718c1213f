"""What BOSS said it did (表3-3): every version of feedback, resolved to one answer per assignment, by rule and counted.

The rules, in this order: the row with the highest feedback number counts; of two with one number the one of the later
delivery. A row said again word for word is a duplicate. Two rows under one number that differ contradict each other,
and so does a number of months active that comes back after leaving. An answer whose first row comes more than one month
after the list is late. A customer who was kept as a control and appears among the handled is a leak.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow.parquet as pq

from bassboss_lib import months
from bassboss_lib.contracts import unit
from bassboss_lib.engine import read_table
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.partitions import paths, version
from bassboss_lib.workspace import Workspace

__all__ = ["Leak", "Responses", "leaks", "responses", "said_again"]

UNITS = {"R": unit("retention_feedback"), "K": unit("care_feedback")}
"""First letter of a campaign → the unit that brings its feedback."""
KEY = ["campaign_id", "pseudonym"]
SAID = {
    "R": ["handled", "offer", "handled_on", "opinion", "active_3m"],
    "K": ["handled", "care_form", "handled_on", "satisfaction", "opinion"],
}
UNKNOWN_REFERENCE = "7"
NUMBER_BYTES = 8
CAME_BACK = r"0.*1"


@dataclass(frozen=True)
class Responses:
    """Feedback on one campaign.

    Parameters
    ----------
    rows : DataFrame
        One row per customer answered, indexed by pseudonym: ``handled`` (0–3), ``handled_on``, ``opinion``,
        ``feedback_no``; of retention ``offer`` and ``active_3m``, of care ``care_form`` and ``satisfaction``.
    counts : dict
        ``answers``, ``versions``, ``corrected``, ``duplicate``, ``contradictory``, ``late``.
    """

    rows: pd.DataFrame
    counts: dict[str, int]


@dataclass(frozen=True)
class Leak:
    """Controls of a campaign that BOSS handled all the same, by the month of the feedback."""

    campaign: str
    month: str
    customers: int


def responses(workspace: Workspace, campaign: str, month: str, until: str) -> Responses:
    """Resolve the feedback on a campaign.

    Parameters
    ----------
    month : str
        The campaign's month of analysis.
    until : str
        Last month of delivery that counts; an evaluation of an old month does not see later answers.
    """
    said, name = SAID[campaign[0]], UNITS[campaign[0]].name
    wanted = [one for one in delivered_months(workspace, name) if month <= one <= until]
    tables = []
    for path in paths(workspace, name, wanted):
        table = read_table([path], [*KEY, *said, "feedback_no"]).to_pandas()
        tables.append(table[table["campaign_id"] == campaign].assign(period=version(path)[0]))
    if not tables:
        return Responses(pd.DataFrame(columns=[*said, "feedback_no"], index=pd.Index([], name="pseudonym")), _none())
    rows = pd.concat(tables, ignore_index=True)
    rows["place"] = range(len(rows))
    return _resolved(rows.sort_values([*KEY, "feedback_no", "place"], ignore_index=True), month, said)


def _none() -> dict[str, int]:
    return dict.fromkeys(("answers", "versions", "corrected", "duplicate", "contradictory", "late"), 0)


def _resolved(rows: pd.DataFrame, month: str, said: Sequence[str]) -> Responses:
    key = rows["pseudonym"]
    again = said_again(rows, ["pseudonym", "feedback_no", *said])
    same_number = rows.duplicated(["pseudonym", "feedback_no"]) & ~again
    last = rows[~key.duplicated(keep="last")].set_index("pseudonym")
    came_back = last.get("active_3m", pd.Series(dtype=object)).fillna("").astype(str).str.contains(CAME_BACK)
    first = rows[~key.duplicated()]
    late = first["period"] > months.add(month, 1)
    counts = {
        "answers": len(last),
        "versions": len(rows),
        "corrected": int((last["feedback_no"] > first.set_index("pseudonym")["feedback_no"]).sum()),
        "duplicate": int(again.sum()),
        "contradictory": int(same_number.sum()) + int(came_back.sum()),
        "late": int(late.sum()),
    }
    return Responses(last[[*said, "feedback_no"]], counts)


def said_again(rows: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Tell of each row whether an earlier one says the same, nulls being equal."""
    return rows[list(names)].astype(object).where(rows[list(names)].notna(), "").duplicated()


def leaks(workspace: Workspace, campaign: str, controls: pd.Index, until: str) -> list[Leak]:
    """Count controls that BOSS reports as handled.

    They were never sent, so their rows are refused as unknown and lie in quarantine; they are looked up there by
    pseudonym.
    """
    start, unit_ = NUMBER_BYTES, UNITS[campaign[0]]
    place = {}
    for field in unit_.fields:
        place[field.name] = (start, start + field.width)
        start += field.width
    found = []
    for path in sorted((workspace.quarantine / unit_.name).glob("month=*/part-*.parquet")):
        month = path.parent.name.removeprefix("month=")
        if month > until:
            continue
        rows = pq.read_table(path, partitioning=None, columns=["code", "raw_line"]).to_pandas()
        lines = rows.loc[rows["code"].str.endswith(UNKNOWN_REFERENCE), "raw_line"]
        said = {name: lines.str.slice(*place[name]).str.strip() for name in ("campaign_id", "customer_id", "handled")}
        ours = (said["campaign_id"] == campaign) & (said["handled"] > "0")
        whose = pd.Index(Vault(workspace).pseudonyms(said["customer_id"][ours].tolist()).to_pylist())
        count = whose.unique().isin(controls).sum()
        found += [Leak(campaign, month, int(count))] if count else []
    return found
