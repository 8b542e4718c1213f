"""Bring an operator's own usage, users and plans in: files told apart by header, checked, pseudonymised, kept.

Amounts are decimal text until they are whole: seconds are rounded up, which changes no minute, and a MB of two decimals
is a whole number of bytes where the mapping counts by thousands.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from bassboss_lib.engine import write_table
from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.exchange.verify import archive
from bassboss_lib.rating import read_catalogue
from bassboss_lib.tariff.mapping import UsageMapping, UsageTable, price_list, read_usage_mapping
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.wide_file import as_text, read_file
from bassboss_lib.workspace import Workspace

__all__ = ["UsageReport", "import_usage", "source_folder"]

UNIT_SCALE = {"s": 1, "min": 60, "B": 1, "": 1}
SERVICES = ("voice", "sms", "data")


@dataclass(frozen=True)
class UsageReport:
    """What an import found: rows of each table, customers, months with usage, and plans."""

    source: str
    files: dict[str, str]
    tables: dict[str, int]
    customers: int
    months: int
    plans: list[str]


def source_folder(workspace: Workspace, name: str) -> Path:
    """Give the folder of an imported usage source."""
    return workspace.warehouse / "usage_source" / name


def import_usage(workspace: Workspace, mapping_path: Path, files: Sequence[Path]) -> UsageReport:
    """Read files by a mapping into ``warehouse/usage_source/<name>``; an earlier import of the source is replaced.

    Raises
    ------
    CallError
        If the mapping is wrong.
    InputRefused
        If a table has no file or a file no table, a value is not what it should be, a user is unknown or has no plan;
        nothing is loaded.
    """
    mapping = read_usage_mapping(mapping_path)
    tables = _assigned(mapping, files)
    _zone(mapping)
    users = _users(workspace, mapping, tables["users"])
    unknown = set(users["plan_id"]) - set(as_text(tables["plans"][mapping.plans.identifier]))
    if unknown:
        what = f"{len(unknown)} plans of users are not in the plans' table"
        raise InputRefused(what, where=mapping.name, kept="nothing loaded", remedy="add the plans")
    parts = [
        _events(workspace, mapping, one, tables[f"usage {number} ({one.service})"], users)
        for number, one in enumerate(mapping.usage, start=1)
    ]
    events = pd.concat(parts, ignore_index=True)
    folder = source_folder(workspace, mapping.name)
    aside = folder.with_name(f".{mapping.name}")
    shutil.rmtree(aside, ignore_errors=True)
    write_table(pa.Table.from_pandas(users, preserve_index=False), aside / "users.parquet", ["pseudonym"])
    order = ["pseudonym", "started_s", "service", "units"]
    write_table(pa.Table.from_pandas(events, preserve_index=False), aside / "events.parquet", order)
    plans = _price_list(mapping, tables["plans"], aside / "plans.yaml")
    report = UsageReport(
        source=mapping.name,
        files={path.name: archive(workspace, path).sha256 for path in files},
        tables={name: len(frame) for name, frame in tables.items()},
        customers=len(users),
        months=len(np.unique(_month(events["started_s"].to_numpy()))),
        plans=plans,
    )
    (aside / "report.json").write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n")
    shutil.copyfile(mapping_path, aside / "mapping.yaml")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return report


def _month(seconds: np.ndarray) -> np.ndarray:
    return seconds.astype("datetime64[s]").astype("datetime64[M]")


def _zone(mapping: UsageMapping) -> None:
    try:
        ZoneInfo(mapping.tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CallError(
            f"tz: {mapping.tz!r} is no time zone", where=mapping.name, remedy="such as Asia/Shanghai"
        ) from error


def _assigned(mapping: UsageMapping, files: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Give each table its file, by header alone."""
    frames = {path: read_file(path, "parquet" if path.suffix == ".parquet" else "csv") for path in files}
    found: dict[str, list[Path]] = {}
    for name, columns in mapping.tables().items():
        found[name] = [path for path, frame in frames.items() if columns <= set(frame.columns)]
    wrong = [name for name, fitting in found.items() if len(fitting) != 1]
    if wrong:
        told = ", ".join(f"{name}: {len(found[name])}" for name in wrong)
        remedy = "give each table one file that has its columns"
        raise InputRefused(
            f"files that fit a table's columns: {told}", where=mapping.name, kept="nothing loaded", remedy=remedy
        )
    left = [path.name for path in files if path not in {fitting[0] for fitting in found.values()}]
    if left:
        raise InputRefused(
            f"{len(left)} files fit no table", where=left[0], kept="nothing loaded", remedy="leave them out"
        )
    return {name: frames[fitting[0]] for name, fitting in found.items()}


