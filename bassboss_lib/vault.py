"""The vault: the key, and who is behind a pseudonym.

Identifiers in clear exist only here, in the interface files and while those are read or written. Every other room sees
a keyed pseudonym (HMAC-SHA-256, the first 128 bits), the same for the same value, so that tables join and a partner of
a call can be found among the customers. The folder is 0700 and its files 0600; wider rights are refused, not mended,
because nobody knows who has read them.
"""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.engine import keyed_sha256, read_table, write_table
from bassboss_lib.errors import CallError, DiskFailed, InputRefused, SecurityRefused
from bassboss_lib.workspace import Workspace

__all__ = ["IDENTITIES", "Vault", "create_key", "salt"]

KEY_BYTES = 32
PSEUDONYM_BYTES = 16
MANY = 20_000

IDENTITIES = pa.schema([(name, pa.string()) for name in ("pseudonym", "customer_id", "msisdn", "name", "employer")])
"""What the vault keeps: one row per customer of a month."""


def create_key(workspace: Workspace, seed: bytes | None = None) -> Path:
    """Create the vault's key.

    Parameters
    ----------
    workspace : Workspace
        Where the vault lies.
    seed : bytes, optional
        Makes the key reproducible, for demos and tests only; else it is random.

    Returns
    -------
    Path
        The key file. A key that is there already stays.

    Raises
    ------
    CallError
        If a seed is given and the key there is another one.
    DiskFailed
        If it cannot be written.
    """
    path = workspace.vault / "key"
    key = hashlib.sha256(seed).digest() if seed is not None else secrets.token_bytes(KEY_BYTES)
    return _create(path, key, must_agree=seed is not None)


def salt(workspace: Workspace, name: str) -> bytes:
    """Give a salt of the vault, 32 bytes; it is made of the key once, and stays whatever becomes of the key.

    Raises
    ------
    SecurityRefused
        If others can read it (S15).
    """
    path = workspace.vault / name
    if not path.exists():
        key = create_key(workspace)
        _private(key)
        _create(path, hmac.new(key.read_bytes(), name.encode(), hashlib.sha256).digest(), must_agree=False)
    _private(path)
    return path.read_bytes()


def _create(path: Path, key: bytes, *, must_agree: bool) -> Path:
    """Write a new secret, 0600; one that is there already stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        if must_agree and path.read_bytes() != key:
            raise CallError("the vault has another key", where="vault/key", remedy="use another workspace") from error
        return path
    except OSError as error:
        where = f"vault/{path.name}"
        raise DiskFailed(f"{path.name} not written: {error.strerror}", where=where, remedy="free the disk") from error
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return path


class Vault:
    """An open vault; its key is created where it is missing.

    Parameters
    ----------
    workspace : Workspace
        Where it lies.

    Raises
    ------
    SecurityRefused
        If its folder or key can be read by others (S15), or the key is not 32 bytes.

    Examples
    --------
    >>> import tempfile
    >>> from bassboss_lib.workspace import open_workspace
    >>> workspace = open_workspace(tempfile.mkdtemp())
    >>> _ = create_key(workspace, b"doctest")
    >>> Vault(workspace).pseudonyms(["0012345", None]).to_pylist()
    ['b8676c0996d6f8614003cf3ef0318d30', None]
    """

    def __init__(self, workspace: Workspace) -> None:
        path = create_key(workspace)
        for private in (workspace.vault, path):
            _private(private)
        self._folder, self._key = workspace.vault, path.read_bytes()
        self._versions = workspace.as_of.known.get("customer", {}) if workspace.as_of else {}
        if len(self._key) != KEY_BYTES:
            raise SecurityRefused("the key is not 32 bytes", where="vault/key", remedy="restore it from your backup")

    def pseudonyms(self, values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Array:
        """Give the pseudonym of every value, 32 hexadecimal digits; null stays null."""
        return self.coded(values).cast(pa.string())

    def coded(self, values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.DictionaryArray:
        """Give the same as places in a dictionary, in which every pseudonym is held once."""
        array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, pa.string())
        whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        coded = whole.dictionary_encode()
        return pa.DictionaryArray.from_arrays(coded.indices, self._keyed(coded.dictionary))

    def _keyed(self, values: pa.Array) -> pa.Array:
        """Hash a few values here, and many where the interpreter's lock is not held."""
        if len(values) >= MANY:
            return pc.utf8_slice_codeunits(keyed_sha256(self._key, values), 0, 2 * PSEUDONYM_BYTES)
        begun = hmac.new(self._key, digestmod="sha256")  # the key is taken in once, not once for every value
        keyed = [_finished(begun, value) for value in values.cast(pa.binary()).to_pylist()]
        return pa.array(keyed, pa.string())

    def signature(self, purpose: str, content: bytes) -> str:
        """Give the HMAC-SHA-256 of some bytes, 64 hexadecimal digits: only who holds the key can make it."""
        key = hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()
        return hmac.new(key, content, hashlib.sha256).hexdigest()

    def remember(self, month: str, rr: int, identities: pa.Table) -> Path:
        """Keep who is behind the pseudonyms of a month, ordered by pseudonym; the file is 0600."""
        path = self._folder / "identity" / f"month={month}" / f"part-{rr:02d}.parquet"
        write_table(identities.select(IDENTITIES.names).cast(IDENTITIES), path, ["pseudonym"])
        path.chmod(0o600)
        return path

    def identities(self, month: str) -> pa.Table:
        """Read identities as of a month: one row per customer of the newest month kept that is not later.

        Raises
        ------
        InputRefused
            If no month up to this one was kept.
        SecurityRefused
            If the file can be read by others (S15).
        """
        kept = [path for path in self._folder.glob("identity/month=*/part-*.parquet") if _month(path) <= month]
        kept = [path for path in kept if _rr(path) <= self._versions.get(_month(path), _rr(path))]
        if not kept:
            raise InputRefused(
                "no identities are known", where=month, remedy="run `bassboss ingest` on a customer delivery"
            )
        newest = max(kept, key=lambda path: (_month(path), path.name))
        _private(newest)
        return read_table([newest])


def _finished(begun: hmac.HMAC, value: bytes) -> str:
    one = begun.copy()
    one.update(value)
    return one.digest()[:PSEUDONYM_BYTES].hex()


def _month(path: Path) -> str:
    return path.parent.name.removeprefix("month=")


def _rr(path: Path) -> int:
    return int(path.stem.removeprefix("part-"))


def _private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SecurityRefused(
            f"others may read it (mode {mode:04o})",
            fault="S15",
            where=f"vault: {path.name}",
            remedy="check who did, then `chmod go-rwx` it",
        )
