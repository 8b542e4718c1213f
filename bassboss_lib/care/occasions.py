"""Which occasions for care each customer has in the coming month, as known at the end of the last (关怀时机).

Everything is read through a `View`, so nothing later than the month counts; birthdays and anniversaries are those of
the month in which BOSS works the list.
"""

from dataclasses import dataclass

import pandas as pd

from bassboss_lib import months
from bassboss_lib.care.catalogue import OCCASIONS, Catalogue
from bassboss_lib.features import View
from bassboss_lib.features.wording import OTHER, found_themes, speak_of

__all__ = ["ABOUT", "ACTIVE", "Occasions", "first_occasion", "occasions"]

ACTIVE = ("1010", "1031", "1032", "1033", "1039")
"""Status of customers in network, as the retention rules have it."""
HABIT_MONTHS, OPEN_MONTHS, PREPAID_MONTHS = 4, 3, 3
CALLS_MIN = 20
"""Fewer calls do not tell a bad network from chance."""
DAYS = 30
BYTES_PER_MB = 1024 * 1024
ABOUT = "complaint_about"
"""The one fact in words: themes of complaints that are open or were closed in the month."""


@dataclass(frozen=True)
class Occasions:
    """What each customer in network has an occasion for.

    Parameters
    ----------
    holds : DataFrame of bool
        One row per customer, ordered and indexed by pseudonym; one column per occasion, in the order of `OCCASIONS`.
    facts : DataFrame
        The numbers behind them, and `ABOUT`, same rows; missing where there is none.
    """

    holds: pd.DataFrame
    facts: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Occasion → customers who have it."""
        return {name: int(self.holds[name].sum()) for name in OCCASIONS}


def occasions(view: View, values: pd.DataFrame, known: Catalogue) -> Occasions:
    """Find everybody's occasions as of a month.

    Parameters
    ----------
    view : View
        The month of analysis.
    values : DataFrame
        The value block of the month, indexed by pseudonym (`segments.value_block`).
    known : Catalogue
        Thresholds, and the months in which an occasion holds.

    Raises
    ------
    InputRefused
        If a unit of the month was not delivered: without complaints nobody can say whom care is due first.
    """
    customers = view.customers().set_index("pseudonym")
    customers = customers[customers["status"].isin(ACTIVE)]
    facts = _person(customers, values, view.month)
    for part in (_bills, _use, _money, _complaints):
        facts = facts.join(part(view), how="left")
    holds = _holds(view, facts, known)
    work = int(months.add(view.month, 1)[4:])
    for name, occasion in known.occasions.items():
        holds[name] &= work in occasion.months
    return Occasions(holds[list(OCCASIONS)], facts)


def first_occasion(holds: pd.DataFrame, among: dict[str, tuple[str, ...]], form: pd.Series) -> pd.Series:
    """Give the most pressing occasion that each customer has of those that a form answers; empty text if none.

    Parameters
    ----------
    holds : DataFrame of bool
        Of `Occasions`, rows as ``form``.
    among : dict
        Form → occasions that it answers.
    form : Series of str
        Form of each customer, indexed by pseudonym.

    Examples
    --------
    >>> has = pd.DataFrame({"arrears": [True, False], "balance_low": [True, True]}, index=["a", "b"])
    >>> first_occasion(has, {"F13": ("balance_low", "arrears")}, pd.Series(["F13", "F13"], index=["a", "b"])).tolist()
    ['arrears', 'balance_low']
    """
    found = pd.Series("", index=form.index)
    for name in reversed([one for one in OCCASIONS if one in holds]):
        answered = form.isin([code for code, those in among.items() if name in those])
        found = found.mask(holds.loc[form.index, name] & answered, name)
    return found


def _person(customers: pd.DataFrame, values: pd.DataFrame, month: str) -> pd.DataFrame:
    end, work = pd.Timestamp(months.last_day(month)), int(months.add(month, 1)[4:])
    born, joined = pd.to_datetime(customers["birth_date"]), pd.to_datetime(customers["join_date"])
    facts = pd.DataFrame(index=customers.index)
    facts["age_years"] = _months_between(born, end) // 12
    facts["tenure_months"] = _months_between(joined, end)
    facts["birthday_day"] = born.dt.day.where(born.dt.month == work)
    years = months.first_day(months.add(month, 1)).year - joined.dt.year
    facts["anniversary_years"] = years.where((joined.dt.month == work) & (years > 0))
    facts["anniversary_day"] = joined.dt.day.where(facts["anniversary_years"].notna())
    facts["contract_left_days"] = (pd.to_datetime(customers["contract_end"]) - end).dt.days
    facts["terminal_newness"] = customers["terminal_tac"].rank(method="min", pct=True)
    facts["vip"] = (customers["vip_flag"] == "1").astype(float)
    facts["arpu_fen"] = values["arpu_fen"].reindex(customers.index).astype(float)
    return facts


def _months_between(then: pd.Series, end: pd.Timestamp) -> pd.Series:
    return (end.year - then.dt.year) * 12.0 + (end.month - then.dt.month)


def _bills(view: View) -> pd.DataFrame:
    """Compare this month's bill with the mean of the two before it."""
    bills = view.recent("bill_month", 3, ["pseudonym", "receivable_fen"])
    now = bills[bills["back"] == 0].groupby("pseudonym")["receivable_fen"].sum()
    before = bills[bills["back"] > 0].groupby("pseudonym")["receivable_fen"].mean()
    return pd.DataFrame({"bill_change": now / before.where(before > 0) - 1})


