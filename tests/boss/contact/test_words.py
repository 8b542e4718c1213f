import numpy as np
import pytest

from bassboss_lib.boss import World
from bassboss_lib.boss.contact import words
from bassboss_lib.boss.contact_terms import CAUSES
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import State
from bassboss_lib.contracts import unit
from tests.boss.conftest import with_columns

DRAWS = Draws(3, 24_300, Purpose.CONTACT)


def test_the_stated_reason_is_the_true_one_only_in_part(world: World, town: list[State]) -> None:
    people = town[-1].people
    truth = np.full(len(people["serial"]), CAUSES.index("R02"))
    said = words.said_causes(world.contact, people, truth, DRAWS)
    assert (said == truth).mean() == pytest.approx(0.70, abs=0.03)
    assert {CAUSES[place] for place in said} == {"R02", "R01", "R04", "R99"}


def test_opinions_say_whether_they_leave_and_why(town: list[State]) -> None:
    people = town[-1].people
    count = len(people["serial"])
    handled, said = np.arange(count) % 4, np.arange(count) % len(CAUSES)
    leaves = np.arange(count) % 3 == 0
    texts = words.opinions(people, handled, said, leaves, DRAWS)
    for text, done, cause, goes in zip(texts, handled, said, leaves, strict=True):
        if done == 0:
            assert text is None
        elif done == 1:
            assert text in words.NOBODY
        else:
            why, plans, answer = str(text).split("，")
            assert why in words.WHY[CAUSES[cause]]
            assert plans in (words.LEAVES if goes else words.STAYS)
            assert answer in (words.THANKS if done == 3 else words.REFUSES)
    width = unit("31002").field("opinion").width
    assert max(len(text.encode("gb18030")) for text in texts if text) < width


def test_customers_at_risk_say_more_often_that_they_leave(town: list[State]) -> None:
    state = with_columns(town[-1], **{f"hazard_{code}": 0.0 for code in CAUSES})
    handled = np.full(len(state), 2)
    calm = words.says_leaving(state.people, handled, DRAWS).mean()
    risky = words.says_leaving(with_columns(state, hazard_R01=0.1).people, handled, DRAWS).mean()
    assert calm < 0.05
    assert risky > 0.3


def test_no_phrase_stands_for_two_reasons_or_two_themes() -> None:
    for table in (words.WHY, words.THEMES):
        phrases = [phrase for each in table.values() for phrase in each]
        assert len(phrases) == len(set(phrases))
    assert list(words.WHY) == list(CAUSES)


def test_suggestions_follow_what_is_used_and_what_is_saved(world: World, town: list[State]) -> None:
    people = town[-1].people
    dear = words.themes(people, np.full(len(people["serial"]), -500.0), DRAWS)
    cheap = words.themes(people, np.full(len(people["serial"]), 500.0), DRAWS)
    assert dear.count("fee") > 2 * cheap.count("fee")
    surfers = people["log_megabytes"] > np.median(people["log_megabytes"]) + 0.5
    share = np.mean(np.array(cheap)[surfers] == "data")
    assert share > 1.5 * np.mean(np.array(cheap)[~surfers] == "data")
    texts = words.suggestions(world.contact, people, np.ones(len(cheap), bool), cheap, DRAWS)
    assert np.mean([text is not None for text in texts]) == pytest.approx(0.45, abs=0.04)
    assert all(text is None or text in words.THEMES[theme] for text, theme in zip(texts, cheap, strict=True))
