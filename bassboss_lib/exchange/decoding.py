"""Decoding of file bytes by the declared encoding. It is declared, never guessed."""

from bassboss_lib.exchange.codes import FileRefused

__all__ = ["to_utf8"]


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
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = first + data.count(b"\n", 0, error.start)
        raise FileRefused("03", f"not {encoding}", fault="I15", where=f"{where}, line {line}") from error
    return data if encoding == "utf-8" else text.encode("utf-8")
