"""The manifest: what a delivery holds, in the shape of a Frictionless data package.

It carries what a verification file cannot: the SHA-256 of every file, exact sums of money, volumes and durations, a
hash over all keys, the version of the layout, and where the content comes from.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bassboss_lib.contracts import Unit
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.content import Content
from bassboss_lib.exchange.names import Stem

__all__ = ["Manifest", "Part", "parse", "render"]

TYPES = {"int": "integer", "decimal": "number", "date": "date", "timestamp": "datetime", "month": "yearmonth"}


@dataclass(frozen=True)
class Part:
    """One data file of a delivery: name, bytes, rows and SHA-256."""

    file: str
    bytes: int
    rows: int
    sha256: str


class _Resource(BaseModel):
    model_config = ConfigDict(frozen=True)
    path: str
    bytes: int = Field(ge=0)
    rows: int = Field(ge=0)
    hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")


class Manifest(BaseModel):
    """A manifest, read."""

    model_config = ConfigDict(frozen=True)
    name: str
    unit: str
    period: str
    schema_version: int
    resources: list[_Resource]
    totals: dict[str, int]
    key_hash: str = Field(pattern=r"^[0-9a-f]{16}$")
    lineage: dict = {}


def render(
    unit: Unit,
    stem: Stem,
    parts: Sequence[Part],
    said: Content,
    *,
    created: datetime,
    lineage: dict | None = None,
) -> bytes:
    """Write a manifest as JSON, keys in a fixed order."""
    package = {
        "name": str(stem),
        "created": created.isoformat(),
        "unit": unit.code,
        "period": stem.period,
        "schema_version": unit.version,
        "resources": [_resource(unit, part) for part in parts],
        "totals": said.totals,
        "key_hash": said.key_hash,
        "lineage": lineage or {},
    }
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def parse(data: bytes, where: str) -> Manifest:
    """Read a manifest.

    Raises
    ------
    FileRefused
        If it is not JSON of the expected shape (code 03).
    """
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"]) or "file"
        raise FileRefused("03", f"the manifest cannot be read at {key}", where=where) from error


def _resource(unit: Unit, part: Part) -> dict:
    fields = [{"name": one.name, "type": TYPES.get(one.type, "string"), "width": one.width} for one in unit.fields]
    return {
        "name": part.file.rpartition(".")[0],
        "path": part.file,
        "format": "parquet" if part.file.endswith(".parquet") else unit.profile,
        "encoding": unit.encoding,
        "bytes": part.bytes,
        "rows": part.rows,
        "hash": f"sha256:{part.sha256}",
        "schema": {"fields": fields, "primaryKey": list(unit.key)},
    }
