"""Verification of an arrival before anything in it is parsed: names, sizes, counts, hashes.

The bytes are copied into the archive while they are hashed, and everything later reads the archive: what was verified
is what is loaded, whatever happens to the inbox meanwhile.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bassboss_lib.contracts import Unit
from bassboss_lib.exchange import manifest as manifests
from bassboss_lib.exchange import verification
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.data_files import FILE_BYTES_MAX
from bassboss_lib.exchange.disk import CHUNK_BYTES, force_folder, on_disk
from bassboss_lib.exchange.inbox import Arrival
from bassboss_lib.exchange.manifest import Manifest, Part
from bassboss_lib.exchange.names import Stem, parse
from bassboss_lib.exchange.parquet import with_rows
from bassboss_lib.workspace import Workspace

__all__ = ["Verified", "archive", "verify"]


@dataclass(frozen=True)
class Verified:
    """An arrival whose bytes are what was announced, in the archive.

    ``parts`` are its data files, ``small`` its manifest and verification file; ``sha256`` hashes the content of all
    data files; ``manifest`` is None where the sender gives none.
    """

    stem: Stem
    parts: list[Part]
    small: list[Part]
    manifest: Manifest | None
    sha256: str
    created: datetime

    @property
    def integrity(self) -> str:
        """What speaks for the bytes: ``sha256``, or ``counts only`` where there is no manifest."""
        return "sha256" if self.manifest else "counts only"


def verify(workspace: Workspace, unit: Unit, arrival: Arrival) -> Verified:
    """Archive an arrival and compare it with its verification file and its manifest.

    Raises
    ------
    FileRefused
        With the two-digit code of what differs (I02-I06, I24).
    SecurityRefused
        If a name inside leads out of the inbox (I30).
    DiskFailed
        If a file cannot be read or archived (I31).
    """
    stem = arrival.stem
    with on_disk(str(stem)):
        announced = (workspace.inbox / stem.verification).read_bytes()
        lines = verification.parse(announced, stem.verification)
        _names(workspace, arrival, lines)
        _sizes(workspace, unit, lines)
        counted = [archive(workspace, workspace.inbox / line.file, unit) for line in lines]
        small = [archive(workspace, workspace.inbox / stem.verification)]
        manifest = None
        if arrival.manifest:
            small.insert(0, archive(workspace, workspace.inbox / stem.manifest))
            manifest = manifests.parse((workspace.archive / small[0].sha256).read_bytes(), stem.manifest)
        elif unit.manifest == "required":
            raise FileRefused("03", "the unit requires a manifest", where=stem.manifest)
    for line, part in zip(lines, counted, strict=True):
        _compare_sizes(unit, line, part)
    if manifest:
        _compare_manifest(unit, stem, manifest, counted)
    counted = [with_rows(workspace, unit, part, line.records) for line, part in zip(lines, counted, strict=True)]
    for line, part in zip(lines, counted, strict=True):
        if part.rows != line.records:
            what = f"{line.records:,} records announced, {part.rows:,} found"
            raise FileRefused("06", what, fault="I06", where=part.file)
    if sum(part.rows for part in counted) == 0 and not unit.allow_empty:
        raise FileRefused("22", "the unit may not be empty", fault="I24", where=str(stem))
    content = hashlib.sha256("".join(part.sha256 for part in counted).encode()).hexdigest()
    return Verified(stem, counted, small, manifest, content, lines[0].created)


def archive(workspace: Workspace, path: Path, unit: Unit | None = None) -> Part:
    """Copy a file into the archive under its hash, and count its records if a unit tells how."""
    aside = workspace.archive / f".{path.name}.tmp"
    digest, size, ends = hashlib.sha256(), 0, 0
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as source, aside.open("wb") as copy:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
            size, ends = size + len(chunk), ends + chunk.count(b"\n")
        copy.flush()
        os.fsync(copy.fileno())
    aside.replace(workspace.archive / digest.hexdigest())
    force_folder(workspace.archive)
    fixed = unit is not None and unit.profile == "fixed"
    rows = size // unit.record_bytes if unit and fixed else ends if unit else 0
    return Part(path.name, size, rows, digest.hexdigest())


def _names(workspace: Workspace, arrival: Arrival, lines: Sequence[verification.Line]) -> None:
    """Compare the names that the verification file lists with the delivery's own and with what is there."""
    stem = arrival.stem
    for number, line in enumerate(lines, start=1):
        where = f"{stem.verification}, line {number}"
        found = parse(line.file)
        if found.stem.period != stem.period or line.period != stem.period:
            raise FileRefused("07", "the data date differs from the verification file's", where=where)
        if found.stem.rr != stem.rr:
            raise FileRefused("23", "the resend number differs from the verification file's", where=where)
        if (found.kind, found.stem, found.number) != ("data", stem, number):
            raise FileRefused("16", "the data file named is not the next of this delivery", where=where)
        if not (workspace.inbox / line.file).exists():
            raise FileRefused("02", "the data file named is missing", fault="I02", where=line.file)
    extra = sorted(set(arrival.numbers) - set(range(1, len(lines) + 1)))
    if extra:
        raise FileRefused("16", "a data file is not listed", where=stem.data(extra[0], arrival.form))


def _sizes(workspace: Workspace, unit: Unit, lines: Sequence[verification.Line]) -> None:
    """Refuse by size before a byte is copied: what is too large, and what is not the size announced (I29)."""
    for line in lines:
        found = (workspace.inbox / line.file).stat().st_size
        if max(found, line.bytes) > FILE_BYTES_MAX:
            what = f"{max(found, line.bytes):,} bytes are too many for one file"
            raise FileRefused("12", what, fault="I29", where=line.file)
        if parse(line.file).form == "parquet" and not unit.parquet:
            raise FileRefused("01", "the unit does not come as Parquet", fault="I32", where=line.file)


def _compare_sizes(unit: Unit, line: verification.Line, part: Part) -> None:
    where = part.file
    if part.bytes != line.bytes:
        raise FileRefused("05", f"{line.bytes:,} bytes announced, {part.bytes:,} found", fault="I03", where=where)
    if unit.profile == "fixed" and part.bytes != line.records * unit.record_bytes:
        raise FileRefused("04", f"size is not {line.records:,} records of {unit.record_bytes} bytes", where=where)


def _compare_manifest(unit: Unit, stem: Stem, manifest: Manifest, parts: Sequence[Part]) -> None:
    where = stem.manifest
    if (manifest.unit, manifest.period) != (unit.code, stem.period):
        raise FileRefused("07", "the manifest speaks of another unit or period", fault="I27", where=where)
    if manifest.schema_version != unit.version:
        what = f"layout version {manifest.schema_version}, version {unit.version} is declared here"
        raise FileRefused("18", what, fault="I20", where=where)
    said = [(one.path, one.hash.removeprefix("sha256:")) for one in manifest.resources]
    if [name for name, _ in said] != [part.file for part in parts]:
        raise FileRefused("16", "manifest and verification file list different data files", where=where)
    for (_, sha256), part in zip(said, parts, strict=True):
        if sha256 != part.sha256:
            what = f"SHA-256 is {part.sha256[:12]}…, the manifest says {sha256[:12]}…"
            raise FileRefused("05", what, fault="I05", where=part.file)
