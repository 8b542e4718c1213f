"""Decoding of file bytes by the declared encoding. It is declared, never guessed.

Decoding is slow beside everything else that is done to a column, and most lines of usage hold nothing but ASCII: so
only the lines that hold more are taken out, decoded together and put back.
"""

import numpy as np
import pyarrow as pa

from bassboss_lib.exchange.codes import FileRefused

__all__ = ["to_utf8"]

LINE_FEED, FIRST_FOREIGN = 0x0A, 0x80


def to_utf8(data: bytes, encoding: str, first: int, where: str) -> bytes:
    """Turn lines into UTF-8.

    Parameters
    ----------
    data : bytes
        Lines, each ended by LF.
    encoding : str
        What they are declared to be in.
    first : int
        Row number of the first line.
    where : str
        Name of the file, for messages.

    Raises
    ------
    FileRefused
        With code 03 and the first bad line if the bytes are of another encoding (I15).

    Examples
    --------
    >>> to_utf8("张\\n".encode("gb18030"), "gb18030", 1, "a.dat").decode()
    '张\\n'
    """
    if data.isascii():
        return data
    if encoding == "utf-8":
        if not _is_utf8(data):
            _decoded(data, encoding, np.arange(first, first + 1), where)
        return data
    characters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(characters == LINE_FEED) + 1
    sizes = np.diff(ends, prepend=0)
    foreign = np.bitwise_or.reduceat(characters, ends - sizes) >= FIRST_FOREIGN
    numbers = first + np.flatnonzero(foreign)
    if 2 * len(numbers) > len(ends):
        return _decoded(data, encoding, np.arange(first, first + len(ends)), where).encode("utf-8")
    picked = np.repeat(foreign, sizes)
    recoded = np.frombuffer(_decoded(characters[picked].tobytes(), encoding, numbers, where).encode("utf-8"), np.uint8)
    sizes[foreign] = np.diff(np.flatnonzero(recoded == LINE_FEED), prepend=-1)
    result, places = np.empty(sizes.sum(), np.uint8), np.repeat(foreign, sizes)
    result[places], result[~places] = recoded, characters[~picked]
    return result.tobytes()


def _is_utf8(data: bytes) -> bool:
    """Tell at once, and without the interpreter's lock; where a bad byte stands is found by decoding."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int32))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decoded(data: bytes, encoding: str, numbers: np.ndarray, where: str) -> str:
    """Decode lines with these numbers, or with all from the first on if it is the only one given."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        passed = data.count(b"\n", 0, error.start)
        line = numbers[passed] if len(numbers) > 1 else numbers[0] + passed
        raise FileRefused("03", f"not {encoding}", fault="I15", where=f"{where}, line {line}") from error
