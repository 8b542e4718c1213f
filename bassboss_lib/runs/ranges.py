"""What the comment of a parameter declares: ``meaning | unit | range``.

The range is an interval of numbers (``[1, 500]``, ``(0, 1]``, ``[0, inf)``) or a set of words (``{zh, en}``). The
default is always allowed, so that an empty text may stand for "as the settings say".
"""

import re
from dataclasses import dataclass

__all__ = ["Range", "read_comment"]

_NUMBER = r"-?(?:\d+(?:\.\d+)?|inf)"
_INTERVAL = re.compile(rf"(?P<open>[\[(])\s*(?P<low>{_NUMBER})\s*,\s*(?P<high>{_NUMBER})\s*(?P<close>[\])])")
_WORDS = re.compile(r"\{(?P<words>[^{}]+)\}")


@dataclass(frozen=True)
class Range:
    """What values a parameter may have, as it was written; ``words`` for texts, else an interval.

    Examples
    --------
    >>> share = read_comment("share / 比例 | 1 | (0, 1]")[2]
    >>> share.holds(0), share.holds(1)
    (False, True)
    """

    text: str
    low: float = float("-inf")
    high: float = float("inf")
    words: tuple[str, ...] = ()

    def holds(self, value: object) -> bool:
        """Tell whether a value lies in it; of a list, every item."""
        if isinstance(value, list):
            return all(self.holds(item) for item in value)
        if self.words:
            return value in self.words
        if not isinstance(value, int | float):
            return False
        above = value > self.low if self.text.startswith("(") else value >= self.low
        return above and (value < self.high if self.text.endswith(")") else value <= self.high)


def read_comment(comment: str) -> tuple[str, str, Range | None]:
    """Give meaning, unit and range of a comment; what it does not say is empty.

    Raises
    ------
    ValueError
        If a part looks like a range and is none.

    Examples
    --------
    >>> read_comment("名单容量 / customers listed at most | customers | [1, 100000]")[:2]
    ('名单容量 / customers listed at most', 'customers')
    """
    meaning, *parts = [part.strip() for part in comment.split("|")]
    ranges = [part for part in parts if part[:1] in tuple("[({")]
    units = [part for part in parts if part and part not in ranges]
    if len(ranges) > 1 or len(units) > 1:
        raise ValueError(comment)
    return meaning, units[0] if units else "", _range(ranges[0]) if ranges else None


def _range(text: str) -> Range:
    words, interval = _WORDS.fullmatch(text), _INTERVAL.fullmatch(text)
    if words:
        return Range(text, words=tuple(word.strip() for word in words["words"].split(",")))
    if interval is None:
        raise ValueError(text)
    low, high = float(interval["low"]), float(interval["high"])
    if low > high:
        raise ValueError(text)
    return Range(text, low, high)
