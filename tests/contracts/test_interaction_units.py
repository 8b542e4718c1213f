import pytest

from bassboss_lib.contracts import code_list, unit

LAYOUTS = {
    "31001": ("i", "month", 907, [16, 6, 14, 20, 15, 60, 8, 200, 10, 8, 10, 2, 8, 4, 300, 200, 8, 8]),
    "31002": ("s", "month", 390, [16, 6, 20, 15, 1, 8, 8, 300, 3, 3]),
    "32001": ("s", "day", 1295, [16, 16, 20, 60, 15, 20, 400, 20, 400, *[20, 14, 4, 12] * 6, 8, 10]),
    "32002": ("s", "day", 497, [16, 16, 20, 15, 1, 2, 400, 14, 3]),
    "33001": ("s", "month", 691, [16, 6, 20, 15, 60, 8, 200, 10, 8, 10, 2, 4, 4, 2, 8, 300, 8]),
    "33002": ("s", "month", 385, [16, 6, 20, 15, 1, 4, 8, 2, 300, 3]),
}
KEYS = {
    "31001": ("campaign_id", "customer_id"),
    "31002": ("campaign_id", "customer_id", "feedback_no"),
    "32001": ("survey_id", "customer_id"),
    "32002": ("survey_id", "customer_id", "feedback_no"),
    "33001": ("campaign_id", "customer_id"),
    "33002": ("campaign_id", "customer_id", "feedback_no"),
}
SOURCES = {
    "01003": ("do_not_contact", "day", "customer_id since scope"),
    "06021": ("channel", "month", "channel_id name kind region"),
    "06012": ("partner", "month", "partner_id name kind region"),
    "06040": ("terminal", "month", "terminal_tac brand model generation launched_on price_band"),
}


@pytest.mark.parametrize("code", LAYOUTS)
def test_interaction_units_have_exactly_the_layout_of_the_interface(code: str) -> None:
    one, (mode, cycle, size, widths) = unit(code), LAYOUTS[code]
    assert (one.modes[0], one.cycle, one.record_bytes) == (mode, cycle, size)
    assert [field.width for field in one.fields] == widths
    assert (one.profile, one.encoding, one.key) == ("fixed", "gb18030", KEYS[code])
    assert one.direction == ("in" if code.endswith("2") else "out")


def test_the_care_list_comes_by_month_or_by_day_and_the_others_by_one_of_them() -> None:
    assert {code: unit(code).cycles for code in LAYOUTS} == {
        "31001": ("month",),
        "31002": ("month",),
        "32001": ("day",),
        "32002": ("day",),
        "33001": ("month", "day"),
        "33002": ("month",),
    }
    taken = [unit("33001").takes(one) for one in ("202610", "20261112", "202613", "20261131", "2026", "2026111 ")]
    assert taken == [True, True, False, False, False, False]


@pytest.mark.parametrize("code", SOURCES)
def test_reference_units_have_the_fields_of_the_interface(code: str) -> None:
    name, cycle, fields = SOURCES[code]
    assert (unit(code).name, unit(code).cycle, unit(code).names) == (name, cycle, fields.split())


def test_value_lists_of_the_interaction_units() -> None:
    assert list(code_list("handled").codes) == ["0", "1", "2", "3"]
    assert list(code_list("contact_scope").codes) == ["all", "marketing", "survey"]
    assert code_list("care_form").text("F01", "zh") == "电话问候"
    assert list(code_list("offer").codes) == ["O01", "O02", "O03", "O04", "O05", "O06"]
    assert [code_list("offer").text(code, "zh") for code in ("O01", "O06")] == ["话费折扣", "套餐建议"]
    assert len(code_list("care_form").codes) >= 15
    offered = unit("31001").field("recommended_offer"), unit("31002").field("offer")
    assert [(field.type, field.codes, field.nullable) for field in offered] == [("code", code_list("offer"), True)] * 2
