from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from bassboss_lib.contracts import control_totals, key_hash, to_text, unit
from bassboss_lib.contracts.text import content_sha256
from bassboss_lib.errors import CallError, GateRefused

BALANCE = {"customer_id": ["0012"], "month": ["202610"], "balance_fen": [1200]}


def test_numbers_times_and_nulls_become_text() -> None:
    table = pa.table(
        {
            "customer_id": ["1", "2"],
            "paid_at": pa.array([datetime(2026, 10, 1, 8, 5, 9), None], pa.timestamp("us")),
            "amount_fen": [-500, None],
            "channel": pa.array(["hall", "bank"]).dictionary_encode(),
            "method": ["cash  ", None],
        }
    )
    assert to_text(unit("payment"), table).to_pylist() == [
        {"customer_id": "1", "paid_at": "20261001080509", "amount_fen": "-500", "channel": "hall", "method": "cash"},
        {"customer_id": "2", "paid_at": "", "amount_fen": "", "channel": "bank", "method": ""},
    ]


def test_dates_and_decimals_have_their_digits() -> None:
    plan = {"plan_id": ["P"], "name": ["n"], "brand": ["1"], "valid_from": [date(2026, 1, 9)], "valid_to": [None]}
    text = to_text(unit("plan"), pa.table({**plan, "terms": ["{}"]}))
    assert text.select(["valid_from", "valid_to"]).to_pylist() == [{"valid_from": "20260109", "valid_to": ""}]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0123456, "0.012346"), (1.0, "1.000000"), (Decimal("0.5"), "0.500000"), ("0.25", "0.25")]
)
def test_a_probability_has_six_places(value: object, text: str) -> None:
    listed = unit("31001")
    row = {field.name: pa.array([None], pa.string() if field.type != "int" else pa.int64()) for field in listed.fields}
    row["submitted_at"] = pa.array([None], pa.timestamp("s"))
    assert to_text(listed, pa.table({**row, "churn_probability": [value]}))["churn_probability"].to_pylist() == [text]


def test_wrong_columns_and_wrong_types_are_refused() -> None:
    with pytest.raises(CallError, match=r"columns missing: \['month'\]; columns unknown: \['extra'\]"):
        to_text(unit("balance"), pa.table({"customer_id": ["1"], "balance_fen": [1], "extra": [1]}))
    with pytest.raises(CallError, match=r"a int is wanted, not string.*balance_fen"):
        to_text(unit("balance"), pa.table({**BALANCE, "balance_fen": ["12"]}))
    with pytest.raises(CallError, match="balance_fen"):
        to_text(unit("balance"), pa.table({**BALANCE, "balance_fen": [1.5]}))


def test_O24_a_lone_surrogate_is_refused_with_row_and_field() -> None:
    lone = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\4\0\0\0"), pa.py_buffer(b"a\xed\xa0\x80"))
    table = pa.table({"customer_id": lone, "month": ["202610"] * 2, "balance_fen": [1, 2]})
    with pytest.raises(GateRefused, match=r"O24: a text is not Unicode.*balance, field customer_id, row 2"):
        to_text(unit("balance"), table)


def test_a_column_without_any_value_is_null_of_its_type() -> None:
    row = {"complaint_id": ["C1"], "customer_id": ["1"], "filed_at": [datetime(2026, 10, 1)], "channel": ["web"]}
    rest = {name: [None] for name in unit("complaint").names[4:]}
    assert set(to_text(unit("complaint"), pa.table(row | rest)).to_pylist()[0].values()) == {
        *("C1", "1", "20261001000000", "web", "")
    }


def test_the_key_hash_does_not_depend_on_order_and_totals_are_exact() -> None:
    table = pa.table({"customer_id": ["1", "2", "3"], "month": ["202610"] * 3, "balance_fen": [2**53, 1, -7]})
    text = to_text(unit("balance"), table)
    assert key_hash(unit("balance"), text) == key_hash(unit("balance"), text.take([2, 0, 1]))
    assert key_hash(unit("balance"), text) != key_hash(unit("balance"), text.slice(1))
    assert control_totals(unit("balance"), table) == {"balance_fen": 2**53 - 6}
    assert control_totals(unit("balance"), table.slice(0, 0)) == {"balance_fen": 0}


def test_the_content_hash_does_not_depend_on_chunks() -> None:
    whole = pa.table({"a": ["1", "2"]})
    parted = pa.table({"a": pa.chunked_array([["1"], [], ["2"]], pa.string())})
    assert content_sha256(whole) == content_sha256(parted) != content_sha256(pa.table({"a": ["12", ""]}))
