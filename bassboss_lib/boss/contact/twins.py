"""Twin worlds: the same customers with the same draws, with and without a contact, compared customer by customer.

What was set in ``contact.yaml`` is set beside what twins show, with the Monte Carlo error of the comparison: nothing
here uses the formulas by which strengths were found, only lives.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from bassboss_lib.boss import history
from bassboss_lib.boss.contact import expected
from bassboss_lib.boss.contact.calibration import group_of
from bassboss_lib.boss.contact_terms import ATTITUDES, KINDS
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.life import advance
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.workspace import Workspace

__all__ = ["Shown", "orders_for", "shown", "twins_show"]

RETENTION, SURVEY = KINDS.index("retention"), KINDS.index("survey")
DAY, HOUR, COIN = 110, 111, 112  # slots of a customer's draws
CUSTOMERS_ENOUGH = 40_000
FIRST_COPY = 1000  # apart from those of the truth


@dataclass(frozen=True)
class Shown:
    """One figure of contact: what the YAML sets, what twin worlds show, and the error of the showing.

    Parameters
    ----------
    name : str
        ``best_offer``, ``sleeping_dog``, ``wake_up``, ``drift`` or ``sleeping_dog_share``.
    set : float
        In the YAML.
    shown : float
        By twins: shares of three-month voluntary churn averted or added; or a share of customers.
    error : float
        Standard error of ``shown``.
    customers : int
        In the comparison, copies counted.
    """

    name: str
    set: float
    shown: float
    error: float
    customers: int

    def line(self) -> str:
        """Say it in one line.

        Examples
        --------
        >>> Shown("wake_up", 0.4, 0.41, 0.02, 1000).line()
        'wake_up: set 0.400, twins show 0.410 ± 0.039 (95 %)'
        """
        return f"{self.name}: set {self.set:.3f}, twins show {self.shown:.3f} ± {1.96 * self.error:.3f} (95 %)"

    @property
    def apart(self) -> float:
        """How far shown and set are apart, in standard errors."""
        return (self.shown - self.set) / self.error if self.error else 0.0


def shown(world: World, state: State, copies: int = 4) -> list[Shown]:
    """Compare twins of a world that lives on from a state, and give what they show beside what was set.

    Parameters
    ----------
    world, state : World, State
        A world at a month's end.
    copies : int
        Pairs of twins, each with draws of its own.
    """
    targets = world.contact.targets
    count, active = len(state), state.active
    quiet = replace(state, header=state.header | {"strength_drift": "0.0"})  # no word of mouth between the contacted
    offered, surveyed = orders_for(world, state, active, "best"), orders_for(world, state, active, "survey")
    coin = Draws(state.origin.seed, 0, Purpose.CONTACT).uniform(state.people["serial"], COIN) < 0.5
    half = orders_for(world, state, active & coin, "best")
    found = []
    for name, target, sign, start, orders, group in (
        ("best_offer", targets.best_offer, -1, quiet, offered, group_of(state, "best_offer")),
        ("sleeping_dog", targets.sleeping_dog, 1, quiet, offered, group_of(state, "sleeping_dog")),
        ("wake_up", targets.wake_up, 1, quiet, surveyed, group_of(state, "wake_up")),
        ("drift", targets.drift, -1, state, half, active & ~coin),
    ):
        pairs = [_pair(world, start, orders, FIRST_COPY + copy) for copy in range(copies)]
        without, with_contact = (np.concatenate([pair[which][group] for pair in pairs]) for which in (0, 1))
        found.append(_compared(name, target, sign, without, with_contact))
    share = float((state.people["attitude"] == ATTITUDES.index("sleeping_dog")).mean())
    planted = world.attitudes["sleeping_dog"]
    return [*found, Shown("sleeping_dog_share", planted, share, float(np.sqrt(share * (1 - share) / count)), count)]


def twins_show(workspace: Workspace, world: World | None = None) -> list[Shown]:
    """Compare twins of a workspace's world after its newest month; nothing if it has not lived yet."""
    lived = history.lived(workspace)
    if not lived:
        return []
    state = history.state_of(workspace, lived[-1])
    return shown(world or read_world(), state, copies=max(1, min(4, CUSTOMERS_ENOUGH // len(state))))


def orders_for(world: World, state: State, who: np.ndarray, what: str) -> pa.Table:
    """Give tasks of the coming month for some customers, on days and hours of their own.

    Parameters
    ----------
    who : ndarray of bool
        Of the state's rows.
    what : str
        Code of an offer or form, ``best`` for the offer that answers each customer's main cause best, ``survey``.
    """
    desk, terms, serial = world.contact.desk, world.contact, state.people["serial"][who]
    draws = Draws(state.origin.seed, state.index + 1, Purpose.CONTACT)
    offers, forms = list(terms.offers), list(terms.care.forms)
    items = {"best": expected.best_offers(world, state)[who], "survey": np.full(len(serial), -1)}
    items |= {code: np.full(len(serial), place) for codes in (offers, forms) for place, code in enumerate(codes)}
    kind = KINDS.index("survey") if what == "survey" else KINDS.index("care" if what in forms else "retention")
    hours = np.array(sorted(terms.reach.hours))
    return pa.table(
        {
            "serial": serial,
            "day": draws.integers(serial, desk.first_day, desk.last_day + 1, DAY),
            "hour": hours[draws.integers(serial, 0, len(hours), HOUR)],
            "kind": np.full(len(serial), kind),
            "item": items[what],
        }
    )


def _pair(world: World, state: State, orders: pa.Table, copy: int) -> tuple[np.ndarray, np.ndarray]:
    """Live both twins; tell who left voluntarily in each."""
    return _left(world, state, None, copy), _left(world, state, orders, copy)


def _left(world: World, state: State, orders: pa.Table | None, copy: int) -> np.ndarray:
    later = state
    for step in range(world.contact.horizon_months):
        draws = Draws(state.origin.seed, later.index + 1, Purpose.USE, copy=copy)
        later = advance(world, later, draws, orders if step == 0 else None)
    return later.people["voluntary"] & (later.people["left_index"] > state.index)


def _compared(name: str, target: float, sign: int, without: np.ndarray, with_contact: np.ndarray) -> Shown:
    """Give the ratio of what changed to churn without contact, with the error of a ratio of paired sums."""
    base, change = without.astype(float), sign * (with_contact.astype(float) - without)
    ratio = float(change.sum() / max(base.sum(), 1.0))
    error = float(np.sqrt(((change - ratio * base) ** 2).sum()) / max(base.sum(), 1.0))
    return Shown(name, target, ratio, error, len(base))
