"""A stand-in BOSS with a known truth: the counterpart system, for demos, tests and measuring our own estimators.

It is a small world of customers (``world.yaml``) who call, pay, complain and leave for planted, named reasons.
`deliver` lives a month and writes its source units as interface files into the inbox; only files pass between the two
systems. `truth` tells what no operator knows: everybody's probability of leaving, and why. `describe` gives the
marginals of the world. Nothing but the command line imports this room.

Read it in this order: ``world`` (parameters), ``state`` (customers at a month's end), ``population`` (newcomers),
``causes`` (hazards), ``life`` (one month), ``billing``, ``calls``, ``tables``, ``complaints`` (records), ``contact``
(what contact does, and how BOSS acts on our files), ``history`` (months lived), ``records``, ``faults``, ``deliver``,
``ahead`` (truth), ``describe``.
"""

from bassboss_lib.boss.contact.respond import Response, respond
from bassboss_lib.boss.deliver import deliver, truth
from bassboss_lib.boss.describe import describe
from bassboss_lib.boss.world import World, read_world

__all__ = ["Response", "World", "deliver", "describe", "read_world", "respond", "truth"]
