from pathlib import Path

import pytest

from bassboss_lib.contracts import code_list, code_lists, read_unit, unit, units
from bassboss_lib.errors import CallError

SOURCE_FIELDS = {
    "customer": "customer_id msisdn name birth_date gender region employer position vip_flag group_flag brand plan_id "
    "join_date status status_date credit_limit_fen join_channel terminal_tac home_cell_area contract_end",
    "plan": "plan_id name brand valid_from valid_to terms",
    "bill_item": "customer_id month fee_item receivable_fen discount_fen",
    "payment": "customer_id paid_at amount_fen channel method",
    "balance": "customer_id month balance_fen",
    "arrears": "customer_id month months_owed owed_fen suspensions_total",
    "cdr": "customer_id started_at kind direction other_party other_operator zone duration_s volume_bytes charge_fen "
    "discount_fen",
    "complaint": "complaint_id customer_id filed_at channel level category content request first_reply_at reply_text "
    "result closed_at satisfaction",
}

LIST_WIDTHS = [16, 6, 14, 20, 15, 60, 8, 200, 10, 8, 10, 2, 8, 4, 300, 200, 8, 8]

DECLARATION = """
code: "09001"
name: sample
title: {zh: 样例, en: sample}
direction: in
cycle: month
modes: [i]
profile: fixed
encoding: gb18030
key: [a]
manifest: optional
allow_empty: false
fields:
  - {name: a, zh: 甲, en: a, type: text, width: 4}
"""


@pytest.mark.parametrize("name", SOURCE_FIELDS)
def test_source_units_have_the_fields_of_the_interface(name: str) -> None:
    assert unit(name).names == SOURCE_FIELDS[name].split()


def test_retention_list_has_the_layout_of_table_3_2() -> None:
    listed = unit("31001")
    assert [field.width for field in listed.fields] == LIST_WIDTHS
    assert (listed.record_bytes, listed.profile, listed.encoding, listed.modes) == (907, "fixed", "gb18030", ("i",))
    assert listed.key == ("campaign_id", "customer_id")


def test_units_are_found_by_name_and_by_code() -> None:
    assert unit("04008") is unit("cdr")
    assert [one.code for one in units()] == sorted(one.code for one in units())


def test_only_a_monthly_unit_comes_on_demand_too(tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"
    path.write_text(DECLARATION + "on_demand: true\n")
    assert read_unit(path).cycles == ("month", "day")
    path.write_text(DECLARATION.replace("cycle: month", "cycle: day") + "on_demand: true\n")
    with pytest.raises(CallError, match="on_demand: a unit that comes by month may also come by day"):
        read_unit(path)


def test_an_unknown_unit_names_the_known_ones() -> None:
    with pytest.raises(CallError, match=r"no unit is called 'cdrs'.*cdr"):
        unit("cdrs")


def test_every_text_for_readers_is_there_in_both_languages() -> None:
    titles = [field.title for one in units() for field in one.fields]
    titles += [text for codes in code_lists() for text in codes.codes.values()]
    assert all(title["zh"] and title["en"] for title in titles)


def test_codes_of_the_specification() -> None:
    assert list(code_list("payment_channel").codes) == ["hall", "bank", "agent", "electronic"]
    assert list(code_list("complaint_channel").codes) == ["hall", "1860", "manager", "web", "letter"]
    assert [code for code in code_list("churn_reason").codes if code > "R08"] == ["R09", "R99"]
    assert {"1010", "1021", "1039", "2010", "2030", "9000"} <= set(code_list("status").codes)
    assert code_list("status").text("7777", "en") == "7777"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("width: 4", "widht: 4", r"fields\.0\.widht.*sample\.yaml.*mend the key"),
        ("modes: [i]", "modes: [q]", r"modes\.0.*sample\.yaml"),
        ("key: [a]", "key: [b]", "key names without a field"),
        ("type: text", "type: code", "codes"),
        ("profile: fixed", "profile: [fixed", "not valid YAML.*sample.yaml, line"),
        ("type: text", "type: code, codes: nothing", "file not found.*nothing.yaml"),
    ],
)
def test_a_wrong_declaration_names_file_key_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "sample.yaml"
    path.write_text(DECLARATION.replace(old, new), encoding="utf-8")
    with pytest.raises(CallError, match=message):
        read_unit(path)
