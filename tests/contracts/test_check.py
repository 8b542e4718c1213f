from datetime import date, datetime

import pyarrow as pa
import pytest

from bassboss_lib.contracts import check, typed_schema, unit, warehouse_schema

COMPLAINT = {
    "complaint_id": "C1",
    "customer_id": "0012345",
    "filed_at": "20261015093000",
    "channel": "1860",
    "level": "2",
    "category": "network",
    "content": "通话中断",
    "request": "",
    "first_reply_at": "20261016100000",
    "reply_text": "",
    "result": "",
    "closed_at": "",
    "satisfaction": "",
}

CUSTOMER = {
    "customer_id": "0012345",
    "msisdn": "17000000001",
    "name": "张三",
    "birth_date": "19900229",
    "gender": "1",
    "region": "杭州",
    "employer": "",
    "position": "",
    "vip_flag": "0",
    "group_flag": "0",
    "brand": "2",
    "plan_id": "P1",
    "join_date": "20200101",
    "status": "1010",
    "status_date": "20200101",
    "credit_limit_fen": "10000",
    "join_channel": "",
    "terminal_tac": "",
    "home_cell_area": "",
    "contract_end": "20270131",
}


def rows(*records: dict[str, str]) -> pa.Table:
    return pa.table({name: [record[name] for record in records] for name in records[0]})


def reject(field: int, name: str, reason: int, row: int = 1) -> dict:
    return {"row": row, "field": field, "name": name, "reason": reason}


def test_a_row_that_holds_is_typed() -> None:
    found = check(unit("complaint"), rows(COMPLAINT), "202610")
    assert found.table.to_pylist() == [
        {
            **{name: value or None for name, value in COMPLAINT.items()},
            "filed_at": datetime(2026, 10, 15, 9, 30),
            "first_reply_at": datetime(2026, 10, 16, 10),
        }
    ]
    assert found.table.schema == typed_schema(unit("complaint"))
    assert found.rejects.num_rows == 0


def test_I22_leading_zeros_of_identifiers_are_kept() -> None:
    found = check(unit("customer"), rows({**CUSTOMER, "birth_date": ""}), "202610")
    assert found.table["customer_id"].to_pylist() == ["0012345"]
    assert found.table["contract_end"].to_pylist() == [date(2027, 1, 31)]


@pytest.mark.parametrize(
    ("field", "value", "place", "reason"),
    [
        ("complaint_id", "", 1, 1),
        ("filed_at", "2026101509300", 3, 2),
        ("filed_at", "20261015093060", 3, 2),
        ("filed_at", "20261032093000", 3, 2),
        ("filed_at", "20260915093000", 3, 4),
        ("filed_at", "20261101000000", 3, 4),
        ("channel", "fax", 4, 3),
        ("level", "", 5, 1),
        ("content", "话" * 301, 7, 5),
        ("content", "nul\x00", 7, 5),
        ("satisfaction", "11", 13, 4),
        ("satisfaction", "0x1", 13, 2),
        ("satisfaction", "٣", 13, 2),
        ("satisfaction", " 3", 13, 2),
        ("satisfaction", "123", 13, 5),
        ("satisfaction", "9" * 19, 13, 2),
    ],
)
def test_a_wrong_value_is_refused_with_field_and_reason(field: str, value: str, place: int, reason: int) -> None:
    found = check(unit("complaint"), rows({**COMPLAINT, field: value}), "202610")
    assert found.rejects.to_pylist() == [reject(place, field, reason)]
    assert found.table.num_rows == 0


@pytest.mark.parametrize("value", ["20260229", "20260431", "2026-1-1", "00000101", "１９９００１０１"])
def test_I21_a_date_is_eight_digits_of_a_day_that_exists(value: str) -> None:
    found = check(unit("customer"), rows({**CUSTOMER, "birth_date": value}), "202610")
    assert [row["name"] for row in found.rejects.to_pylist()] == ["birth_date"]


