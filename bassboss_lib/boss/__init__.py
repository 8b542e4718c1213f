"""A stand-in BOSS with a known truth: the counterpart system, for demos, tests and measuring our own estimators.

It is a small world of customers (``world.yaml``, ``plans.yaml``) who call, pay, complain and leave for planted, named
reasons. `deliver` lives a month and writes its source units as interface files into the inbox; only files pass between
the two systems. `truth` tells what no operator knows: everybody's probability of leaving, and why, and which plan they
would take. `describe` gives the marginals of the world, `portrait` sets them beside public facts. Nothing but the
command line imports this room.

Read it in this order: ``parameters`` and ``world``, ``draws`` (randomness that belongs to customers), ``state``
(customers at a month's end), ``latent`` (their types), ``society`` and ``population`` (who they are), ``change`` (what
moves them), ``causes`` and ``departures`` (why they leave), ``contact`` (what our lists do, and how BOSS answers them),
``life`` (one month), ``pricelist``, ``billing``, ``moments`` and ``calls`` (events), ``families`` (who shares a plan),
``settling`` (bills), ``tables``, ``complaints``, ``reference``, ``records`` (what is delivered), ``history`` (months
lived, the twin without contact), ``faults`` and ``damage``, ``deliver``, ``large``, ``ahead`` and ``choice`` (truth),
``describe``, ``portrait``, ``planted``, ``replicate``, ``compare``.
"""

from bassboss_lib.boss.compare import beside_twin
from bassboss_lib.boss.contact.respond import Response, respond
from bassboss_lib.boss.contact.twins import twins_show
from bassboss_lib.boss.deliver import deliver, deliver_replicated, truth
from bassboss_lib.boss.describe import describe
from bassboss_lib.boss.planted import types_planted
from bassboss_lib.boss.portrait import described, portrait
from bassboss_lib.boss.world import World, read_world

__all__ = [
    "Response",
    "World",
    "beside_twin",
    "deliver",
    "deliver_replicated",
    "describe",
    "described",
    "portrait",
    "read_world",
    "respond",
    "truth",
    "twins_show",
    "types_planted",
]
