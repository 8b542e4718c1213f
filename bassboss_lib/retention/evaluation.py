"""What a campaign shows: was the model right (on the untreated), did contact help (against the controls).

Several mature campaigns are read together; each keeps its own strata. While none is mature, the newest with anything
known is shown and everything about it is provisional.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib import campaigns
from bassboss_lib.campaigns import Money, Untreated, catalogue, compare, return_of, standing, verdict
from bassboss_lib.engine import read_table
from bassboss_lib.errors import CallError
from bassboss_lib.features import View
from bassboss_lib.learning import Estimate, share
from bassboss_lib.retention.exposure import exposure
from bassboss_lib.retention.labels import DEFAULT, window
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.workspace import Workspace

__all__ = ["Accuracy", "Effects", "accuracy", "agreement", "chosen", "effects", "grouped", "scored_population"]

DAYS = 30
GROUP_MIN = 40
"""Fewer customers in both arms together say nothing by themselves."""
MONEY_MIN = 1000
"""With fewer candidates a few dear customers decide what revenue did, and its interval may be too narrow."""


def chosen(followed: Sequence[Followed]) -> list[Followed]:
    """Pick the campaigns to read together: all that are mature, else the newest of which most is known."""
    mature = [one for one in followed if one.mature]
    known = [one for one in followed if one.known_months]
    return mature or sorted(known, key=lambda one: (one.known_months, one.month))[-1:]


@dataclass(frozen=True)
class Accuracy:
    """How right the model was: figures on the untreated, and the naive ones on the treated that mislead."""

    figures: Mapping[str, Estimate]
    naive: Mapping[str, Estimate]
    rows: Mapping[str, int]


def scored_population(workspace: Workspace, one: Followed, until: str) -> pd.DataFrame:
    """Give everybody the campaign's model scored, with what became of them.

    Returns
    -------
    DataFrame
        One row per customer at risk and not silent, indexed by pseudonym: ``churn_probability``, ``predicted`` (would
        be listed by rank), ``treated``, ``stratum``, ``weight`` (of `exposure`), ``y`` (left of their own accord so
        far; missing if pushed out or lost from sight), ``brand``, ``segment_id``, ``high_value``, ``month``.
    """
    model_id = str(one.rows["model_id"].iloc[0])
    path = partition(workspace, "score", one.month) / f"{model_id}.parquet"
    rows = read_table([path], ["pseudonym", "churn_probability", "silent"]).to_pandas().set_index("pseudonym")
    rows = rows[~rows["silent"].astype(bool)]
    definition = type(DEFAULT)(horizon_months=max(one.known_months, 1))
    first = window(workspace, one.month, definition).reindex(rows.index)
    y = first.isin(definition.voluntary).astype(float).mask(first.isin(definition.pushed) | first.isna())
    found = exposure(workspace, one.month, rows.index, until)
    view = View(workspace, one.month)
    values = view.read("value", 0, ["pseudonym", "arpu_fen", "segment_id"]).set_index("pseudonym").reindex(rows.index)
    brand = view.customers().set_index("pseudonym")["brand"].reindex(rows.index)
    by_rank = one.rows.index[one.rows["arm"].isin(["listed", "control", "universal"]) & ~one.rows["explored"]]
    high = values["arpu_fen"] >= workspace.settings.high_value_fen_per_day * DAYS
    return rows.assign(
        predicted=rows.index.isin(by_rank),
        treated=found["treated"],
        stratum=one.month + " " + found["stratum"],
        weight=found["weight"],
        y=y,
        brand=brand,
        segment_id=values["segment_id"],
        high_value=high,
        month=one.month,
    )


def _sample(rows: pd.DataFrame) -> tuple[Untreated, pd.DataFrame]:
    sample = standing(rows["weight"].to_numpy(), rows["stratum"].to_numpy(), rows["y"].notna().to_numpy())
    return sample, rows.iloc[sample.rows]


def accuracy(rows: pd.DataFrame) -> Accuracy:
    """Read the model on the untreated of `scored_population`; several months may be stacked.

    Raises
    ------
    CallError
        If nobody untreated has a known outcome.
    """
    if not (rows["y"].notna() & ~rows["treated"]).any():
        raise CallError("no untreated customer has an outcome yet", remedy="wait for the next month")
    sample, seen = _sample(rows)
    y, z = seen["y"].to_numpy(), seen["predicted"].to_numpy().astype(float)
    all_ones, high = np.ones(len(y)), seen["high_value"].to_numpy().astype(float)
    hit, base = campaigns.rate(sample, y * z, z), campaigns.rate(sample, y, all_ones)
    p = seen["churn_probability"].to_numpy()
    figures = {
        "hit_rate": hit,
        "coverage": campaigns.rate(sample, y * z, y),
        "lift": campaigns.ratio_of_rates(sample, hit, base, (y * z, z, y, all_ones)),
        "churn_rate": base,
        "churn_rate_high_value": campaigns.rate(sample, y * high, high),
        "auc": campaigns.auc(sample, y, p) if 0 < y.sum() < len(y) else Estimate(0.5, 0.0, 1.0),
        "predicted_rate": _exact(float(rows["churn_probability"].mean())),
        "predicted_hit_rate": _exact(float(rows.loc[rows["predicted"], "churn_probability"].mean())),
    }
    listed = rows[rows["treated"] & rows["predicted"] & rows["y"].notna()]
    known = rows[rows["y"].notna()]
    naive = {"hit_rate": share(int(listed["y"].sum()), len(listed))} if len(listed) else {}
    naive["churn_rate"] = share(int(known["y"].sum()), len(known))
    counts = {"scored": len(rows), "untreated": len(seen), "treated": int(rows["treated"].sum())}
    return Accuracy(figures, naive, counts)


def _exact(value: float) -> Estimate:
    return Estimate(value, value, value)


def agreement(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Compare predicted and actual churn rates by group (吻合度).

    Parameters
    ----------
    by : str
        ``brand``, ``segment_id``, ``high_value`` or ``decile`` (of the probability).

    Returns
    -------
    DataFrame
        One row per group: ``group``, ``customers``, ``predicted``, ``actual``, ``low``, ``high``, ``agreement`` (1
        minus the difference over the actual rate, at least 0).
    """
    groups = (
        pd.qcut(rows["churn_probability"].rank(method="first"), 10, labels=False) + 1 if by == "decile" else rows[by]
    )
    sample, seen = _sample(rows)
    y = seen["y"].to_numpy()
    told = []
    for group in sorted(groups.dropna().unique()):
        inside = (groups == group).to_numpy()
        actual = campaigns.rate(sample, y * inside[sample.rows], inside[sample.rows].astype(float))
        predicted = float(rows.loc[inside, "churn_probability"].mean())
        agreed = max(1 - abs(predicted - actual.value) / actual.value, 0.0) if actual.value > 0 else float("nan")
        numbers = {"predicted": predicted, "actual": actual.value, "low": actual.low, "high": actual.high}
        told.append({"group": group, "customers": int(inside.sum()), **numbers, "agreement": agreed})
    return pd.DataFrame(told)