def _users(workspace: Workspace, mapping: UsageMapping, frame: pd.DataFrame) -> pd.DataFrame:
    said = mapping.users
    names = as_text(frame[said.identifier])
    if names.isna().any() or names.duplicated().any():
        raise _refused(
            mapping, "users", int(names.isna().sum() + names.duplicated().sum()), "no identifier of their own"
        )
    users = pd.DataFrame(
        {
            "pseudonym": Vault(workspace).pseudonyms(pa.array(names, pa.string())).to_pylist(),
            "plan_id": as_text(frame[said.plan]),
            "joined": _moments(mapping, "users", frame[said.joined]).astype("datetime64[s]").astype("int64"),
        }
    )
    for column, name in said.traits.items():
        text = as_text(frame[column])
        numbers = pd.to_numeric(text, errors="coerce")
        users[name] = numbers if numbers.notna().equals(text.notna()) else text
    return users


def _events(
    workspace: Workspace, mapping: UsageMapping, said: UsageTable, frame: pd.DataFrame, users: pd.DataFrame
) -> pd.DataFrame:
    whose = Vault(workspace).pseudonyms(pa.array(as_text(frame[said.identifier]), pa.string())).to_pylist()
    events = pd.DataFrame(
        {
            "pseudonym": whose,
            "started_s": _moments(mapping, said.service, frame[said.moment]).astype("datetime64[s]").astype("int64"),
            "service": np.int64(SERVICES.index(said.service)),
            "units": _units(mapping, said, frame),
        }
    )
    strangers = int((~events["pseudonym"].isin(users["pseudonym"])).sum())
    if strangers:
        raise _refused(mapping, said.service, strangers, "no user of the users' table")
    return events


def _moments(mapping: UsageMapping, table: str, column: pd.Series) -> pd.Series:
    moments = pd.to_datetime(as_text(column), format=mapping.date, errors="coerce")
    if moments.isna().any():
        raise _refused(mapping, table, int(moments.isna().sum()), f"no date of the form {mapping.date}")
    return moments


def _units(mapping: UsageMapping, said: UsageTable, frame: pd.DataFrame) -> np.ndarray:
    """Give whole seconds, bytes or messages, parts rounded up."""
    if said.amount is None:
        return np.ones(len(frame), dtype=np.int64)
    scale = UNIT_SCALE.get(said.unit) or mapping.kilo ** (1 if said.unit == "KB" else 2)
    text = as_text(frame[said.amount])
    whole = {one: _whole(one, scale) for one in text.unique()}
    bad = [one for one, units in whole.items() if units is None]
    if bad:
        raise _refused(mapping, said.service, int(text.isin(bad).sum()), "no amount of zero or more")
    return np.array([whole[one] for one in text], dtype=np.int64)


def _whole(text: str | None, scale: int) -> int | None:
    try:
        exact = Decimal(text or "") * scale
    except InvalidOperation:
        return None
    return int(exact.to_integral_value("ROUND_CEILING")) if exact.is_finite() and exact >= 0 else None


def _price_list(mapping: UsageMapping, frame: pd.DataFrame, path: Path) -> list[str]:
    rows = [{str(name): str(value) for name, value in row.items()} for row in frame.to_dict("records")]
    path.write_text(yaml.safe_dump(price_list(mapping, rows), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return [plan.id for plan in read_catalogue(path).plans]


def _refused(mapping: UsageMapping, table: str, count: int, what: str) -> InputRefused:
    said = f"{count:,} rows of {table} have {what}"
    return InputRefused(said, where=mapping.name, kept="nothing loaded", remedy="mend the file or the mapping")
