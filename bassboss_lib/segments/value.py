"""The value block (客户价值信息, table 3-2): ARPU, MOU, credit and growth potential, shared by all lists."""

import math
from pathlib import Path

import pandas as pd
import pyarrow as pa

from bassboss_lib.engine import write_table
from bassboss_lib.features import View
from bassboss_lib.warehouse.partitions import partition

__all__ = ["growth_class", "value_block", "write_values", "year_value_fen"]

MONTHS, YEAR = 3, 12
CLASSES = 5


def value_block(view: View) -> pd.DataFrame:
    """Compute the value block.

    Returns
    -------
    DataFrame
        One row per customer of the month, indexed by pseudonym: ``arpu_fen`` (mean receivable of the months billed
        among the last three), ``mou_min`` (mean outgoing and incoming minutes of three months), ``credit_fen``
        (credit limit), ``growth_potential`` (1 to 5: class of the three-month slope of the receivable).
    """
    customer = view.customers().set_index("pseudonym")
    bills = view.recent("bill_month", MONTHS, ["pseudonym", "receivable_fen"])
    usage = view.recent("usage_month", MONTHS, ["pseudonym", "call_out_s", "call_in_s"])
    seconds = usage.set_index("pseudonym")[["call_out_s", "call_in_s"]].sum(axis=1).groupby("pseudonym").sum()
    frame = pd.DataFrame(index=customer.index)
    frame["arpu_fen"] = _whole(bills.groupby("pseudonym")["receivable_fen"].mean().reindex(frame.index))
    frame["mou_min"] = _whole((seconds / 60 / MONTHS).reindex(frame.index))
    frame["credit_fen"] = _whole(customer["credit_limit_fen"])
    frame["growth_potential"] = growth_class(_slope(bills).reindex(frame.index))
    return frame


def _whole(value: pd.Series) -> pd.Series:
    return value.fillna(0).round().astype("int64")


def _slope(bills: pd.DataFrame) -> pd.Series:
    """Give the least-squares slope of the receivable over the months billed, in fen a month."""
    x = bills["back"].max() - bills["back"]
    frame = pd.DataFrame({"n": 1.0, "x": x, "y": bills["receivable_fen"] * 1.0, "xx": x * x, "xy": 0.0})
    frame["xy"] = frame["x"] * frame["y"]
    total = frame.groupby(bills["pseudonym"]).sum()
    spread = total["n"] * total["xx"] - total["x"] ** 2
    return (total["n"] * total["xy"] - total["x"] * total["y"]) / spread.where(spread > 0)


def growth_class(slope: pd.Series) -> pd.Series:
    """Class slopes into fifths, 1 falling fastest and 5 growing fastest; 3 where there is no slope.

    Equal slopes share a class, so the order of rows cannot matter.

    Examples
    --------
    >>> growth_class(pd.Series([-90.0, -10.0, 0.0, 10.0, 90.0, None])).tolist()
    [1, 2, 3, 4, 5, 3]
    """
    rank = slope.rank(method="average", pct=True)
    return (rank.fillna(0.5) * CLASSES).map(math.ceil).clip(1, CLASSES).astype("int64")


def year_value_fen(arpu_fen: pd.Series, churn_probability: pd.Series, margin_share: float) -> pd.Series:
    """Give the value of the coming year: the margin of the months in which the customer is expected to be here.

    The three-month churn probability is read as a constant monthly hazard: a month is survived with probability
    ``s = (1 - p) ** (1 / 3)``, so that of twelve months ``s + s² + … + s¹²`` are expected to bring ARPU × margin.
    No interest: over one year it is less than the error of the ARPU.

    Parameters
    ----------
    arpu_fen : Series
        Mean receivable, fen a month.
    churn_probability : Series
        Calibrated, over three months; same index.
    margin_share : float
        Share of the receivable that is margin (setting ``margin_share``).

    Examples
    --------
    >>> year_value_fen(pd.Series([10000, 10000]), pd.Series([0.0, 0.271]), 0.4).tolist()
    [48000, 25833]
    """
    stays = (1.0 - churn_probability.clip(0.0, 1.0)) ** (1.0 / MONTHS)
    expected = sum((stays**month for month in range(2, YEAR + 1)), start=stays)
    return (arpu_fen * margin_share * expected).round().astype("int64")


def write_values(view: View, values: pd.DataFrame) -> Path:
    """Write the value block with its segments to ``warehouse/value``: one row per customer and month."""
    table = pa.Table.from_pandas(values.reset_index().assign(month=view.month), preserve_index=False)
    return write_table(table, partition(view.workspace, "value", view.month) / "part-00.parquet", ["pseudonym"])
