"""What is done to the files of a valid delivery: bytes flipped, cut, doubled, swapped; counts and totals edited."""

import re
from collections.abc import Callable

import numpy as np

__all__ = ["mutated"]

Chance = np.random.Generator
Files = dict[str, bytes]


def mutated(files: Files, chance: Chance) -> Files:
    """Give the files with one to three mutations; a few of them cancel out or touch what nothing depends on."""
    changed = dict(files)
    for _ in range(int(chance.integers(1, 4)) if chance.random() < 0.2 else 1):
        name = list(changed)[chance.integers(len(changed))]
        mutation = MUTATIONS[chance.integers(len(MUTATIONS))]
        changed[name] = mutation(changed[name], chance)
    return changed


def _span(data: bytes, chance: Chance) -> tuple[int, int]:
    first, last = sorted(int(place) for place in chance.integers(0, len(data) + 1, 2))
    return first, min(last, first + int(chance.integers(1, 40)))


def _flip(data: bytes, chance: Chance) -> bytes:
    if not data:
        return data
    place = int(chance.integers(len(data)))
    return data[:place] + bytes([data[place] ^ (1 << int(chance.integers(8)))]) + data[place + 1 :]


def _strange(data: bytes, chance: Chance) -> bytes:
    first, last = _span(data, chance)
    odd = [b"\n", b"\r\n", b"$", b"\x00", b'"', b" ", b"\xff", b"\xef\xbb\xbf", "𠮷".encode("gb18030"), b"9" * 30, b""]
    return data[:first] + odd[chance.integers(len(odd))] + data[last:]


def _cut_end(data: bytes, chance: Chance) -> bytes:
    return data[: len(data) - int(chance.integers(0, min(len(data), 60) + 1))]


def _cut_out(data: bytes, chance: Chance) -> bytes:
    first, last = _span(data, chance)
    return data[:first] + data[last:]


def _double(data: bytes, chance: Chance) -> bytes:
    first, last = _span(data, chance)
    return data[:last] + data[first:]


def _swap(data: bytes, chance: Chance) -> bytes:
    first, last = _span(data, chance)
    middle = (first + last) // 2
    return data[:first] + data[middle:last] + data[first:middle] + data[last:]


def _lines(data: bytes, chance: Chance) -> bytes:
    """Drop, double or exchange whole lines."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    here, there = (int(place) for place in chance.integers(0, len(lines), 2))
    kind = chance.integers(3)
    if kind == 0:
        lines.pop(here)
    elif kind == 1:
        lines.insert(there, lines[here])
    else:
        lines[here], lines[there] = lines[there], lines[here]
    return b"".join(lines)


def _number(data: bytes, chance: Chance) -> bytes:
    """Change a number by one, or by much, and keep its length where that is possible: totals, counts, amounts."""
    found = list(re.finditer(rb"[0-9]{1,18}", data))
    if not found:
        return data
    one = found[chance.integers(len(found))]
    value = int(one[0]) + [1, -1, 100, -1000][chance.integers(4)]
    text = str(abs(value)).encode().rjust(len(one[0]), b"0")
    return data[: one.start()] + text + data[one.end() :]


def _digit(data: bytes, chance: Chance) -> bytes:
    places = [place for place, byte in enumerate(data) if chr(byte).isdigit()]
    if not places:
        return data
    place = places[chance.integers(len(places))]
    return data[:place] + str(chance.integers(10)).encode() + data[place + 1 :]


MUTATIONS: list[Callable[[bytes, Chance], bytes]] = [
    *(_flip, _strange, _cut_end, _cut_out, _double, _swap, _lines, _number, _digit)
]
