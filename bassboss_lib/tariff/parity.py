"""Bill parity (对账) before any rehearsal: the plans of today are re-rated and held against the bills that were sent.

A rehearsal is worth nothing if the engine cannot reproduce what was billed. Shares within one fen are given by item,
plan and month; what differs is named by its largest causes; below the threshold the rehearsal is refused (exit 5), or,
if it is run all the same, leaves out the customers that fail and says how many.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bassboss_lib.errors import GateRefused
from bassboss_lib.rating import FEE_ITEMS, compile_plans
from bassboss_lib.rating.bills import close_bills
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.tariff.material import Material, month_names

__all__ = ["WITHIN_FEN", "Parity", "parity", "refuse_disparity", "without_failing"]

WITHIN_FEN = 1


@dataclass(frozen=True)
class Parity:
    """Bills re-rated against bills sent.

    ``rows``: owner, month (number), plan, sent_fen, rated_fen, difference_fen, within (bool). ``items``: item,
    compared, share within, difference_fen (absolute sum). ``by_plan``, ``by_month``: compared, share, largest_fen.
    ``causes``: item, cause, rows, difference_fen, largest first. ``unrated_fen``: sent without a rate: items that no
    plan knows, refunds. ``grouped``: customers with months on plans rated by group, which are left out.
    """

    rows: pd.DataFrame
    items: pd.DataFrame
    by_plan: pd.DataFrame
    by_month: pd.DataFrame
    causes: pd.DataFrame
    unrated_fen: int
    grouped: int = 0

    @property
    def share(self) -> float:
        """Share of customer-months within one fen."""
        return float(self.rows["within"].mean()) if len(self.rows) else 1.0


def parity(material: Material) -> Parity | None:
    """Re-rate the plans held and compare with the bills sent; None where no bills were given.

    Grain: customer-month with a bill or usage, item by item; a customer-month is within if every item is.
    """
    if material.sent is None:
        return None
    both, unrated = _compared(_rated(material), material.sent)
    both["difference_fen"] = both["fen_rated"] - both["fen_sent"]
    both["within"] = both["difference_fen"].abs() <= WITHIN_FEN
    grouped = both.groupby(["owner", "month"], as_index=False)
    rows = grouped.agg(rated_fen=("fen_rated", "sum"), sent_fen=("fen_sent", "sum"), within=("within", "all"))
    rows["difference_fen"] = rows["rated_fen"] - rows["sent_fen"]
    held = material.usage.rows
    names = np.array([plan.id for plan in material.catalogue.plans], dtype=object)[material.plan_of_row]
    plans = pd.DataFrame({"owner": held.owner, "month": held.month, "plan": names})
    rows = rows.merge(plans, on=["owner", "month"], how="left").fillna({"plan": "none"})
    return Parity(
        rows,
        _items(both),
        _shares(rows, "plan"),
        _by_month(rows),
        _causes(both[~both["within"]]),
        unrated_fen=unrated,
        grouped=len(material.grouped),
    )


def _compared(ours: pd.DataFrame, sent: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Put both bills side by side; give what passes unrated: items of no rate, and what was given back.

    What closes a plan's bill (discounts, cap, least spend) stands under the item "other", and so do refunds: less than
    what the plan says is a refund, more is a difference.
    """
    known = sent["item"].isin(FEE_ITEMS)
    both = ours.merge(sent[known], on=["owner", "month", "item"], how="outer", suffixes=("_rated", "_sent"))
    both = both.fillna({"fen_rated": 0, "fen_sent": 0}).astype({"fen_rated": np.int64, "fen_sent": np.int64})
    back = np.where(both["item"] == FEE_ITEMS[-1], np.minimum(both["fen_sent"] - both["fen_rated"], 0), 0)
    both["fen_sent"] -= back
    return both, int(sent.loc[~known, "fen"].sum() + back.sum())


