"""The warehouse as it was at the end of a month: the only door through which features read.

It hands out the month's partitions and earlier ones, and refuses later ones, so that looking ahead is an error and
not an oversight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from bassboss_lib import months
from bassboss_lib.engine import read_table
from bassboss_lib.errors import GateRefused, InputRefused
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["View"]


@dataclass(frozen=True)
class View:
    """What is known at the end of ``month``; with ``known`` (`versions.known_to`), as an old run could read it."""

    workspace: Workspace
    month: str
    known: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def read(self, table: str, back: int = 0, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the partition that lies ``back`` months before this month; empty rows where none was delivered.

        Raises
        ------
        GateRefused
            If the partition lies after this month (R18).
        InputRefused
            If the month itself was not delivered.
        """
        if back < 0:
            raise GateRefused(
                f"{table} of {months.add(self.month, -back)} was asked for as of {self.month}",
                fault="R18",
                remedy="use only what is known at the end of the month",
            )
        known = self.known.get(table)
        found = paths(self.workspace, table, [months.add(self.month, -back)], known)
        if not found and back == 0:
            raise InputRefused(
                f"{table} of {self.month} is not in the warehouse",
                where=self.month,
                remedy="run `bassboss ingest`",
            )
        earlier = found or paths(self.workspace, table, [self.month], known)
        frame = read_table(earlier, columns).to_pandas()
        return frame if found else frame.iloc[:0]

    def lacking(self, table: str, count: int) -> list[str]:
        """Name those of this month and the ``count - 1`` before it that were not delivered, oldest first."""
        known = self.known.get(table)
        those = [months.add(self.month, -back) for back in reversed(range(count))]
        return [month for month in those if not paths(self.workspace, table, [month], known)]

    def customers(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the customers of this month, ordered by pseudonym: one row per customer."""
        return self.read("customer", columns=columns).sort_values("pseudonym", ignore_index=True)

    def pseudonyms(self) -> pd.Index:
        """Read whose features there are: the customers of this month, in order."""
        return pd.Index(self.customers(["pseudonym"])["pseudonym"], name="pseudonym")

    def recent(self, table: str, count: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read this month and the ``count - 1`` before it, with a column ``back`` (0 = this month)."""
        parts = [self.read(table, back, columns).assign(back=back) for back in range(count)]
        return pd.concat(parts, ignore_index=True)
