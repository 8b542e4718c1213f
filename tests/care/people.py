"""A small warehouse of literal rows, for tests of occasions and campaigns of care."""

from collections.abc import Callable
from datetime import date, datetime

from tests.conftest import customer

Put = Callable[..., None]
MONTH, WORK = "202610", "202611"


def usage(pseudonym: str, **changes: object) -> dict:
    row: dict = {"pseudonym": pseudonym, "call_out_s": 600, "call_in_s": 600, "call_out_count": 20, "call_in_count": 20,
                 "call_short_count": 0, "abroad_count": 0, "event_count": 60, "own_event_count": 30,
                 "sms_out_count": 5, "data_bytes": 2 * 1024**3}  # fmt: skip
    return {**row, **changes}


def complaint(pseudonym: str, filed: datetime, **changes: object) -> dict:
    row: dict = {
        "pseudonym": pseudonym,
        "filed_at": filed,
        "category": "billing",
        "content": None,
        "closed_at": None,
        "satisfaction": None,
    }
    return {**row, **changes}


def quiet(pseudonym: str, **changes: object) -> dict:
    """Give a customer who has no occasion but the general one: joined in October, born in June, a new terminal."""
    return customer(pseudonym, **{"birth_date": date(1990, 6, 1), "join_date": date(2023, 10, 15), **changes})


def delivered(put: Put, people: list[dict], **tables: list[dict]) -> None:
    """Deliver a month for these customers; tables that are not given are as dull as can be."""
    names = [row["pseudonym"] for row in people]
    put("customer", MONTH, people)
    dull = {
        "usage_month": [usage(name) for name in names],
        "bill_month": [{"pseudonym": name, "receivable_fen": 5000} for name in names],
        "balance": [{"pseudonym": name, "balance_fen": 0} for name in names],
        "arrears": [{"pseudonym": "nobody", "months_owed": 0}],
        "complaint": [complaint("nobody", datetime(2026, 10, 1), closed_at=datetime(2026, 10, 2), satisfaction=9)],
    }
    for table, rows in {**dull, **tables}.items():
        put(table, MONTH, rows)
