"""Names of interface files: parsed strictly, and built.

``<mode>_<province>_<period>_<unit>_<RR>_<SSS>.dat`` is a data file, or ``.parquet`` where the unit allows it; the rest
of a delivery shares the stem without ``SSS``. A name is believed only if all of it fits the pattern, so nothing in it
can lead out of a folder.
"""

import re
from dataclasses import dataclass
from typing import Literal

from bassboss_lib.errors import InputRefused, SecurityRefused

__all__ = ["FileName", "Stem", "parse", "require_plain"]

STEM = r"(?P<mode>[aisz])_(?P<province>[0-9]{5})_(?P<period>[0-9]{6}|[0-9]{8})_(?P<unit>[0-9]{5})_(?P<rr>[0-9]{2})"
Kind = Literal["data", "verification", "manifest", "file_receipt", "record_receipt"]
PATTERNS: dict[Kind, re.Pattern] = {
    "data": re.compile(STEM + r"_(?P<sss>[0-9]{3})\.(?P<form>dat|parquet)"),
    "verification": re.compile(STEM + r"\.verf"),
    "manifest": re.compile(STEM + r"\.json"),
    "file_receipt": re.compile("f_" + STEM + r"_(?P<sss>[0-9]{3})\.verf"),
    "record_receipt": re.compile("r_" + STEM + r"\.verf"),
}
HARMLESS = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, order=True)
class Stem:
    """What the files of one delivery share: who sends what for which period, and for which time.

    Examples
    --------
    >>> Stem("i", "10000", "202610", "31001", 0).data(1)
    'i_10000_202610_31001_00_001.dat'
    """

    mode: str
    province: str
    period: str
    unit: str
    rr: int

    def __str__(self) -> str:
        return f"{self.mode}_{self.province}_{self.period}_{self.unit}_{self.rr:02d}"

    def data(self, number: int, form: str = "dat") -> str:
        """Name a data file; files are numbered from 1."""
        return f"{self}_{number:03d}.{form}"

    @property
    def verification(self) -> str:
        """Name of the verification file."""
        return f"{self}.verf"

    @property
    def manifest(self) -> str:
        """Name of the manifest."""
        return f"{self}.json"

    @property
    def small_files(self) -> list[str]:
        """Names of what follows the data files, in order."""
        return [self.manifest, self.verification]

    def file_receipt(self, number: int) -> str:
        """Name the receipt of a data file; 0 if the verification file itself is bad."""
        return f"f_{self}_{number:03d}.verf"

    @property
    def record_receipt(self) -> str:
        """Name of the receipt that lists refused records."""
        return f"r_{self}.verf"

    def delivery(self, direction: str) -> str:
        """Name the delivery in the ledger: direction and stem without the mode."""
        return f"{direction}-{self.unit}-{self.province}-{self.period}-{self.rr:02d}"


@dataclass(frozen=True)
class FileName:
    """A name, understood: its kind, its stem, its file number where it has one, and the form of a data file."""

    kind: Kind
    stem: Stem
    number: int = 0
    form: str = "dat"


def parse(name: str) -> FileName:
    """Understand a file name.

    Raises
    ------
    SecurityRefused
        If it could lead anywhere: a path, a line break, anything but plain letters (I30).
    InputRefused
        If it is harmless but no name of the interface.

    Examples
    --------
    >>> parse("s_10000_202610_04008_01_002.dat").stem.rr
    1
    """
    require_plain(name)
    for kind, pattern in PATTERNS.items():
        found = pattern.fullmatch(name)
        if found:
            part = found.groupdict()
            stem = Stem(part["mode"], part["province"], part["period"], part["unit"], int(part["rr"]))
            return FileName(kind, stem, int(part.get("sss") or 0), part.get("form") or "dat")
    raise InputRefused("not a name of the interface", where=name, remedy="see `bassboss units`")


def require_plain(name: str) -> None:
    """Raise `SecurityRefused` (I30) unless a name is one plain word that stays in its folder."""
    if not HARMLESS.fullmatch(name) or ".." in name:
        raise SecurityRefused(
            "a file name could lead out of the inbox",
            fault="I30",
            where=repr(name[:60]),
            kept="nothing of it was opened",
            remedy="ask the sender who wrote it, and remove it",
        )
