from dataclasses import replace

import numpy as np
import pytest

from bassboss_lib.boss import World
from bassboss_lib.boss.change import complaint
from bassboss_lib.boss.contact import strengths
from bassboss_lib.boss.contact.effects import (
    complaint_factors,
    contact_factors,
    factors_on_record,
    spread_word,
    work_orders,
)
from bassboss_lib.boss.contact.strengths import Strengths
from bassboss_lib.boss.contact.twins import orders_for
from bassboss_lib.boss.contact_terms import CAUSES, Contact
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People, State
from tests.boss.conftest import with_columns

NOW = 24_300
POWER = Strengths(offer=0.8, dog=1.0, wake=0.5, drift=0.2)
TALKER, LIGHT = 0, 7


def somebody(**changes: float) -> People:
    columns = {"attitude": 0, "offer": -1, "offer_index": -1, "contacts": 0.0, "contact_index": -1}
    columns |= {"advised_index": -1, "care": -1, "care_index": -1, "latent_type": TALKER}
    return {name: np.array([value]) for name, value in (columns | changes).items()}


def factor(terms: Contact, cause: str, months_later: int = 0, **changes: float) -> float:
    found = factors_on_record(terms, POWER, somebody(**changes), NOW + months_later)
    return float(found[0, CAUSES.index(cause)].round(6))


@pytest.fixture(scope="module")
def terms(world: World) -> Contact:
    return world.contact


ACCEPTED = {"offer": 0, "offer_index": NOW, "contacts": 1.0, "contact_index": NOW}


def test_a_matched_offer_averts_more_than_a_mismatched_one(terms: Contact) -> None:
    assert factor(terms, "R01", **ACCEPTED) == pytest.approx(1 - 0.8 * 1.0)
    assert factor(terms, "R02", **ACCEPTED) == pytest.approx(1 - 0.8 * 0.05)


def test_it_moves_receptive_customers_alone(terms: Contact) -> None:
    assert factor(terms, "R01", **ACCEPTED | {"attitude": 1}) == 1.0


def test_it_fades(terms: Contact) -> None:
    assert [factor(terms, "R01", ago, **ACCEPTED) for ago in (2, 3, 4, 6, 9)] == pytest.approx([0.2, 0.4, 0.6, 1, 1])


def test_a_contact_makes_sleeping_dogs_leave_and_a_message_less_so(terms: Contact) -> None:
    dog = {"attitude": 2, "contact_index": NOW}
    assert factor(terms, "R05", **dog, contacts=1.0) == 2.0
    assert factor(terms, "R05", **dog, contacts=0.1) == pytest.approx(1.1)
    assert factor(terms, "R05", 5, **dog, contacts=1.0) == 1.0


def test_repeated_contact_weakens_and_harms(terms: Contact) -> None:
    tired = ACCEPTED | {"contacts": 3.0}
    assert factor(terms, "R01", **tired) == pytest.approx((1 - 0.8 / 1.6) * (1 + 0.05 * 2))


def test_advice_wakes_everybody_but_sleeping_dogs(terms: Contact) -> None:
    woken = {"advised_index": NOW, "contact_index": NOW, "contacts": 1.0}
    assert factor(terms, "R09", **woken) == 1.5
    assert factor(terms, "R09", **woken, attitude=2) == 2.0


def test_care_averts_by_form_and_type(terms: Contact) -> None:
    visited = {"care": 10, "care_index": NOW, "contact_index": NOW, "contacts": 1.0}
    assert factor(terms, "R02", **visited) == pytest.approx(1 - 0.4 * 1.4)
    assert factor(terms, "R02", **visited, latent_type=LIGHT) == pytest.approx(1 - 0.4 * 0.4)


def test_nobody_was_ever_contacted(world: World, town: list[State]) -> None:
    state = town[-1]
    assert (contact_factors(world, state) == 1.0).all()
    assert (complaint_factors(world, state.people, state.index) == 1.0).all()
    assert not spread_word(world, state).any()


def test_word_reaches_partners(world: World, town: list[State]) -> None:
    state = town[-1]
    pleased = with_columns(state, attitude=0, offer=0, offer_index=state.index, contacts=1.0)
    partners = np.isin(state.circle, state.people["serial"][state.active])
    weights = np.array(world.circle.weights) / sum(world.circle.weights)
    assert spread_word(world, pleased) == pytest.approx(partners @ weights)
    header = pleased.header | strengths.in_header(replace(POWER, offer=0.0))
    reached = with_columns(replace(pleased, header=header), contact_index=state.index)
    assert contact_factors(world, reached)[:, 0] == pytest.approx(1 - 0.2 * partners @ weights)


def test_care_lowers_complaints(world: World, town: list[State]) -> None:
    state = town[-1]
    cared = with_columns(state, care=11, care_index=state.index, attitude=0)
    found = complaint_factors(world, cared.people, cared.index)
    assert set(found.round(3)) == {0.64, 0.67, 0.7, 0.73, 0.76}
    assert (complaint_factors(world, cared.people, cared.index + 9) == 1.0).all()
    draws = Draws(11, state.index + 1, Purpose.COMPLAINT)
    calm, without = (complaint(world, state.people, draws, one) for one in (found / 4, np.ones(len(found))))
    assert 0 < (calm["complaint"] > 0).sum() < (without["complaint"] > 0).sum() / 2


def test_a_task_after_the_customer_left_finds_nobody(world: World, town: list[State]) -> None:
    state = town[-1]
    orders = orders_for(world, state, state.active, "O01")
    draws = Draws(state.origin.seed, state.index, Purpose.USE)
    early = np.full(len(state), 0.5)
    assert work_orders(world, state, orders, early, draws) is None
    worked = work_orders(world, state, orders, np.full(len(state), np.inf), draws)
    assert worked is not None
    met = worked.people["contact_index"] == state.index
    assert 0.5 < met[state.active].mean() < 0.95
    assert not met[~state.active].any()
    assert (worked.day[~met] == 31.0).all() or (worked.day[~met] >= 28.0).all()
    assert (worked.factor[~met] == 1.0).all()
    assert (worked.factor[met] != 1.0).any()
