"""BOSS's receipts (校验报告): a line per data file, then a line per refused record; and how a hostile BOSS writes them.

Times follow from the time at which the list was built, never from a clock, so the same list gets the same bytes.
"""

from binascii import crc32
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from bassboss_lib.boss.contact_terms import Contact, Manners, Misdeed
from bassboss_lib.boss.draws import Draws, Purpose

__all__ = ["does", "receipts"]

NAME_BYTES, TIME_BYTES, ROW_BYTES = 40, 14, 8
OUTSIDE = 99_999_999
UNKNOWN_RR = "89"


def receipts(
    terms: Contact, manners: Manners, verdict: Mapping[str, Any], draws: Draws, *, again: bool
) -> dict[str, bytes]:
    """Write the receipts of one delivery.

    Parameters
    ----------
    terms, manners : Contact, Manners
        When receipts are written, and how reliably.
    verdict : dict
        As `desk.keep` remembers it.
    draws : Draws
        Of the month in which the delivery was judged.
    again : bool
        Whether this is the month after: then come only late receipts and those sent twice.

    Returns
    -------
    dict
        File name → bytes.
    """
    stem, misdeeds = verdict["stem"], {one: does(manners, one, verdict["stem"], draws) for one in manners.misdeeds}
    at = datetime.strptime(verdict["created"] or f"{verdict['month']}28000000", "%Y%m%d%H%M%S")
    first, second = (at + timedelta(seconds=late) for late in (terms.desk.file_receipt_s, terms.desk.record_receipt_s))
    codes = {int(number): code for number, code in verdict["codes"].items()}
    if misdeeds.get("contradicts") and verdict["accepted"]:
        codes[1] = "05"
    files = {
        f"f_{stem}_{number:03d}.verf": _file_line(_about(stem, number), first, code) for number, code in codes.items()
    }
    record = {f"r_{stem}.verf": _record_lines(stem, verdict, misdeeds)} if verdict["accepted"] else {}
    if misdeeds.get("unknown_delivery"):
        stranger = f"{stem[:-2]}{UNKNOWN_RR}"
        files[f"f_{stranger}_001.verf"] = _file_line(f"{stranger}_001.dat", second, "05")
    if again:
        late = record if misdeeds.get("receipt_late") else {}
        return late | (files if misdeeds.get("receipt_twice") else {})
    return files | ({} if misdeeds.get("receipt_late") else record)


def does(manners: Manners, misdeed: Misdeed, about: str, draws: Draws) -> bool:
    """Tell whether BOSS does something wrong to a file; the same file fares alike every time."""
    key = np.array([crc32(f"{misdeed} {about}".encode())])
    return bool(draws.of(Purpose.CONTACT).uniform(key, 90)[0] < manners.misdeeds.get(misdeed, 0.0))


def _about(stem: str, number: int) -> str:
    return f"{stem}_{number:03d}.dat" if number else f"{stem}.verf"


def _file_line(file: str, at: datetime, code: str) -> bytes:
    return f"{file.ljust(NAME_BYTES)}{at:%Y%m%d%H%M%S}{code}\r\n".encode("ascii")


def _record_lines(stem: str, verdict: Mapping[str, Any], misdeeds: Mapping[Misdeed, bool]) -> bytes:
    refused = [tuple(one) for one in verdict["refused"]]
    if misdeeds.get("rows_outside"):
        refused.append((f"{stem}_001.dat", OUTSIDE, f"{verdict['unit']}017"))
    lines = "".join(f"{file.ljust(NAME_BYTES)}{str(row).ljust(ROW_BYTES)}{code}\r\n" for file, row, code in refused)
    return b"\xff\x00 not a receipt" if misdeeds.get("unreadable_receipt") else lines.encode("ascii")