def _rated(material: Material) -> pd.DataFrame:
    """Give what each customer-month costs by fee item under the plan held."""
    compiled = compile_plans(material.catalogue)
    usage, plans = material.usage, material.plan_of_row
    rated = rate_direct(compiled, usage, plans)
    klass = compiled.class_of[usage.code].astype(np.int64)
    place = np.where(klass < 0, len(FEE_ITEMS) - 1, compiled.item_of[klass]).astype(np.int64)
    row = np.repeat(np.arange(len(usage)), np.diff(usage.first))
    width = len(FEE_ITEMS)
    sums = np.bincount(row * width + place, rated.charge_fen.astype(np.float64), len(usage) * width)
    grid = sums.astype(np.int64).reshape(len(usage), width)
    bills = close_bills(compiled, usage.rows, plans, rated.cost_fen.sum(axis=1))
    grid[:, 0] += bills.fee_fen
    grid[:, -1] += bills.total_fen - bills.fee_fen - bills.use_fen
    rows, items = np.nonzero(grid)
    keys = {"owner": usage.rows.owner[rows], "month": usage.rows.month[rows], "item": np.array(FEE_ITEMS)[items]}
    return pd.DataFrame(keys | {"fen": grid[rows, items]})


def _items(both: pd.DataFrame) -> pd.DataFrame:
    both = both.assign(off=both["difference_fen"].abs())
    table = both.groupby("item", as_index=False).agg(
        compared=("within", "size"), share=("within", "mean"), off=("off", "sum")
    )
    return table.rename(columns={"off": "difference_fen"})


def _shares(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    off = rows.assign(off=rows["difference_fen"].abs())
    table = off.groupby(column, as_index=False).agg(
        compared=("within", "size"), share=("within", "mean"), off=("off", "max")
    )
    return table.rename(columns={"off": "largest_fen"})


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    return _shares(rows.assign(month=month_names(rows["month"].to_numpy())), "month")


def _causes(off: pd.DataFrame) -> pd.DataFrame:
    """Group what differs by item and by what is missing: sent but not rated, rated but not sent, or another amount."""
    kind = np.select(
        [off["fen_rated"] == 0, off["fen_sent"] == 0, off["difference_fen"] > 0],
        ["sent, not rated", "rated, not sent", "rated more"],
        "sent more",
    )
    named = off.assign(cause=kind, size=off["difference_fen"].abs())
    table = named.groupby(["item", "cause"], as_index=False).agg(rows=("size", "size"), difference_fen=("size", "sum"))
    return table.sort_values(["difference_fen", "item", "cause"], ascending=[False, True, True], ignore_index=True)


def refuse_disparity(found: Parity | None, threshold: float) -> None:
    """Refuse a rehearsal if a plan's share within one fen is below the threshold.

    Raises
    ------
    GateRefused
        Naming the worst plan, its share and the largest cause.
    """
    if found is None or found.by_plan.empty:
        return
    worst = found.by_plan.sort_values(["share", "plan"]).iloc[0]
    if worst["share"] < threshold:
        cause = found.causes.iloc[0]
        what = f"{worst['share']:.2%} of {worst['compared']:,} bills of plan {worst['plan']} are within 1 fen"
        why = f"item {cause['item']}, {cause['cause']}, {cause['rows']:,} bills"
        raise GateRefused(
            f"{what}, below {threshold:.2%}; largest cause: {why}",
            where="bill parity",
            kept="nothing rehearsed",
            remedy="mend price list or data, or lower parity_min to rehearse without the bills that fail",
        )


def without_failing(material: Material, found: Parity | None) -> tuple[Material, int]:
    """Leave out customers with any bill that fails; give the material and how many were left out."""
    if found is None or found.rows["within"].all():
        return material, 0
    failing = np.unique(found.rows.loc[~found.rows["within"], "owner"])
    usage = material.usage
    kept = ~np.isin(usage.rows.owner, failing)
    events = np.repeat(kept, np.diff(usage.first))
    rows = type(usage.rows)(*(column[kept] for column in vars(usage.rows).values()))
    first = np.append(0, np.cumsum(np.diff(usage.first)[kept]))
    columns = {name: getattr(usage, name)[events] for name in ("code", "started_s", "units", "member")}
    slim = replace(usage, rows=rows, first=first, **columns)
    sent = None if material.sent is None else material.sent[~material.sent["owner"].isin(failing)]
    place = material.kept and material.kept / "sound"  # parity follows from the material, and so do these customers
    return replace(material, usage=slim, plan_of_row=material.plan_of_row[kept], sent=sent, kept=place), len(failing)
