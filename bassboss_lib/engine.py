"""The only file that imports duckdb: open an engine, scan Parquet, settle types, write in a fixed order.

Rooms that read event-sized tables write narwhals expressions over what `Engine.scan` gives, so that another engine can
take DuckDB's place here without a change there. Two things differ between engines and are settled here once: sums of
integers come back as decimals, and rows come back in any order.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.errors import CallError, DiskFailed

__all__ = [
    "Engine",
    "keyed_sha256",
    "quick_hashes",
    "read_pieces",
    "read_table",
    "settle",
    "sha256_heads",
    "write_table",
]

ROW_GROUP_ROWS = 262_144
DICTIONARY_BYTES = 1 << 24
HASHES_AT_ONCE = 1 << 21


class Engine:
    """An open DuckDB, in memory, that reads files only below the folders it was given.

    Parameters
    ----------
    roots : Path
        Folders it may read and spill to; the first takes temporary files.
    threads : int, optional
        How many threads it may use; the results do not depend on it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = write_table(pa.table({"pseudonym": ["b", "a"], "fen": [2, 1]}), folder / "x.parquet", ["pseudonym"])
    >>> with Engine(folder) as engine:
    ...     total = engine.scan([folder / "x.parquet"]).select(nw.col("fen").sum())
    ...     engine.collect(total, []).to_pylist()
    [{'fen': 3}]
    """

    def __init__(self, *roots: Path, threads: int | None = None) -> None:
        self._duckdb = duckdb.connect()
        folders = [str(root.resolve()) for root in roots]
        self._duckdb.execute("SET temp_directory = ?", [str(roots[0].resolve() / ".spill")])
        self._duckdb.execute("SET allowed_directories = ?", [folders])
        self._duckdb.execute("SET autoinstall_known_extensions = false")
        self._duckdb.execute("SET enable_external_access = false")
        self._duckdb.execute("SET enable_progress_bar = false")  # it would write into what a command says
        if threads:
            self._duckdb.execute("SET threads = ?", [threads])
        self._duckdb.execute("SET lock_configuration = true")

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self._duckdb.close()

    def scan(self, paths: Sequence[Path]) -> Any:
        """Give a narwhals lazy frame over Parquet files of one shape.

        Raises
        ------
        CallError
            If no file is named.
        """
        if not paths:
            raise CallError("no file to scan", remedy="check which months were delivered")
        return nw.from_native(self._duckdb.read_parquet([str(path) for path in paths]))

    def collect(self, frame: Any, order_by: Sequence[str]) -> pa.Table:
        """Run a lazy frame and give an Arrow table with settled types, ordered by ``order_by``."""
        native = nw.to_native(frame)
        ordered = native.order(", ".join(_quote(name) for name in order_by)) if order_by else native
        result = ordered.arrow()
        return settle(result if isinstance(result, pa.Table) else result.read_all())

    def repeats(self, frame: Any, columns: Sequence[str]) -> int:
        """Count the rows of a lazy frame beyond the first of their key, holding a few bytes a row and not the keys.

        Equal keys have equal hashes. So only rows whose hash comes again are grouped by the key itself: none, in a
        table without repeats, and never more at once than a portion of the hashes.
        """
        native, key = nw.to_native(frame), ", ".join(_quote(name) for name in columns)
        hashed = native.project(f"hash({key}) AS hashed")
        found = np.sort(hashed.to_arrow_table()["hashed"].to_numpy())
        again = np.unique(found[1:][found[1:] == found[:-1]])
        keyed, beyond = native.project(f"{key}, hash({key}) AS hashed"), 0
        for first in range(0, len(again), HASHES_AT_ONCE):
            portion = self._duckdb.from_arrow(pa.table({"hashed": again[first : first + HASHES_AT_ONCE]}))
            counted = keyed.join(portion, "hashed").aggregate("count(*) AS rows", key)
            beyond += int(counted.aggregate("sum(rows) - count(*)").fetchall()[0][0])
        return beyond

    def sql(self, query: str, values: Sequence[object] = (), **tables: pa.Table) -> pa.Table:
        """Run a query with bound values over named Arrow tables; identifiers are the caller's constants."""
        cursor = self._duckdb.cursor()
        for name, table in tables.items():
            cursor.register(name, table)
        result = cursor.sql(query, params=list(values)).arrow()
        return settle(result if isinstance(result, pa.Table) else result.read_all())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def settle(table: pa.Table) -> pa.Table:
    """Turn whole decimals and unsigned integers into int64, and string views into strings."""
    fields = [pa.field(field.name, _settled(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def _settled(kind: pa.DataType) -> pa.DataType:
    whole = (pa.types.is_decimal(kind) and kind.scale == 0) or pa.types.is_integer(kind)
    if whole:
        return pa.int64()
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind


def write_table(table: pa.Table, path: Path, order_by: Sequence[str], schema: pa.Schema | None = None) -> Path:
    """Write a table as Parquet, ordered, aside and then renamed: readers see all of it or nothing.

    With a schema its columns are turned into those types a row group at a time.

    Raises
    ------
    DiskFailed
        If the disk refuses.
    """
    ordered = table.sort_by([(name, "ascending") for name in order_by]) if order_by else table
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_row_groups(ordered, temporary, schema or ordered.schema)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DiskFailed(
            f"table not written: {error.strerror or error}",
            where=str(path),
            remedy="free the disk and run again",
        ) from error
    return path


def _write_row_groups(table: pa.Table, path: Path, schema: pa.Schema) -> None:
    """Write row groups one by one, so that only one is copied at a time; pseudonyms fit into their dictionaries."""
    with pq.ParquetWriter(path, schema, compression="zstd", dictionary_pagesize_limit=DICTIONARY_BYTES) as file:
        for start in range(0, max(1, table.num_rows), ROW_GROUP_ROWS):
            file.write_table(table.slice(start, ROW_GROUP_ROWS).cast(schema).combine_chunks(), ROW_GROUP_ROWS)


@cache
def _hasher() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB for hashing once: a process that may open nothing more can still use what it has."""
    return duckdb.connect(config={"threads": 1})


def sha256_heads(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Give the first eight bytes, big-endian, of the SHA-256 of every text; no text may be null.

    DuckDB hashes a column without holding the interpreter's lock, so blocks of rows can be hashed side by side.

    Examples
    --------
    >>> [f"{head:016x}" for head in sha256_heads(pa.array(["1", "2"]))]
    ['6b86b273ff34fce1', 'd4735e3a265e16ee']
    """
    with _hasher().cursor() as connection:
        connection.register("given", pa.table({"text": texts}))
        query = "SELECT ('0x' || left(sha256(text), 16))::UBIGINT AS head FROM given"
        return connection.sql(query).to_arrow_table()["head"].to_numpy()


def quick_hashes(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Give 64 bits per text that are equal where texts are: quick, for this process only, never kept or sent."""
    with _hasher().cursor() as connection:
        connection.register("given", pa.table({"text": texts}))
        return connection.sql("SELECT hash(text) AS hashed FROM given").to_arrow_table()["hashed"].to_numpy()


def keyed_sha256(key: bytes, texts: pa.Array) -> pa.Array:
    """Give the HMAC-SHA-256 of every text in hexadecimal digits, under a key of at most 64 bytes; none may be null.

    As `sha256_heads`, without the interpreter's lock.

    Examples
    --------
    >>> keyed_sha256(b"key", pa.array(["1"]))[0].as_py()[:16]
    '6da91fb91517be1f'
    """
    inner, outer = (bytes(byte ^ mask for byte in key.ljust(64, b"\0")) for mask in (0x36, 0x5C))
    with _hasher().cursor() as connection:
        connection.register("given", pa.table({"text": texts}))
        query = "SELECT sha256(?::BLOB || unhex(sha256(?::BLOB || encode(text)))) AS keyed FROM given"
        return settle(connection.sql(query, params=[outer, inner]).to_arrow_table())["keyed"].combine_chunks()


def read_table(paths: Sequence[Path], columns: Sequence[str] | None = None) -> pa.Table:
    """Read Parquet files of one shape into one Arrow table, in the order of the files."""
    chosen = list(columns) if columns is not None else None
    return pa.concat_tables(pq.read_table(path, columns=chosen) for path in paths)


def read_pieces(paths: Sequence[Path], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Read Parquet files a row group after the other, for what would not fit into memory as a whole."""
    for path in paths:
        with pq.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                yield file.read_row_group(number, columns=list(columns), use_threads=False)
