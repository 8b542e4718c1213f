"""The retention list (unit 31001, table 3-2): who is worth a call, why, and what is at stake.

Everything here speaks of pseudonyms. Names and numbers are joined once, at the end, by `interface_table`, whose result
goes to the interface writer and nowhere else.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from bassboss_lib.contracts import unit
from bassboss_lib.contracts.schema import typed_schema
from bassboss_lib.markup import about, listing

__all__ = ["Selection", "call_traits", "fit_bytes", "interface_table", "select"]

UNIT = unit("retention_list")
PURPOSE = "marketing"
SHOWN = ("priority", "churn_probability", "value_at_stake", "segment_id", "churn_reason")
"""What a list shows of its first rows in JupyterLab: nothing that tells who it is."""
CONTROL = r"[\x00-\x1f\x7f]"
"""What the fixed profile cannot carry; one such name must not stop a whole list."""


@dataclass(frozen=True)
class Selection:
    """The listed customers, and how many were left out for which reason.

    Parameters
    ----------
    rows : DataFrame
        One row per listed customer, most at stake first, with ``priority`` from 1.
    excluded : dict
        Reason of exclusion → customers.
    """

    rows: pd.DataFrame
    excluded: dict[str, int]

    def _repr_html_(self) -> str:
        names = [name for name in SHOWN if name in self.rows]
        rows = [
            (f"{str(key)[:8]}…", *(f"{value:,.4g}" if isinstance(value, float) else value for value in row))
            for key, row in zip(self.rows.index[:10], self.rows[names].itertuples(index=False, name=None), strict=False)
        ]
        facts = {"listed": f"{len(self.rows):,}"} | {name: f"{count:,}" for name, count in self.excluded.items()}
        return about("list", facts, listing(["pseudonym", *names], rows))

    @property
    def value_at_stake(self) -> float:
        """Value times churn probability, summed over the list, in the unit of the value."""
        return float(self.rows["value_at_stake"].sum())


def select(scored: pd.DataFrame, *, size: int, probability_min: float) -> Selection:
    """Choose whom to list: value at stake descending, ties by key.

    Parameters
    ----------
    scored : DataFrame
        One row per customer at risk, indexed by pseudonym: ``churn_probability``, ``value`` (a month),
        ``silent``, ``do_not_contact``.
    size : int
        Customers listed at most.
    probability_min : float
        Below this calibrated probability nobody is listed.

    Examples
    --------
    >>> people = pd.DataFrame(
    ...     {"churn_probability": [0.5, 0.1, 0.4], "value": [100, 1000, 100], "silent": [False, False, True],
    ...      "do_not_contact": [False, False, False]},
    ...     index=pd.Index(["a", "b", "c"], name="pseudonym"))
    >>> chosen = select(people, size=1, probability_min=0.05)
    >>> chosen.rows.index.tolist(), chosen.excluded
    (['b'], {'do_not_contact': 0, 'silent': 1, 'below_probability': 0, 'beyond_size': 1})
    """
    stake = scored.assign(value_at_stake=scored["value"] * scored["churn_probability"])
    reachable = stake[~stake["do_not_contact"]]
    awake = reachable[~reachable["silent"]]
    likely = awake[awake["churn_probability"] >= probability_min]
    ordered = likely.sort_index().sort_values("value_at_stake", ascending=False, kind="stable").head(size)
    excluded = {
        "do_not_contact": len(stake) - len(reachable),
        "silent": len(reachable) - len(awake),
        "below_probability": len(awake) - len(likely),
        "beyond_size": len(likely) - len(ordered),
    }
    return Selection(ordered.assign(priority=range(1, len(ordered) + 1)), excluded)


def call_traits(x: pd.DataFrame, language: str = "zh") -> list[str]:
    """Say in words how each customer communicates (通话行为特征): one text a row of features."""
    words = {
        "zh": "月均主叫{out:.0f}分钟、被叫{into:.0f}分钟，短信{sms:.0f}条，流量{data:.0f}MB；"
        "联系人{partners:.0f}个，异网通话{off:.0%}",
        "en": "{out:.0f} min out and {into:.0f} min in, {sms:.0f} messages, {data:.0f} MB a month; "
        "{partners:.0f} partners, {off:.0%} of calls with other networks",
    }[language]
    columns = ["call_out_min", "call_in_min", "sms_out_count", "data_mb", "partner_count", "off_net_share"]
    names = ("out", "into", "sms", "data", "partners", "off")
    rows = x[columns].fillna(0.0).itertuples(index=False)
    return [words.format(**dict(zip(names, row, strict=True))) for row in rows]


def fit_bytes(text: str, width: int, encoding: str, separator: str = "; ") -> str:
    """Keep as many whole parts of a text as fit into ``width`` bytes, at least the beginning of the first.

    Examples
    --------
    >>> fit_bytes("甲乙丙; 丁", 8, "gb18030")
    '甲乙丙'
    """
    kept = ""
    for part in text.split(separator):
        longer = f"{kept}{separator}{part}" if kept else part
        if len(longer.encode(encoding)) > width:
            break
        kept = longer
    return kept or text.encode(encoding)[:width].decode(encoding, errors="ignore")


def interface_table(rows: pd.DataFrame, identities: pa.Table, *, campaign: str, month: str) -> pa.Table:
    """Give the list as unit 31001: identities joined, texts fitted to their widths, the order kept.

    Parameters
    ----------
    rows : DataFrame
        Of a `Selection`, with the value block, ``segment_id``, ``segment_traits``, ``churn_reason``,
        ``churn_traits``, ``call_traits``.
    identities : pa.Table
        Of the vault: ``pseudonym``, ``customer_id``, ``msisdn``, ``name``.

    Returns
    -------
    pa.Table
        One row per listed customer with the fields of table 3-2; ``submitted_at`` is left to publishing.
    """
    known = identities.to_pandas().set_index("pseudonym").reindex(rows.index)
    columns: dict[str, Any] = {
        "campaign_id": campaign,
        "analysis_month": month,
        "submitted_at": None,
        "customer_id": known["customer_id"],
        "msisdn": known["msisdn"],
        "customer_name": known["name"].str.replace(CONTROL, " ", regex=True),
        "growth_potential": rows["growth_potential"].astype(str),
        "churn_probability": rows["churn_probability"].map("{:.6f}".format),
        "recommended_offer": rows.get("recommended_offer"),
    }
    frame = rows.assign(**columns)[UNIT.names]
    for name, separator in (("churn_traits", "; "), ("call_traits", "; "), ("segment_traits", "；")):
        width = UNIT.field(name).width
        frame[name] = [fit_bytes(text, width, UNIT.encoding, separator) for text in frame[name]]
    schema = pa.schema([field.with_nullable(True) for field in typed_schema(UNIT)])
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
