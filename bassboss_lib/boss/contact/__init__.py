"""What contact does to customers, and how BOSS acts on our files: lists become tasks, tasks change lives, BOSS answers.

`effects` holds the places where life asks: what the contacts on record make of each hazard and of complaints, and what
the tasks of a month do. Terms are in ``contact.yaml``. Read on in this order: ``types`` (attitudes), ``strengths``,
``calling`` (one task), ``effects``; ``reading`` (our lists, read by BOSS), ``receipts``, ``desk`` (the month's tasks),
``words`` and ``willing`` (what customers say), ``feedback``, ``respond`` (the door); ``scenarios``, ``calibration``,
``true_effects``, ``potential``, ``matching`` and ``twins`` (what only a stand-in
knows).
"""

from bassboss_lib.boss.contact.effects import Worked, complaint_factors, contact_factors, work_orders
from bassboss_lib.boss.contact.types import attitudes

__all__ = ["Worked", "attitudes", "complaint_factors", "contact_factors", "work_orders"]
