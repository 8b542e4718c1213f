"""A unit as plain values and back: how a declaration crosses from one process to another, as JSON."""

from dataclasses import asdict

from bassboss_lib.contracts.fields import CodeList, Field, Unit

__all__ = ["as_plain", "from_plain"]


def as_plain(unit: Unit) -> dict:
    """Give a unit as values that JSON can carry.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> from_plain(as_plain(unit("cdr"))) == unit("cdr")
    True
    """
    return asdict(unit)


def from_plain(said: dict) -> Unit:
    """Give the unit that `as_plain` has told."""
    fields = tuple(
        Field(**{**one, "codes": CodeList(**one["codes"]) if one["codes"] else None}) for one in said["fields"]
    )
    return Unit(**{**said, "modes": tuple(said["modes"]), "key": tuple(said["key"]), "fields": fields})
