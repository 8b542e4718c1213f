"""From a CDR to the plan's class of use, and from the class to the fee item of the bill.

A CDR belongs to the class that says most about it: closed groups and directed traffic before everything, then the class
with the most attributes, then the one listed first. A class says nothing about what it leaves out.
"""

from collections.abc import Mapping
from itertools import product

import numpy as np

from bassboss_lib.rating.catalogue import Header, PlanClass

__all__ = ["FEE_ITEMS", "KINDS", "ZONES", "class_codes", "class_of", "class_table", "items", "unit_of"]

KINDS = ("voice", "sms", "data")
ZONES = ("local", "national", "international", "roaming")
FEE_ITEMS = ("0101", "0201", "0301", "0401", "0601", "0633", "0901")
"""Fee items: monthly fee, roaming, toll, local calls, messages, data, other."""
_ZONE_NAMES = ("local", "national", "intl", "roam")
UNRATED = -1


def class_of(
    classes: Mapping[str, PlanClass],
    kind: str,
    direction: str,
    zone: str,
    *,
    on_net: bool = False,
    closed: bool = False,
    directed: bool = False,
) -> str | None:
    """Name the class of a CDR, by the words of unit 04008; ``None`` if no class fits.

    Examples
    --------
    >>> classes = {"in": PlanClass(service="voice", dir="mt"), "out": PlanClass(service="voice", dir="mo")}
    >>> class_of(classes, "voice", "mt", "local"), class_of(classes, "sms", "mo", "local")
    ('in', None)
    """
    at = _ZONE_NAMES[ZONES.index(zone)]
    known = {
        "service": {kind},
        "direction": {direction},
        "zone": {at, "domestic"} if kind == "data" and at != "roam" else {at},
        "net": {"on" if on_net else "off"},
        "group": {"closed"} if closed else set(),
        "app": {"directed"} if directed else set(),
    }
    best: tuple[int, int] = (0, 0)
    chosen = None
    for name, one in classes.items():
        given = {key: getattr(one, key) for key in known if getattr(one, key) is not None}
        if all(value in known[key] for key, value in given.items()):
            said = (("group" in given) + ("app" in given), len(given))
            if said > best:
                best, chosen = said, name
    return chosen


def class_table(classes: Mapping[str, PlanClass]) -> np.ndarray:
    """Give the place of the class for every combination of attributes; `class_codes` gives the combination."""
    names = list(classes)
    two = (False, True)
    table = [
        UNRATED if (found := class_of(classes, *words, on_net=on, closed=closed, directed=directed)) is None
        else names.index(found)
        for *words, on, closed, directed in product(KINDS, ("mt", "mo"), ZONES, two, two, two)
    ]  # fmt: skip
    return np.array(table, dtype=np.int16)


def class_codes(
    kind: np.ndarray,
    outgoing: np.ndarray,
    zone: np.ndarray,
    *,
    on_net: np.ndarray,
    closed: np.ndarray | None = None,
    directed: np.ndarray | None = None,
) -> np.ndarray:
    """Give each event's place in `class_table`, from places in `KINDS` and `ZONES` and flags."""
    code = kind.astype(np.int16)
    for part, size in ((outgoing, 2), (zone, 4), (on_net, 2), (closed, 2), (directed, 2)):
        code *= size
        if part is not None:
            code += part.astype(np.int16)
    return code


def items(header: Header) -> np.ndarray:
    """Give the place in `FEE_ITEMS` of every class, in the catalogue's order."""
    return np.array([FEE_ITEMS.index(_item(one)) for one in header.classes.values()], dtype=np.int8)


def _item(one: PlanClass) -> str:
    if one.service != "voice":
        return "0601" if one.service == "sms" else "0633"
    toll = one.zone in ("national", "intl")
    return "0201" if one.zone == "roam" else "0301" if toll else "0401"


def unit_of(header: Header, name: str) -> str:
    """Name the unit in which a class is counted: ``s``, ``B`` or ``msg``."""
    return {"voice": "s", "data": "B", "sms": "msg"}[header.classes[name].service]
