"""How satisfied customers are, and what they would do with a plan: the deed, and what they say of it when asked."""

import re

import numpy as np

from bassboss_lib.boss.billing import expected_bills
from bassboss_lib.boss.contact.effects import care_fit, faded
from bassboss_lib.boss.contact.types import DAYS_A_YEAR, latent_types
from bassboss_lib.boss.contact_terms import ATTITUDES
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People, day_number, month_index
from bassboss_lib.boss.world import World

__all__ = ["bills_under", "overstatement", "own_bills", "satisfaction", "stated", "take_up"]

PERSON, ANSWER, TASTE, OVERSTATES, SAYS = 70, 71, 72, 73, 74  # slots of a customer's draws
FEE = re.compile(r"(?:月费|月租|月固定费|套餐费)[^\d]{0,4}(\d+(?:\.\d+)?)\s*元")
MINUTES = re.compile(r"(\d+)\s*分钟")
DATA = re.compile(r"(\d+(?:\.\d+)?)\s*(GB|G|MB|M|兆)", re.IGNORECASE)
LEVEL = 1e-6


def satisfaction(world: World, people: People, month: str, seed: int) -> np.ndarray:
    """Give what each of some customers would answer in a month when asked how satisfied they are, 1 to 10."""
    by, terms, index = world.contact.satisfaction, world.contact, month_index(month)
    types = latent_types(world, people, month)
    form = np.array([one.satisfaction for one in terms.care.forms.values()])
    cared = faded(terms.fading.care, index - people["care_index"], people["care"] >= 0)
    offered = faded(terms.fading.offer, index - people["offer_index"], people["offer"] >= 0)
    called = faded(terms.fading.contact, index - people["contact_index"], people["contact_index"] >= 0)
    dog = people["attitude"] == ATTITUDES.index("sleeping_dog")
    gains = form[people["care"]] * cared * care_fit(terms, people, types) * ~dog + by.offer * offered
    loud = np.minimum(people["contacts"], 1.0)
    costs = by.failed_complaint * people["pain"] + by.drops * people["drop_share"]
    costs = costs + by.owed * np.minimum(people["months_owed"], 3) - by.sleeping_dog * dog * called * loud
    drawn = Draws(seed, 0, Purpose.CONTACT).normal(people["serial"], PERSON) * by.person
    noise = Draws(seed, index, Purpose.CONTACT).normal(people["serial"], ANSWER) * by.answer
    return np.clip(np.round(by.mean + drawn + noise + gains - costs), 1, 10).astype(np.int64)


def bills_under(world: World, people: People, plan: str, text: str | None) -> np.ndarray | None:
    """Give the expected monthly bill in fen of some customers under a plan, as far as they can picture it.

    A plan of BOSS's catalogue is known; of another one customers know what the agent reads to them: the monthly fee and
    what it holds, in minutes and data. None if not even the fee is said.
    """
    bills = expected_bills(world, people, people["activity"])
    names = [one.id for one in world.plans]
    if plan in names:
        return bills[:, names.index(plan)]
    fee = FEE.search(text or "")
    if fee is None:
        return None
    minutes, data = MINUTES.search(text or ""), DATA.search(text or "")
    megabytes = float(data[1]) * (1024 if data[2].upper().startswith("G") else 1) if data else 0.0
    alike = [
        _unlike(one.minutes, one.megabytes, float(minutes[1]) if minutes else 0.0, megabytes) for one in world.plans
    ]
    nearest = int(np.argmin(alike))
    return bills[:, nearest] - world.plans[nearest].fee_fen + round(float(fee[1]) * 100)


def _unlike(minutes: float, megabytes: float, wanted_minutes: float, wanted_megabytes: float) -> float:
    return abs(np.log1p(minutes) - np.log1p(wanted_minutes)) + abs(np.log1p(megabytes) - np.log1p(wanted_megabytes))


def own_bills(world: World, people: People) -> np.ndarray:
    """Give the expected monthly bill in fen of some customers under the plan that they have."""
    return expected_bills(world, people, people["activity"])[np.arange(len(people["plan"])), people["plan"]]


def take_up(world: World, people: People, bills: np.ndarray, seed: int) -> np.ndarray:
    """Give the true probability that each of some customers takes a plan within three months of its launch, if offered.

    Log-odds rise with the share of the own bill that is saved and with the customer's own taste for change.
    """
    by = world.contact.survey
    own = own_bills(world, people)
    saving = np.clip((own - bills) / np.maximum(own, 1.0), -1.0, 1.0)
    taste = Draws(seed, 0, Purpose.CONTACT).normal(people["serial"], TASTE)
    fees = np.array([plan.fee_fen for plan in world.plans])[people["plan"]]
    calm = by.flat * np.clip(1.0 - fees / np.maximum(own, 1.0), 0.0, 1.0)  # pays much beyond the fee: wants it included
    return 1.0 / (1.0 + np.exp(-(by.intercept + by.per_saving * saving + by.risk * taste + calm)))


def overstatement(world: World, people: People, month: str, seed: int) -> np.ndarray:
    """Give the log-odds by which each customer's answer exceeds the deed: the known, heterogeneous factor."""
    by = world.contact.survey
    own = Draws(seed, 0, Purpose.CONTACT).normal(people["serial"], OVERSTATES)
    years = (day_number(month) - people["birth_day"]) / DAYS_A_YEAR
    return by.overstates + by.overstates_spread * own + by.overstates_per_decade * (years - 40.0) / 10.0


def stated(world: World, people: People, probability: np.ndarray, month: str, seed: int) -> np.ndarray:
    """Give the answers 0 to 10 of some customers who would take a plan with a probability."""
    by, clipped = world.contact.survey, np.clip(probability, LEVEL, 1 - LEVEL)
    noise = Draws(seed, month_index(month), Purpose.CONTACT).normal(people["serial"], SAYS) * by.answer
    level = np.log(clipped / (1 - clipped)) + overstatement(world, people, month, seed) + noise
    return np.round(10.0 / (1.0 + np.exp(-level))).astype(np.int64)
