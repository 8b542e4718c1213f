import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.rating import parse_terms, read_catalogue, terms
from bassboss_lib.rating.pricelist import check_catalogue, unrated
from tests.rating.plans import random_catalogue
from tests.rating.test_direct import SHIPPED

SMALL: dict[str, Any] = {
    "catalogue": {
        "id": "small",
        "currency": "CNY",
        "tz": "Asia/Shanghai",
        "conventions": {
            "band_by": "start",
            "month_by": "start",
            "allowance": "after_increment",
            "zero_duration": "free",
            "rounding": {"per": "line", "to": "0.01", "mode": "half_up"},
        },
        "timings": {"night": {"from": "21:00", "to": "08:00"}},
        "classes": {"calls": {"service": "voice"}, "sms": {"service": "sms"}, "data": {"service": "data"}},
    },
    "plans": [{"id": "A", "rates": [{"of": ["calls"], "price": "0.19", "per": "60s", "increment": [60, 60]}]}],
}


def changed(*path: Any, to: Any) -> dict:
    content = copy.deepcopy(SMALL)
    place: Any = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return content


RATE = ("plans", 0, "rates", 0)
ENDS_AT_100 = {"to": 100, "price": "1", "per": "60s", "increment": [60, 60]}
STEPS = {"of": ["calls"], "steps": {"on": "call"}}
WRONG = [
    (changed(*RATE, "price", to=0.19), "plans.A.rates.0.price", "in quotes"),
    (changed(*RATE, "price", to="-1"), "plans.A.rates.0.price", "not below zero"),
    (changed(*RATE, "price", to="0.1234567"), "plans.A.rates.0.price", "decimal"),
    (changed(*RATE, "pice", to="1"), "plans.A.rates.0.pice", "Extra inputs"),
    (changed(*RATE, "of", to=["call"]), "plans.A.rates.0.of", "known are calls, sms, data"),
    (changed(*RATE, "of", to=["calls", "sms"]), "plans.A.rates.0.of", "mixes"),
    (changed(*RATE, "when", to=["day"]), "plans.A.rates.0.when", "known are night"),
    (changed(*RATE, "per", to="1MB"), "plans.A.rates.0.per", "does not measure voice"),
    (changed(*RATE, "per", to=None), "plans.A.rates.0.per", "missing"),
    (changed(*RATE, "increment", to=[0, 60]), "plans.A.rates.0.increment", "must not be zero"),
    (changed(*RATE, "increment", to=[60]), "plans.A.rates.0.increment", "at least 2"),
    (changed("plans", 0, "min_spend", to="0.005"), "plans.A.min_spend", "multiple of 0.01"),
    (changed("catalogue", "conventions", "band_by", to="end"), "catalogue.conventions.band_by", "'start' or 'split'"),
    (changed("catalogue", "timings", "night", "to", to="25:00"), "catalogue.timings.night.to", "time of day"),
    (changed("catalogue", "conventions", "rounding", "to", to="0.001"), "catalogue.conventions.rounding.to", "whole"),
    (changed("plans", 0, "discounts", to=[{"of": "bill", "percent": "101"}]), "plans.A.discounts.0.percent", "100"),
    (changed("plans", to=[SMALL["plans"][0]] * 2), "plans.A", "twice"),
    (changed("plans", 0, "fee", to={"amount": "1", "per_member": "1"}), "plans.A.fee.per_member", "scope: group"),
    (changed("plans", 0, "allowances", to=[{"id": "d", "units": 5, "of": ["data"]}]), "plans.A.allowances.0.units", ""),
    (
        changed("plans", 0, "rates", to=[{**STEPS, "tiers": [{"price": "1", "per": "60s"}] * 2}]),
        "plans.A.rates.0.tiers.0.to",
        "all tiers but the last",
    ),
    (
        changed("plans", 0, "rates", to=[{**STEPS, "tiers": [ENDS_AT_100, {"price": "1", "per": "60s"}]}]),
        "plans.A.rates.0.tiers.0.increment",
        "end where the tier ends",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "key", "words"), WRONG, ids=[key for _, key, _ in WRONG])
def test_a_wrong_key_is_named_with_what_is_wrong(content: dict, key: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        check_catalogue(content, "small.yaml")
    assert caught.value.what.startswith(f"{key}: ")
    assert words in caught.value.what
    assert caught.value.where == "small.yaml"
    assert caught.value.remedy


def test_two_rates_that_hold_at_once_are_refused_and_weights_settle_it() -> None:
    night = {"of": ["calls"], "price": "0.05", "per": "60s", "when": ["night"]}
    plain = SMALL["plans"][0]["rates"][0]
    with pytest.raises(CallError, match=r"rates\.1\.weight: equals that of rates\.0: both hold for calls in night"):
        check_catalogue(changed("plans", 0, "rates", to=[plain, night]), "x")
    check_catalogue(changed("plans", 0, "rates", to=[plain, {**night, "weight": 20}]), "x")


def test_a_least_spend_above_the_cap_is_refused() -> None:
    bounded = changed("plans", 0, "cap", to={"per": "month", "amount": "10.00"})
    bounded["plans"][0]["min_spend"] = "10.01"
    with pytest.raises(CallError, match="min_spend is above the cap"):
        check_catalogue(bounded, "x")


def test_keys_that_yaml_takes_for_truth_values_are_understood(tmp_path: Path) -> None:
    text = yaml.safe_dump(SMALL).replace("classes:", "classes:\n    on-net: {service: voice, net: on}")
    text = text.replace("  rates:", "  rates:\n  - {of: [sms], steps: {on: month}, tiers: [{price: '0.1'}]}")
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    read = read_catalogue(path)
    assert read.header.classes["on-net"].net == "on"
    assert read.plans[0].rates[0].steps is not None


@pytest.mark.parametrize("seed", range(3))
def test_terms_bring_the_whole_catalogue_back(seed: int) -> None:
    for catalogue in (read_catalogue(SHIPPED), random_catalogue(seed)):
        assert parse_terms([terms(catalogue, plan) for plan in catalogue.plans]) == catalogue


def test_terms_fit_their_unit() -> None:
    from bassboss_lib.contracts import unit

    width = next(field.width for field in unit("plan").fields if field.name == "terms")
    catalogue = read_catalogue(SHIPPED)
    for plan in catalogue.plans:
        text = terms(catalogue, plan)
        assert len(text.encode("gb18030")) <= width
        assert not set(text) & {"$", "\n", "\r"}


def test_terms_that_do_not_belong_together_are_refused() -> None:
    first, second = (check_catalogue(changed("catalogue", "id", to=name), "x") for name in ("one", "two"))
    with pytest.raises(InputRefused, match="do not share"):
        parse_terms([terms(first, first.plans[0]), terms(second, second.plans[0])])
    with pytest.raises(InputRefused, match="not JSON"):
        parse_terms(["{"])
    with pytest.raises(InputRefused, match="lack catalogue or plan"):
        parse_terms(['{"id":"G058"}'])


def test_the_worlds_catalogue_has_ten_plans_of_three_brands_one_for_families_and_rates_everything() -> None:
    catalogue = read_catalogue(SHIPPED)
    assert [plan.id for plan in catalogue.plans] == (
        ["G058", "G088", "G128", "G188", "S008", "S018", "S038", "M028", "M048", "M068", "F129"]
    )
    assert {plan.brand for plan in catalogue.plans} == {"1", "2", "3"}
    assert all(plan.name is not None and not unrated(catalogue, plan) for plan in catalogue.plans)