@dataclass(frozen=True)
class Effects:
    """What contact changed: figures with intervals, the verdict, and the money."""

    figures: Mapping[str, Estimate]
    verdict: str
    money: Money
    rows: Mapping[str, int]

    @property
    def candidates(self) -> int:
        """How many were listed or kept back."""
        return self.rows["listed"] + self.rows["control"]


def randomised(followed: Sequence[Followed]) -> pd.DataFrame:
    """Stack the listed and the controls of campaigns whose outcome is known; strata carry their month."""
    parts = []
    for one in followed:
        rows = one.rows[one.rows["arm"].isin(["listed", "control"]) & one.rows["left"].notna()]
        parts.append(rows.assign(stratum=one.month + " " + rows["stratum"], month=one.month))
    return pd.concat(parts)


def effects(followed: Sequence[Followed]) -> Effects:
    """Estimate what contact changed, over campaigns read together.

    Raises
    ------
    CallError
        If an arm has fewer than two customers.
    """
    rows = randomised(followed)
    listed = (rows["arm"] == "listed").to_numpy()
    arms = compare(listed, rows["stratum"].to_numpy())
    left, revenue = rows["left"].to_numpy(), rows["revenue_fen"].to_numpy(float)
    known = rows[["churn_probability", "revenue_before_fen"]].to_numpy(float)
    itt = campaigns.difference_in_rates(left, arms)
    figures = {
        "itt": itt,
        "itt_adjusted": campaigns.adjusted_difference(left, arms, known[:, :1]),
        "revenue_fen": campaigns.adjusted_difference(revenue, arms, known),
    }
    for name, outcome, before in (("effect_reached", left, None), ("revenue_reached_fen", revenue, known)):
        reached = campaigns.effect_reached(outcome, rows["reached"].to_numpy(), arms, before)
        if reached is not None:
            figures[name] = reached
    offers = catalogue()
    money = return_of(
        itt, figures["revenue_fen"], rows[listed], listed=int(listed.sum()), costs=offers.costs,
        call_fen=offers.contact_cost_fen,
    )  # fmt: skip
    counts = {"listed": int(listed.sum()), "control": int((~listed).sum()), "reached": int(rows["reached"].sum()),
              "accepted": int(rows["accepted"].sum())}  # fmt: skip
    return Effects(figures, verdict(itt, mature=all(one.mature for one in followed)), money, counts)


def grouped(followed: Sequence[Followed], by: str) -> pd.DataFrame:
    """Estimate the effect of being listed by group; groups that say little by themselves borrow from the rest.

    Parameters
    ----------
    by : str
        ``recommended_offer``, ``churn_reason``, ``segment_id``, or ``half`` (first and second half of the ranking).

    Returns
    -------
    DataFrame
        One row per group: ``group``, ``customers``, ``value``, ``low``, ``high`` (its own), ``pooled``, ``pooled_low``,
        ``pooled_high``; and ``revenue``, ``revenue_low``, ``revenue_high`` per listed customer, fen.
    """
    rows = randomised(followed)
    middle = rows.groupby("month")["rank"].transform("median")
    rows["half"] = np.where(rows["rank"] <= middle, "1", "2")
    own, money, sizes = {}, {}, {}
    for group, part in rows.groupby(by):
        listed = (part["arm"] == "listed").to_numpy()
        if len(part) < GROUP_MIN or min(listed.sum(), (~listed).sum()) < 5:
            continue
        arms = compare(listed, part["stratum"].to_numpy())
        known = part[["churn_probability", "revenue_before_fen"]].to_numpy(float)
        own[str(group)] = campaigns.difference_in_rates(part["left"].to_numpy(), arms)
        money[str(group)] = campaigns.adjusted_difference(part["revenue_fen"].to_numpy(float), arms, known)
        sizes[str(group)] = len(part)
    drawn = campaigns.pooled(own)
    return pd.DataFrame([
        {"group": name, "customers": sizes[name], "value": one.value, "low": one.low, "high": one.high,
         "pooled": drawn[name].value, "pooled_low": drawn[name].low, "pooled_high": drawn[name].high,
         "revenue": money[name].value, "revenue_low": money[name].low, "revenue_high": money[name].high}
        for name, one in own.items()
    ])  # fmt: skip
