"""How satisfied customers are, and what they say about a plan when asked: more than they would do (`boss.choice`)."""

import re
from decimal import Decimal

import numpy as np

from bassboss_lib.boss import pricelist
from bassboss_lib.boss.billing import expected_bills, near_own_bills, use_by_class
from bassboss_lib.boss.contact.effects import care_fit, faded
from bassboss_lib.boss.contact.types import DAYS_A_YEAR
from bassboss_lib.boss.contact_terms import ATTITUDES
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People, day_number, month_index
from bassboss_lib.boss.world import World
from bassboss_lib.rating import Catalogue, Plan, compile_plans, expected_bill

__all__ = ["bills_with", "overstatement", "own_bills", "satisfaction", "stated", "told_plan"]

PERSON, ANSWER, OVERSTATES, SAYS = 70, 71, 73, 74  # slots of a customer's draws
FEE = re.compile(r"(?:月费|月租|月固定费|套餐费)[^\d]{0,4}(\d+(?:\.\d+)?)\s*元")
MINUTES = re.compile(r"(\d+)\s*分钟")
DATA = re.compile(r"(\d+(?:\.\d+)?)\s*(GB|G|MB|M|兆)", re.IGNORECASE)
LEVEL = 1e-6


def satisfaction(world: World, people: People, month: str, seed: int) -> np.ndarray:
    """Give what each of some customers would answer in a month when asked how satisfied they are, 1 to 10."""
    by, terms, index = world.contact.satisfaction, world.contact, month_index(month)
    form = np.array([one.satisfaction for one in terms.care.forms.values()])
    cared = faded(terms.fading.care, index - people["care_index"], people["care"] >= 0)
    offered = faded(terms.fading.offer, index - people["offer_index"], people["offer"] >= 0)
    called = faded(terms.fading.contact, index - people["contact_index"], people["contact_index"] >= 0)
    dog = people["attitude"] == ATTITUDES.index("sleeping_dog")
    gains = form[people["care"]] * cared * care_fit(terms, people) * ~dog + by.offer * offered
    loud = np.minimum(people["contacts"], 1.0)
    costs = by.failed_complaint * people["pain"] + by.drops * people["drop_share"]
    costs = costs + by.owed * np.minimum(people["months_owed"], 3) - by.sleeping_dog * dog * called * loud
    drawn = Draws(seed, 0, Purpose.CONTACT).normal(people["serial"], PERSON) * by.person
    noise = Draws(seed, index, Purpose.CONTACT).normal(people["serial"], ANSWER) * by.answer
    return np.clip(np.round(by.mean + drawn + noise + gains - costs), 1, 10).astype(np.int64)


def told_plan(plan: str, text: str | None) -> Plan | None:
    """Give the plan that customers are asked about.

    A plan of the price list is known by its code; of another one customers know what the agent reads to them: the
    monthly fee and what it holds, in minutes and data; everything else they take to be as in the plan most like it.
    None if not even the fee is said.

    Examples
    --------
    >>> told = told_plan("N039", "月费39元，含50分钟、3GB流量")
    >>> told.id, str(told.fee.amount), [one.units for one in told.allowances][:2]
    ('N039', '39', ['50min', '3072MB'])
    """
    known = pricelist.catalogue()
    if plan in [one.id for one in known.plans]:
        return known.plan(plan)
    fee, minutes, data = FEE.search(text or ""), MINUTES.search(text or ""), DATA.search(text or "")
    if fee is None:
        return None
    calls = int(minutes[1]) if minutes else 0
    megabytes = round(float(data[1]) * (1024 if data[2].upper().startswith("G") else 1)) if data else 0
    single = [one for one in pricelist.sketches() if not one.shared]
    alike = [_unlike(one.minutes, calls) + _unlike(one.megabytes, megabytes) for one in single]
    nearest = known.plan(single[int(np.argmin(alike))].id)
    said = {pricelist.CALL: f"{calls}min", pricelist.DATA: f"{megabytes}MB"}
    changed = [
        one.model_copy(update={"units": next((said[name] for name in said if name in one.of), one.units)})
        for one in nearest.allowances
    ]
    charged = nearest.fee.model_copy(update={"amount": Decimal(fee[1])}) if nearest.fee else None
    return nearest.model_copy(update={"id": plan, "fee": charged, "allowances": changed})


def _unlike(one: float, other: float) -> float:
    return float(abs(np.log1p(one) - np.log1p(other)))


def bills_with(world: World, people: People, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Give the monthly bills in fen that some customers expect under the plan that they have, and under another."""
    use = use_by_class(world, people, people["activity"])
    offered = compile_plans(Catalogue(header=pricelist.catalogue().header, plans=(plan,)))
    return near_own_bills(world, people, people["activity"], people["plan"]), expected_bill(offered, use)[:, 0]


def own_bills(world: World, people: People) -> np.ndarray:
    """Give about the monthly bill in fen of some customers under the plan that they have."""
    return expected_bills(world, people, people["activity"])[np.arange(len(people["plan"])), people["plan"]]


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
