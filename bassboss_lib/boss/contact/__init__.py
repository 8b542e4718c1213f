"""What contact does to customers: our lists, worked as tasks, change the hazards of those whom they reach.

`effects` holds the two places where life asks: what the contacts on record make of each hazard, and what the tasks of a
month do.
"""

from bassboss_lib.boss.contact.effects import Worked, contact_factors, work_orders

__all__ = ["Worked", "contact_factors", "work_orders"]
