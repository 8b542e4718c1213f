"""What a field and a unit are: the words in which every table and every interface file is declared.

A unit (接口单元) is declared once, in YAML; its check, its byte layout and its Parquet schema all follow from the
`Unit` that `contracts.declarations` reads. Nothing here reads a file.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bassboss_lib import months
from bassboss_lib.markup import about, listing

__all__ = ["CodeList", "Cycle", "Direction", "Field", "FieldType", "Mode", "Period", "Personal", "Profile", "Unit"]

FieldType = Literal["text", "int", "decimal", "date", "timestamp", "month", "code"]
Personal = Literal["", "customer", "number", "hidden"]
Profile = Literal["fixed", "delimited"]
Mode = Literal["a", "i", "s", "z"]
Direction = Literal["in", "out"]
Cycle = Literal["month", "day"]
Period = Literal["", "same", "same_or_last", "until", "as_of"]

ROW_NUMBER_BYTES = 8
LINE_END_BYTES = 2
TOTALLED = ("_fen", "_bytes", "_s")


@dataclass(frozen=True)
class CodeList:
    """A value list: its codes, each with a name in both languages.

    Examples
    --------
    >>> brand = CodeList("brand", {"zh": "品牌", "en": "brand"}, {"1": {"zh": "全球通", "en": "GoTone"}})
    >>> brand.text("1", "en")
    'GoTone'
    """

    name: str
    title: dict[str, str]
    codes: dict[str, dict[str, str]]

    def text(self, code: str, language: str) -> str:
        """Give the name of a code in ``zh`` or ``en``; the code itself where it is unknown."""
        return self.codes.get(code, {}).get(language, code)


@dataclass(frozen=True)
class Field:
    """One field of a unit.

    Parameters
    ----------
    name : str
        Column name; a unit of measure ends it (``_fen``, ``_s``, ``_bytes``).
    title : dict
        Titles for readers, ``zh`` and ``en``.
    type : str
        ``text``, ``int``, ``decimal`` (text in files, float64 in the warehouse), ``date``, ``timestamp``,
        ``month``, ``code``.
    width : int
        Bytes after encoding, at most.
    nullable : bool
        Whether it may be empty. The empty string is null.
    min, max : float, optional
        Valid range of numbers.
    places : int
        Digits after the point of a ``decimal``.
    codes : CodeList, optional
        Value list of a ``code``.
    meaning : dict
        One sentence, ``zh`` and ``en``; may be empty.
    personal : {"", "customer", "number", "hidden"}
        Customer identifiers and numbers become pseudonyms at intake; hidden fields go to the vault only.
    stored_as : str
        Column name in the warehouse; empty for hidden fields.
    period : {"", "same", "same_or_last", "until", "as_of"}
        Whether its time must lie in the period of the delivery, or not after its end; ``as_of``: of a month that is
        delivered the same, of a day not after it; ``same_or_last``: in the month of the delivery, or, of what comes
        late, in the one before.
    """

    name: str
    title: dict[str, str]
    type: FieldType
    width: int
    nullable: bool = False
    min: float | None = None
    max: float | None = None
    places: int = 0
    codes: CodeList | None = None
    meaning: dict[str, str] = field(default_factory=dict)
    personal: Personal = ""
    stored_as: str = ""
    period: Period = ""

    @property
    def totalled(self) -> bool:
        """Whether a manifest carries its exact sum: money, volume and duration."""
        return self.type == "int" and self.name.endswith(TOTALLED)


@dataclass(frozen=True)
class Unit:
    """One kind of interface file.

    Parameters
    ----------
    code, name : str
        Five digits, and the identifier used for folders and tables.
    title : dict
        Titles, ``zh`` and ``en``.
    direction : {"in", "out"}
        ``in``: BOSS to BASS; ``out``: BASS to BOSS.
    cycle : {"month", "day"}
        Period of a delivery.
    modes : tuple of str
        Extraction modes allowed; the first is the one we send.
    profile : {"fixed", "delimited"}
        Byte layout of its files.
    encoding : str
        Python's name of it.
    key : tuple of str
        Fields that tell one row from another within a delivery.
    manifest : {"required", "optional"}
        Whether a delivery must bring its manifest.
    allow_empty : bool
        Whether a delivery without records is valid.
    fields : tuple of Field
        In the order of the file, the row number of the fixed profile aside.
    on_demand : bool
        Whether it also comes by day, beside its monthly delivery.
    version : int
        Version of the layout, quoted in manifests.
    parquet : bool
        Whether its data files may also be Parquet.
    """

    code: str
    name: str
    title: dict[str, str]
    direction: Direction
    cycle: Cycle
    modes: tuple[Mode, ...]
    profile: Profile
    encoding: str
    key: tuple[str, ...]
    manifest: Literal["required", "optional"]
    allow_empty: bool
    fields: tuple[Field, ...]
    on_demand: bool = False
    version: int = 1
    parquet: bool = False

    def _repr_html_(self) -> str:
        facts = {"direction": "BOSS → BASS" if self.direction == "in" else "BASS → BOSS",
                 "cycle": ", ".join(self.cycles), "modes": ", ".join(self.modes),
                 "profile": self.profile, "encoding": self.encoding, "key": ", ".join(self.key)}  # fmt: skip
        rows = [(one.name, one.title["zh"], one.title["en"], one.type, one.width) for one in self.fields]
        fields = listing(["field", "zh", "en", "type", "width"], rows)
        return about(f"{self.code} {self.name} · {self.title['zh']} · {self.title['en']}", facts, fields)

    @property
    def cycles(self) -> tuple[Cycle, ...]:
        """The periods a delivery may have: its cycle, and the day where it also comes on demand."""
        return (self.cycle, "day") if self.on_demand else (self.cycle,)

    def takes(self, period: str) -> bool:
        """Tell whether a delivery may be of this period: ``YYYYMM`` for a month, ``YYYYMMDD`` for a day.

        Examples
        --------
        >>> from bassboss_lib.contracts.declarations import unit
        >>> [unit("33001").takes(period) for period in ("202610", "20261031", "20261032")]
        [True, True, False]
        """
        if len(period) == len("YYYYMM"):
            return "month" in self.cycles and months.is_month(period)
        return "day" in self.cycles and _is_day(period)

    @property
    def names(self) -> list[str]:
        """Field names in file order."""
        return [one.name for one in self.fields]

    @property
    def record_bytes(self) -> int:
        """Bytes of one record of the fixed profile, with row number and line end."""
        return ROW_NUMBER_BYTES + sum(one.width for one in self.fields) + LINE_END_BYTES

    @property
    def snapshot(self) -> bool:
        """Whether every delivery is a full picture, so that a missing period loses nothing for good."""
        return "i" in self.modes

    @property
    def feedback(self) -> bool:
        """Whether it answers a list of ours: it comes when there is something to answer, not by a calendar."""
        return self.direction == "in" and self.code.startswith("3")

    def field(self, name: str) -> Field:
        """Give a field by name; raise `KeyError` if the unit has none of this name."""
        return self.fields[self.index(name) - 1]

    def index(self, name: str) -> int:
        """Give the place of a field, from 1, as error codes count it."""
        if name not in self.names:
            raise KeyError(name)
        return self.names.index(name) + 1

    def totalled(self) -> list[str]:
        """Names of the fields whose exact sum a manifest carries."""
        return [one.name for one in self.fields if one.totalled]


def _is_day(text: str) -> bool:
    try:
        return months.is_month(text[:6]) and f"{datetime.strptime(text, '%Y%m%d'):%Y%m%d}" == text
    except ValueError:
        return False
