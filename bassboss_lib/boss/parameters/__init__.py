"""The parameters of the stand-in's world, checked part by part: who lives there, how they use the network, how they are
served and billed, and why they leave.

`boss.world` puts the parts together and reads them from ``world.yaml``.
"""

from bassboss_lib.boss.parameters.base import LogNormal, Part, Spread
from bassboss_lib.boss.parameters.leaving import (
    REASONS,
    Cause,
    Choice,
    Drift,
    Interaction,
    Multipliers,
    Truth,
    Unobserved,
)
from bassboss_lib.boss.parameters.people import Arrivals, Channel, Persons, Place, Terminals
from bassboss_lib.boss.parameters.service import (
    Complaints,
    Contract,
    Extras,
    Life,
    Network,
    Parking,
    Payment,
    PlanChange,
)
from bassboss_lib.boss.parameters.types import LATENTS, Kind, Types
from bassboss_lib.boss.parameters.usage import Calendar, Circle, Dormancy, Holiday, Late, Profile, Usage

__all__ = [
    "LATENTS",
    "REASONS",
    "Arrivals",
    "Calendar",
    "Cause",
    "Channel",
    "Choice",
    "Circle",
    "Complaints",
    "Contract",
    "Dormancy",
    "Drift",
    "Extras",
    "Holiday",
    "Interaction",
    "Kind",
    "Late",
    "Life",
    "LogNormal",
    "Multipliers",
    "Network",
    "Parking",
    "Part",
    "Payment",
    "Persons",
    "Place",
    "PlanChange",
    "Profile",
    "Spread",
    "Terminals",
    "Truth",
    "Types",
    "Unobserved",
    "Usage",
]
