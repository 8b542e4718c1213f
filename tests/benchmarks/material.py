"""The material of the benchmarks, made once in the machine's temporary folder: a large list, and a month of usage."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import to_text, unit
from bassboss_lib.exchange import delimited

__all__ = ["FOLDER", "LIST_ROWS", "USAGE_ROWS", "large_list", "usage_file"]

FOLDER = Path(tempfile.gettempdir()) / "bassboss-benchmarks"
LIST_ROWS, USAGE_ROWS, AT_ONCE = 1_000_000, 5_000_000, 500_000
CUSTOMERS, NUMBERS, MONTH_S = 50_000, 400_000, 31 * 86_400
NAMES = ["张三", "欧阳娜娜", "李𠮷", "王小明", "赵㐂", "Anna Müller"]
TRAITS = ["高价值，漫游多", "校园客户，流量为主", "低活跃，预存余额不足", "集团成员，长途多"]


def large_list() -> Path:
    """Give a Parquet file of a retention list as publishing gets it."""
    path = FOLDER / "list.parquet"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        pq.write_table(_list(LIST_ROWS), path)
    return path


def usage_file(encoding: str) -> Path:
    """Give a data file of a month's usage, one in twenty numbers with Chinese text, in an encoding."""
    path = FOLDER / f"usage-{encoding}.dat"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        chance, layout = np.random.default_rng(4008), unit("cdr")
        aside = path.with_suffix(".tmp")
        with aside.open("wb") as file:
            for first in range(0, USAGE_ROWS, AT_ONCE):
                data = delimited.encode(layout, to_text(layout, _calls(chance, first, AT_ONCE)))
                file.write(data if encoding == "utf-8" else data.decode("utf-8").encode(encoding))
        aside.replace(path)
    return path


def _picked(chance: np.random.Generator, texts: list[str], count: int) -> pa.Array:
    return pa.array(texts).take(pa.array(chance.integers(0, len(texts), count)))


def _list(count: int) -> pa.Table:
    chance, order = np.random.default_rng(31001), np.arange(1, count + 1)
    numbers = [f"{number:011d}" for number in chance.permutation(count)]
    columns = {
        "campaign_id": pa.array(["R202610-01"]).take(pa.array(np.zeros(count, int))),
        "analysis_month": pa.array(["202610"]).take(pa.array(np.zeros(count, int))),
        "customer_id": pa.array(numbers),
        "msisdn": pa.array(numbers),
        "customer_name": _picked(chance, NAMES, count),
        "segment_id": _picked(chance, ["S01", "S02", "S03"], count),
        "segment_traits": _picked(chance, TRAITS, count),
        "arpu_fen": chance.integers(500, 60_000, count),
        "mou_min": chance.integers(0, 3000, count),
        "credit_fen": chance.integers(0, 200_000, count),
        "growth_potential": _picked(chance, ["1", "2", "3", "4", "5"], count),
        "churn_probability": np.round(chance.random(count), 6),
        "churn_reason": _picked(chance, ["R01", "R02", "R05", "R99"], count),
        "churn_traits": _picked(chance, [f"话费高于合适资费 {n}%；近三月下降 {n + 3}%" for n in range(90)], count),
        "call_traits": _picked(chance, [f"月均主叫 {n} 分钟，网外 {n % 70}%" for n in range(900)], count),
        "recommended_offer": _picked(chance, ["O01", "O02", ""], count),
        "priority": order,
    }
    return pa.table(columns)


def _calls(chance: np.random.Generator, first: int, count: int) -> pa.Table:
    """Give calls of a month in order of time, as a mediation system sends them; no two share customer and second."""
    seconds = (first + np.arange(count)) * (MONTH_S / USAGE_ROWS)
    moments = np.datetime64("2026-10-01T00:00:00") + seconds.astype("timedelta64[s]")
    customers = pa.array([f"{number:011d}" for number in range(CUSTOMERS)])
    others = pa.array([f"1{number:010d}" if number % 20 else f"客服{number % 97}" for number in range(NUMBERS)])
    kinds = chance.integers(0, 3, count)
    columns = {
        "customer_id": customers.take(pa.array((first + np.arange(count)) * 7919 % CUSTOMERS)),
        "started_at": pa.array(moments),
        "kind": pa.array(["voice", "sms", "data"]).take(pa.array(kinds)),
        "direction": _picked(chance, ["mo", "mt"], count),
        "other_party": others.take(pa.array(chance.integers(0, NUMBERS, count), mask=kinds == 2)),
        "other_operator": _picked(chance, ["CM", "CU", "CT"], count),
        "zone": _picked(chance, ["local", "national"], count),
        "duration_s": chance.integers(0, 3600, count),
        "volume_bytes": chance.integers(0, 10**9, count) * (kinds == 2),
        "charge_fen": chance.integers(0, 500, count),
        "discount_fen": chance.integers(0, 50, count),
    }
    return pa.table(columns)
