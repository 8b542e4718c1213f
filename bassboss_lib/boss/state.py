"""The customers of the world at the end of one month: the only thing that is carried from month to month.

A state is a dictionary of equally long columns (numpy arrays), one row per customer, ordered by ``serial``, and the
table of each customer's partners. Months and days are counted as integers here (month index = year x 12 + month - 1,
days since 1970) and become text and dates when records are rendered. States are never altered: each step gives a new
one.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import engine, months
from bassboss_lib.boss.draws import Draws
from bassboss_lib.errors import CallError

__all__ = [
    "ACTIVE",
    "CLOSED",
    "Origin",
    "People",
    "State",
    "day_number",
    "load",
    "month_index",
    "month_text",
    "save",
]

People = dict[str, np.ndarray]


ACTIVE = (1010, 1031, 1032, 1033, 1039)
"""Statuses in which a customer counts as being in network."""
CLOSED = (2010, 2020, 2030)
"""Statuses of customers who left for good."""


@dataclass(frozen=True)
class Origin:
    """What a world opened with: how many customers, and the seed of all its draws."""

    customers: int
    seed: int


@dataclass(frozen=True)
class State:
    """Customers at the end of ``month``; ``circle`` holds partners' serials, one row per customer."""

    month: str
    people: People
    circle: np.ndarray
    header: dict[str, str]

    @property
    def index(self) -> int:
        """The month as an integer."""
        return month_index(self.month)

    @property
    def active(self) -> np.ndarray:
        """Who is in network, as booleans."""
        return np.isin(self.people["status"], ACTIVE)

    @property
    def origin(self) -> Origin:
        """What the world opened with."""
        return Origin(int(self.header["customers"]), int(self.header["seed"]))

    def draws(self, purpose: int) -> Draws:
        """Open the random numbers of a purpose in this month."""
        return Draws(self.origin.seed, self.index, purpose)

    def rows(self, chosen: slice) -> "State":
        """Give some customers alone."""
        people = {name: column[chosen] for name, column in self.people.items()}
        return replace(self, people=people, circle=self.circle[chosen])

    def __len__(self) -> int:
        return len(self.people["serial"])


def month_index(month: str) -> int:
    """Count months since year 0.

    Examples
    --------
    >>> month_text(month_index("202512") + 1)
    '202601'
    """
    return int(month[:4]) * 12 + int(month[4:]) - 1


def month_text(index: int) -> str:
    """Write a month index as ``YYYYMM``."""
    return f"{index // 12:04d}{index % 12 + 1:02d}"


def day_number(month: str) -> int:
    """Give the first day of a month in days since 1970."""
    return int(np.datetime64(months.first_day(month), "D").astype(int))


def save(state: State, path: Path) -> Path:
    """Write a state as Parquet, its header in the metadata."""
    circle = {f"circle_{slot}": column for slot, column in enumerate(state.circle.T)}
    table = pa.table(state.people | circle)
    header = {"month": state.month} | state.header
    return engine.write_table(table.replace_schema_metadata(header), path, ["serial"])


def load(path: Path) -> State:
    """Read a state.

    Raises
    ------
    CallError
        If the month has not been lived yet, or by a version that knew fewer columns.
    """
    if not path.exists():
        raise CallError("this month is not delivered yet", where=path.parent.name, remedy="bassboss boss deliver")
    table = pq.read_table(path, partitioning=None)
    columns = {name: table[name].to_numpy() for name in table.column_names}
    circle = np.column_stack([columns.pop(name) for name in table.column_names if name.startswith("circle_")])
    if "late_cdrs" not in columns:
        raise CallError(
            "this world was made by an earlier version, whose call records all came in time",
            where=path.parent.name,
            kept="nothing changed",
            remedy="use another workspace, or remove the boss folder of this one",
        )
    header = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    return State(header.pop("month"), columns, circle, header)
