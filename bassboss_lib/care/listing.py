"""The care list (unit 33001): whom to care for, why, how, when, and in which words.

Everything here speaks of pseudonyms. Names and numbers are joined once, at the end, by `interface_table`, whose result
goes to the interface writer and nowhere else. Controls who are asked stand where they would with the care that they do
not get, with the form that asks and nothing else: were they last, a month short of hands would never come to them.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.care.occasions import first_occasion
from bassboss_lib.care.people import Candidates
from bassboss_lib.care.wording import UNIT, reasons_in_words, scripts, suggested_dates
from bassboss_lib.contracts.schema import typed_schema
from bassboss_lib.markup import about, listing
from bassboss_lib.retention.listing import CONTROL, fit_bytes

__all__ = ["CareList", "care_list", "interface_table", "with_why"]

SHOWN = ("priority", "segment_id", "care_reason", "care_form", "care_channel", "expected_points")
"""What a list shows of its first rows in JupyterLab: nothing that tells who it is."""
GENERAL = "C99"


@dataclass(frozen=True)
class CareList:
    """A campaign of care before it leaves.

    Parameters
    ----------
    rows : DataFrame
        One row per customer sent, in order of ``priority``: ``arm`` (listed or asked), the value block,
        ``care_reason``, ``care_form``, ``care_channel``, ``suggested_date``, ``script``.
    excluded : dict
        Reason → customers in network who are not sent.
    """

    rows: pd.DataFrame
    excluded: dict[str, int]

    @property
    def listed(self) -> pd.DataFrame:
        """The rows of care, without those who are only asked."""
        return self.rows[self.rows["arm"] == "listed"]

    def _repr_html_(self) -> str:
        names = [name for name in SHOWN if name in self.rows]
        rows = [
            (f"{str(key)[:8]}…", *(f"{value:,.3g}" if isinstance(value, float) else value for value in row))
            for key, row in zip(self.rows.index[:10], self.rows[names].itertuples(index=False, name=None), strict=False)
        ]
        facts = {"listed": f"{len(self.listed):,}"} | {name: f"{count:,}" for name, count in self.excluded.items()}
        return about("care list", facts, listing(["pseudonym", *names], rows))


def care_list(assigned: pd.DataFrame, given: Candidates, known: Catalogue, month: str, day: str = "") -> CareList:
    """Make the list of a campaign's assignments.

    Parameters
    ----------
    assigned : DataFrame
        Of `assign_care`.
    day : str
        Of a list on demand; empty for the month's.
    """
    sent = assigned[assigned["arm"].isin(["listed", "asked"])]
    holds, facts = given.found.holds.loc[sent.index], given.found.facts.loc[sent.index]
    among = {code: form.occasions for code, form in known.forms.items()}
    rows = sent.join(given.rows.drop(columns=["segment_id", "earlier"]))
    asked = rows["arm"] == "asked"
    would = first_occasion(holds, among, sent["care_form"])
    rows["occasion"] = would.mask(asked, "")
    rows["urgent"] = would.isin([name for name, occasion in known.occasions.items() if occasion.urgent])
    reasons = {name: occasion.reason for name, occasion in known.occasions.items()}
    rows["care_reason"] = rows["occasion"].map(reasons).fillna(GENERAL)
    channels = {code: form.channel for code, form in known.forms.items()}
    rows["care_channel"] = rows["care_form"].map(channels).mask(asked, known.ask.channel)
    rows["care_form"] = rows["care_form"].mask(asked, known.ask.form)
    rows = rows.join(suggested_dates(rows, facts, known, month, day))
    rows["script"] = scripts(rows, facts, known)
    counts = assigned["arm"].value_counts()
    named = {"control": "campaign_control", "asked": "asked_control", "universal": "universal_control"}
    excluded = given.excluded | {title: int(counts.get(arm, 0)) for arm, title in named.items()}
    excluded["beyond_size"] = len(given.rows) - len(assigned)
    return CareList(ordered(rows), excluded)


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Order a list: what is urgent, then what brings most, ties by bill and key, whether asked or cared for.

    Parameters
    ----------
    rows : DataFrame
        Indexed by pseudonym: ``urgent``, ``expected_points`` (of those who are asked, of the care that they do not
        get), ``arpu_fen``.

    Returns
    -------
    DataFrame
        The same rows with ``priority``, 1 first.

    Examples
    --------
    >>> rows = pd.DataFrame({"urgent": [False, True, False], "expected_points": [0.3, 0.1, 0.5], "arpu_fen": 1},
    ...                     index=["a", "b", "c"])
    >>> ordered(rows)["priority"].to_dict()
    {'b': 1, 'c': 2, 'a': 3}
    """
    keys = pd.DataFrame({"later": ~rows["urgent"], "gain": -rows["expected_points"], "bill": -rows["arpu_fen"]})
    keys = keys.rename_axis("key").reset_index()
    order = keys.sort_values(["later", "gain", "bill", "key"], kind="stable").index
    return rows.iloc[order].assign(priority=range(1, len(rows) + 1))


def with_why(rows: pd.DataFrame, given: Candidates, known: Catalogue, language: str = "zh") -> pd.DataFrame:
    """Add to listed rows why this care, in a sentence."""
    return rows.assign(why=reasons_in_words(rows, given.found.facts.loc[rows.index], known, language))


def interface_table(rows: pd.DataFrame, identities: pa.Table, *, campaign: str, month: str) -> pa.Table:
    """Give the list as unit 33001: identities joined, texts fitted to their widths, the order kept.

    Parameters
    ----------
    identities : pa.Table
        Of the vault: ``pseudonym``, ``customer_id``, ``msisdn``, ``name``.
    """
    known = identities.to_pandas().set_index("pseudonym").reindex(rows.index)
    width = UNIT.field("segment_traits").width
    columns: dict[str, Any] = {
        "campaign_id": campaign,
        "analysis_month": month,
        "customer_id": known["customer_id"],
        "msisdn": known["msisdn"],
        "customer_name": known["name"].str.replace(CONTROL, " ", regex=True),
        "segment_traits": [fit_bytes(text, width, UNIT.encoding, "；") for text in rows["segment_traits"]],
        "growth_potential": rows["growth_potential"].astype(str),
    }
    frame = rows.assign(**columns)[UNIT.names]
    schema = pa.schema([field.with_nullable(True) for field in typed_schema(UNIT)])
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
