import pytest

from bassboss_lib.boss import World, describe, described, portrait
from bassboss_lib.boss.history import live
from bassboss_lib.boss.portrait import PARTS, public_figures
from bassboss_lib.reports import boss_page
from bassboss_lib.workspace import Workspace


@pytest.fixture
def lived(workspace: Workspace, world: World) -> Workspace:
    live(workspace, world, "202509", 1500, 3)
    return workspace


def test_the_world_stands_beside_public_facts_and_balances(lived: Workspace) -> None:
    parts = portrait(lived)
    assert list(parts) == list(PARTS)
    calls = parts["calls"].set_index("quantile")
    assert 0.3 < calls.loc["0.50", "world"] / calls.loc["0.50", "public"] < 3
    assert calls.loc["unanswered", "world"] == pytest.approx(calls.loc["unanswered", "public"], abs=0.02)
    hours = parts["hours"].groupby("kind")[["world", "public"]].sum()
    assert hours.to_numpy() == pytest.approx(1.0)
    arpu = parts["arpu"]
    assert arpu["arpu_fen"].between(arpu["low"], arpu["high"]).all()
    churn = parts["churn"]
    assert (churn["rate"] < churn["cap"]).all()
    balances = parts["balances"].set_index("figure")["value"]
    assert balances["use_balance"] == balances["flow"] == 0
    moved = parts["transitions"]
    assert set(moved["after"]) <= {"1010", "1021", "1022", "1031", "1032", "1033", "1039", "2010", "2020", "2030"}
    assert moved.groupby("before")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_an_earlier_month_is_described_as_it_was(lived: Workspace) -> None:
    earlier = portrait(lived, "202508")
    assert set(earlier["churn"]["month"]) == {"202508"}
    assert "flow" not in set(earlier["balances"]["figure"])


def test_the_page_says_it_in_both_languages_and_ends_with_figures(lived: Workspace) -> None:
    parts, planted = portrait(lived), describe(lived)
    for language in ("zh", "en"):
        shown = [boss_page.use_table(parts, language), boss_page.arpu_table(parts, language)]
        shown += [boss_page.transitions_table(parts, language), boss_page.balances_table(parts, language)]
        shown += [boss_page.reasons_table(planted, language)]
        assert {"zh": "1010 正常", "en": "1010 active"}[language] in shown[2].text
        assert {"zh": "R01 ", "en": "R01 price"}[language] in shown[4].text
        assert all("<table" in one.text for one in shown)
        for drawn in (boss_page.calls, boss_page.hours, boss_page.churn):
            assert drawn(parts, language).image.startswith(b"\x89PNG")
        assert boss_page.truth_sentence(planted, language).plain
    figures, _, rows = described(parts, planted)
    assert rows["customers"] > 1000
    assert {"call_seconds_median", "arpu_fen", "churn_max", "balances_outside"} <= set(figures)


def test_public_figures_name_their_sources() -> None:
    assert all(part["source"]["zh"] and part["source"]["en"] for part in public_figures().values())
