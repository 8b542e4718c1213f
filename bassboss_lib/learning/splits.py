"""Which rows train, which calibrate, which test.

With time, the order of design rules: labels look three months ahead, so neighbouring months share what
happened and a random split would flatter the model. A table that declares its test rows is taken at its
word. Only a table without time is split at random, in repeated folds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bassboss_lib import months as calendar
from bassboss_lib.errors import CallError, GateRefused

__all__ = ["Part", "Split", "TimeSplit", "declared_split", "repeated_folds", "time_split"]

LOOKAHEAD_MONTHS = 3


@dataclass(frozen=True)
class Part:
    """Row numbers of one train/test pair; `calibrate` is None where folds inside `train` take its place."""

    train: np.ndarray
    test: np.ndarray
    calibrate: np.ndarray | None = None


@dataclass(frozen=True)
class Split:
    """How rows are parted: one part by time or by declaration, many by repeated folds.

    `note_zh` and `note_en` are for the report's page.
    """

    kind: Literal["time", "declared", "folds"]
    parts: tuple[Part, ...]
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class TimeSplit:
    """Months that train, calibrate and test; `full` if they keep the three months of distance."""

    train: tuple[str, ...]
    calibrate: str
    test: str
    full: bool

    @property
    def note_zh(self) -> str:
        """What the page says about the split."""
        distance = "各段相隔三个月" if self.full else "历史不足，各段相隔少于三个月，标签期有重叠"
        months = f"训练 {self.train[0]}–{self.train[-1]}，校准 {self.calibrate}，检验 {self.test}"
        return f"按时间切分：{months}；{distance}。"

    @property
    def note_en(self) -> str:
        """What the page says about the split."""
        distance = (
            "three months lie between them"
            if self.full
            else "with this little history less than three months lie between them, and label windows overlap"
        )
        return (
            f"Split by time: trained on {self.train[0]}–{self.train[-1]}, calibrated on {self.calibrate}, "
            f"tested on {self.test}; {distance}."
        )

    def on(self, months: Iterable[str]) -> Split:
        """Apply it to rows, given each row's month."""
        of_row = np.asarray(list(months), dtype=object)
        rows = {month: np.flatnonzero(of_row == month) for month in {*self.train, self.calibrate, self.test}}
        train = np.sort(np.concatenate([rows[month] for month in self.train]))
        part = Part(train, rows[self.test], rows[self.calibrate])
        return Split("time", (part,), self.note_zh, self.note_en)


def time_split(months_with_labels: Iterable[str]) -> TimeSplit:
    """Choose months: test the newest t, calibrate on v <= t-3, train on <= v-3; closer if history is short.

    Raises
    ------
    GateRefused
        If fewer than three months have labels.

    Examples
    --------
    >>> split = time_split(["202601", "202602", "202603", "202604", "202605", "202606", "202607", "202608"])
    >>> split.train, split.calibrate, split.test, split.full
    (('202601', '202602'), '202605', '202608', True)
    >>> split = time_split(["202601", "202602", "202603"])
    >>> split.train, split.calibrate, split.test, split.full
    (('202601',), '202602', '202603', False)
    """
    known = sorted({calendar.require(month) for month in months_with_labels})
    if len(known) < 3:
        raise GateRefused(
            f"months with labels {len(known)} < 3",
            where="time split",
            kept="the champion keeps scoring",
            remedy="wait for another month, or bring older ones",
        )
    test = known[-1]
    # Distances from wide to narrow: of test and calibration first, since the page's figures hang on them.
    for ahead in range(LOOKAHEAD_MONTHS, 0, -1):
        for behind in range(LOOKAHEAD_MONTHS, 0, -1):
            chosen = _at_distance(known, test, behind, ahead)
            if chosen:
                return chosen
    return TimeSplit(tuple(known[:-2]), known[-2], test, full=False)


def _at_distance(known: list[str], test: str, behind: int, ahead: int) -> TimeSplit | None:
    calibrate = [month for month in known if month <= calendar.add(test, -ahead)]
    train = [month for month in known if calibrate and month <= calendar.add(calibrate[-1], -behind)]
    if not train:
        return None
    return TimeSplit(tuple(train), calibrate[-1], test, full=behind == ahead == LOOKAHEAD_MONTHS)


def declared_split(values: Iterable[str], train: str, test: str) -> Split:
    """Split by what a column of the table says.

    Raises
    ------
    CallError
        If no row says ``train``, or none says ``test``.
    """
    of_row = np.asarray(list(values), dtype=object)
    part = Part(np.flatnonzero(of_row == train), np.flatnonzero(of_row == test))
    for name, rows in ((train, part.train), (test, part.test)):
        if len(rows) == 0:
            raise CallError(f"no row says {name!r}", where="split", remedy="mend train and test of the split")
    return Split(
        "declared",
        (part,),
        f"按表中声明切分：训练 {len(part.train):,} 行，检验 {len(part.test):,} 行。",
        f"Split as the table declares: {len(part.train):,} rows train, {len(part.test):,} rows test.",
    )


def repeated_folds(
    y: np.ndarray, times: int = 5, folds: int = 5, seed: int = 0, groups: np.ndarray | None = None
) -> Split:
    """Split at random, stratified by label, ``times`` times into ``folds``; rows of a group stay together.

    Examples
    --------
    >>> split = repeated_folds(np.array([0, 1] * 10), times=2, folds=5)
    >>> len(split.parts), len(split.parts[0].train), len(split.parts[0].test)
    (10, 16, 4)
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    maker = StratifiedKFold if groups is None else StratifiedGroupKFold
    parts = tuple(
        Part(train, test)
        for time in range(times)
        for train, test in maker(folds, shuffle=True, random_state=seed + time).split(y, y, groups)
    )
    return Split(
        "folds",
        parts,
        f"表中没有时间：随机分层 {folds} 折，重复 {times} 次，种子 {seed}；数字为 {len(parts)} 折的均值。",
        f"The table has no time: {times} × {folds} random stratified folds, seed {seed}; "
        f"figures are means over the {len(parts)} folds.",
    )
