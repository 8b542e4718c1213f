"""How a task is handed to the limited child: plain values as JSON and open descriptors, over a pair of sockets."""

import json
import socket
import struct
from collections.abc import Sequence

__all__ = ["hand", "received", "told"]

HEAD = struct.Struct("!QQ")
HANDLES_AT_ONCE = 200
CHUNK_BYTES = 1 << 16


def hand(link: socket.socket, task: dict, handles: Sequence[int]) -> None:
    """Send a task with its descriptors, a few of them at a time, as systems limit that."""
    said = json.dumps(task).encode()
    link.sendall(HEAD.pack(len(said), len(handles)))
    for first in range(0, len(handles), HANDLES_AT_ONCE):
        socket.send_fds(link, [b"."], list(handles[first : first + HANDLES_AT_ONCE]))
    link.sendall(said)


def received(link: socket.socket) -> tuple[dict, list[int]]:
    """Receive a task with its descriptors.

    Raises
    ------
    EOFError
        If the sender is gone before it has said all.
    """
    size, count = HEAD.unpack(_exactly(link, HEAD.size))
    handles: list[int] = []
    while len(handles) < count:
        _, some, _, _ = socket.recv_fds(link, 1, HANDLES_AT_ONCE)
        if not some:
            raise EOFError
        handles += some
    return json.loads(_exactly(link, size)), handles


def told(link: socket.socket) -> dict:
    """Receive the answer, which ends with the link; nothing, if the child died over it."""
    chunks = iter(lambda: link.recv(CHUNK_BYTES), b"")
    try:
        return json.loads(b"".join(chunks) or b"{}")
    except ValueError:
        return {}


def _exactly(link: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        chunk = link.recv(min(CHUNK_BYTES, size - len(data)))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)