def _use(view: View) -> pd.DataFrame:
    names = ["pseudonym", "event_count", "own_event_count", "call_out_count", "call_in_count", "call_short_count"]
    usage = view.recent("usage_month", HABIT_MONTHS, [*names, "abroad_count", "sms_out_count", "data_bytes"])
    now = usage[usage["back"] == 0].set_index("pseudonym")
    before = usage[usage["back"] > 0].groupby("pseudonym")["event_count"].mean()
    calls = now["call_out_count"] + now["call_in_count"]
    usual = usage.groupby("pseudonym")[["call_out_count", "call_in_count", "sms_out_count", "data_bytes"]].mean()
    found = {
        "calls": usual["call_out_count"] + usual["call_in_count"],
        "messages": usual["sms_out_count"],
        "data_mb": usual["data_bytes"] / BYTES_PER_MB,
        "own_events": now["own_event_count"],
        "use_to_habit": now["event_count"] / before.where(before > 0),
        "short_call_share": now["call_short_count"] / calls.where(calls >= CALLS_MIN),
        "roaming_events": now["abroad_count"],
    }
    return pd.DataFrame({name: column.astype(float) for name, column in found.items()})


def _money(view: View) -> pd.DataFrame:
    """Give balance and arrears; a balance only of who pays in advance, that is, had one in the last three months."""
    balance = view.recent("balance", PREPAID_MONTHS, ["pseudonym", "balance_fen"])
    in_advance = balance.groupby("pseudonym")["balance_fen"].max() > 0
    now = balance[balance["back"] == 0].set_index("pseudonym")["balance_fen"].astype(float)
    owed = view.read("arrears", 0, ["pseudonym", "months_owed"]).set_index("pseudonym")["months_owed"]
    known = in_advance.reindex(now.index).fillna(False).astype(bool)
    return pd.DataFrame({"balance_fen": now.where(known), "months_owed": owed.astype(float)})


def _complaints(view: View) -> pd.DataFrame:
    """Tell what is open at the month's end, how what was closed in the month was judged, and what was about network."""
    names = ["pseudonym", "filed_at", "category", "content", "closed_at", "satisfaction"]
    filed = view.recent("complaint", OPEN_MONTHS, names)
    start, end = (pd.Timestamp(months.first_day(one)) for one in (view.month, months.add(view.month, 1)))
    filed["closed_at"] = pd.to_datetime(filed["closed_at"])
    open_still = filed["closed_at"].isna() | (filed["closed_at"] >= end)
    closed = filed[~open_still & (filed["closed_at"] >= start)]
    by = closed.groupby("pseudonym")
    recent = filed[open_still | (filed["closed_at"] >= start)]
    network = recent[_about_network(recent)]
    return pd.DataFrame(
        {
            "complaints_open": filed[open_still].groupby("pseudonym").size().astype(float),
            "complaint_satisfaction": pd.to_numeric(closed["satisfaction"]).groupby(closed["pseudonym"]).min(),
            "complaint_closed_day": by["closed_at"].max().dt.day.astype(float),
            "network_complaints": network.groupby("pseudonym").size().astype(float),
            "complaints": filed.groupby("pseudonym").size().astype(float),
            ABOUT: _about(recent),
        }
    )


def _about(filed: pd.DataFrame) -> pd.Series:
    """Name the themes of each customer's complaints, by comma."""
    found = found_themes(filed["content"]).drop(columns=OTHER).set_axis(filed["pseudonym"]).groupby(level=0).any()
    names = found.columns.to_numpy()
    return pd.Series([",".join(names[row]) for row in found.to_numpy()], index=found.index, dtype=object)


def _about_network(filed: pd.DataFrame) -> pd.Series:
    """Go by the category; where it says nothing, by the words."""
    unsaid = filed["category"].isna() | (filed["category"] == "other")
    told = speak_of(filed["content"], "network").to_numpy()
    return (filed["category"] == "network") | (unsaid & told)


def _holds(view: View, facts: pd.DataFrame, known: Catalogue) -> pd.DataFrame:
    """Hold the facts against the thresholds; what is missing is no occasion."""
    at = {name: occasion.threshold or 0.0 for name, occasion in known.occasions.items()}
    high = view.workspace.settings.high_value_fen_per_day * DAYS
    silent = facts["own_events"].fillna(0) == 0
    always = pd.Series(True, index=facts.index)
    tests = {
        "complaint_open": facts["complaints_open"] > 0,
        "complaint_closed": facts["complaint_satisfaction"] <= at["complaint_closed"],
        "network_trouble": (facts["network_complaints"] > 0) | (facts["short_call_share"] >= at["network_trouble"]),
        "bill_unusual": facts["bill_change"] >= at["bill_unusual"],
        "arrears": facts["months_owed"] >= at["arrears"],
        "balance_low": facts["balance_fen"] < at["balance_low"] * facts["arpu_fen"],
        "contract_ending": facts["contract_left_days"].between(0, at["contract_ending"] * DAYS),
        "falling_use": (facts["use_to_habit"] < at["falling_use"]) & ~silent,
        "silent": silent,
        "roaming": facts["roaming_events"] >= at["roaming"],
        "newcomer": facts["tenure_months"] <= at["newcomer"],
        "birthday": facts["birthday_day"].notna(),
        "anniversary": facts["anniversary_years"].notna(),
        "terminal_old": facts["terminal_newness"] <= at["terminal_old"],
        "high_value": (facts["arpu_fen"] >= high) | (facts["vip"] > 0),
    }
    return pd.DataFrame({name: tests.get(name, always) for name in OCCASIONS}).fillna(False).astype(bool)