@pytest.mark.parametrize(
    ("field", "value", "reason"), [("month", "2026/1", 2), ("month", "202609", 4), ("balance_fen", "1,234.50", 2)]
)
def test_I21_type_drift_is_refused_and_never_null(field: str, value: str, reason: int) -> None:
    record = {"customer_id": "1", "month": "202610", "balance_fen": "5", field: value}
    found = check(unit("balance"), rows(record), "202610")
    assert [row["reason"] for row in found.rejects.to_pylist()] == [reason]


def test_a_date_after_the_month_is_refused_where_the_field_ends_with_it() -> None:
    held = {**CUSTOMER, "birth_date": "", "status_date": "20261031"}
    late = {**held, "customer_id": "2", "status_date": "20261101"}
    found = check(unit("customer"), rows(held, late), "202610")
    assert found.rejects.to_pylist() == [reject(15, "status_date", 4, row=2)]


def test_a_row_is_refused_once_for_its_first_field() -> None:
    found = check(unit("balance"), rows({"customer_id": "", "month": "x", "balance_fen": "y"}), "202610")
    assert found.rejects.to_pylist() == [reject(1, "customer_id", 1)]


def test_I23_a_key_that_was_there_before_is_refused() -> None:
    record = {"customer_id": "1", "month": "202610", "balance_fen": "5"}
    found = check(
        unit("balance"), rows(record, {**record, "customer_id": "2"}, {**record, "balance_fen": "6"}), "202610"
    )
    assert found.table["balance_fen"].to_pylist() == [5, 5]
    assert found.rejects.to_pylist() == [reject(1, "customer_id", 6, row=3)]


def test_totals_are_over_all_rows_and_missing_where_a_value_cannot_be_read() -> None:
    record = {"customer_id": "1", "month": "202610", "balance_fen": "5"}
    wrong_month = {**record, "customer_id": "2", "month": "202609"}
    assert check(unit("balance"), rows(record, wrong_month), "202610").totals == {"balance_fen": 10}
    assert check(unit("balance"), rows(record, {**record, "balance_fen": "x"}), "202610").totals == {
        "balance_fen": None
    }


def test_widths_of_gb18030_are_counted_in_its_bytes() -> None:
    names = ["À" * 15, "À" * 16, "𠀀" * 15, "𠀀" * 16, "张" * 30, "张" * 31, "a" * 60, "a" * 61]
    records = [{**CUSTOMER, "birth_date": "", "customer_id": str(n), "name": name} for n, name in enumerate(names)]
    found = check(unit("customer"), rows(*records), "202610")
    assert found.rejects["row"].to_pylist() == [2, 4, 6, 8]


def test_the_warehouse_schema_has_pseudonyms_and_no_hidden_field() -> None:
    names = warehouse_schema(unit("customer")).names
    assert names[:3] == ["pseudonym", "number_pseudonym", "birth_date"]
    assert not {"customer_id", "msisdn", "name", "employer"} & set(names)
    assert warehouse_schema(unit("31001")).field("churn_probability").type == pa.float64()
    assert "other_pseudonym" in warehouse_schema(unit("cdr")).names


@pytest.mark.parametrize(
    ("period", "month", "rejects"),
    [
        ("202610", "202610", []),
        ("202610", "202609", [reject(2, "analysis_month", 4)]),
        ("20261112", "202610", []),
        ("20261112", "202611", []),
        ("20261112", "202612", [reject(2, "analysis_month", 4)]),
    ],
)
def test_a_care_list_of_a_day_speaks_of_a_month_not_after_it(period: str, month: str, rejects: list) -> None:
    layout = unit("care_list")
    texts = {one.name: next(iter(one.codes.codes)) if one.codes else "1" for one in layout.fields}
    record = texts | {"analysis_month": month, "suggested_date": ""}
    assert check(layout, rows(record), period).rejects.to_pylist() == rejects
