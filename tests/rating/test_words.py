from bassboss_lib.rating import read_catalogue
from bassboss_lib.rating.pricelist import check_catalogue
from bassboss_lib.rating.records import Line
from bassboss_lib.rating.words import differences, line_words, show
from tests.rating.plans import random_catalogue
from tests.rating.test_direct import SHIPPED
from tests.rating.test_pricelist import SMALL

WORLD = read_catalogue(SHIPPED)


def test_a_plan_in_words() -> None:
    assert show(WORLD, WORLD.plan("S018"), "zh")[:4] == [
        "神州行18元卡（S018），预付费。",
        "月费 18.00 元。",
        "包含 15 分钟：网内本地通话、网外本地通话、国内长途。",
        "包含 400 MB：国内流量。",
    ]
    english = show(WORLD, WORLD.plan("S018"), "en")
    assert english[:2] == ["EasyOwn 18 (S018), prepaid.", "The fee a month is 18.00 yuan."]
    assert "messages: 0.10 yuan / 1 message." in english


def test_every_part_of_every_plan_is_told_in_both_languages() -> None:
    for seed in range(6):
        catalogue = random_catalogue(seed)
        for plan in catalogue.plans:
            for language in ("zh", "en"):
                told = show(catalogue, plan, language)
                parts = 1 + (plan.fee is not None) + len(plan.allowances) + len(plan.rates) + len(plan.discounts)
                assert len(told) >= parts
                assert all(sentence.endswith("。" if language == "zh" else ".") for sentence in told)


def test_what_is_not_rated_is_said() -> None:
    small = check_catalogue(SMALL, "small")
    assert show(small, small.plans[0], "en")[-1] == "Not rated, at no cost: sms, data."


def test_plans_differ_in_the_items_named_and_in_no_other() -> None:
    found = differences(WORLD, WORLD.plan("G058"), WORLD.plan("G088"), "en")
    assert [(one.item, one.unit) for one in found] == [
        ("fee", ""), ("v.local.on", "min"), ("v.local.off", "min"), ("v.nat", "min"), ("sms", "msg"), ("d.dom", "MB"),
    ]  # fmt: skip
    assert found[0].first == "The fee a month is 58.00 yuan."
    assert differences(WORLD, WORLD.plan("G058"), WORLD.plan("G058"), "zh") == []


def test_lines_of_a_bill_have_names() -> None:
    plan = WORLD.plan("G058")
    assert line_words(WORLD.header, plan, Line("fee", "", 5800), "zh") == "月固定费"
    assert line_words(WORLD.header, plan, Line("rate", "1", 99), "en").startswith(
        "international calls: 0.99 yuan / 60 s"
    )
