"""An operator's own table as a source: a row per customer, or customer and month; checked, pseudonymised.

`import_table` reads files by a mapping and keeps the table with the mapping and a report of what was found;
`load_source` gives it to training and lists. A value that is neither a number nor a declared missing code
stops the import: nothing turns to null silently.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.errors import CallError, DiskFailed, InputRefused
from bassboss_lib.exchange.verify import archive
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.mapping import ByDeclaration, TableMapping, read_mapping
from bassboss_lib.warehouse.wide_check import check_columns, check_keys, labels, month_texts, numbers
from bassboss_lib.warehouse.wide_file import as_text, read_file
from bassboss_lib.workspace import Workspace

__all__ = ["ImportReport", "WideSource", "import_table", "load_source"]


@dataclass(frozen=True)
class ImportReport:
    """What an import found; kept beside the table as ``report.json``.

    Parameters
    ----------
    source : str
        Name of the source.
    files : dict
        SHA-256 of each file by name.
    columns : list of str
        Columns of the files, in their order.
    rows_read, duplicates_dropped, rows, positives : int
        Rows of the files, exact duplicates among them that were dropped, rows kept, and rows with
        the positive label.
    features : int
        Columns that models may use.
    ignored : list of str
        Columns that the mapping does not name.
    left_out : dict
        Columns left out by the mapping, with its reason.
    missing : dict
        Missing values by feature, where there are any.
    """

    source: str
    files: dict[str, str]
    columns: list[str]
    rows_read: int
    duplicates_dropped: int
    rows: int
    positives: int
    features: int
    ignored: list[str]
    left_out: dict[str, str]
    missing: dict[str, int]


@dataclass(frozen=True)
class WideSource:
    """An imported table.

    Parameters
    ----------
    mapping : TableMapping
        What its columns are, and how its rows are split.
    keys : DataFrame
        ``pseudonym`` (or ``row``, the number of the row in the files, from 1), and ``month`` where
        there is one; in key order.
    x : DataFrame
        One column per feature: numbers as float64 with NaN, codes as text with None.
    y : ndarray
        1 where the label is positive, else 0.
    features : tuple of Feature
        What the columns of `x` are.
    value : Series, optional
        What a customer is worth, in the unit of the mapping's ``value``.
    part : Series, optional
        The declared split's word for each row.
    report : ImportReport
        What the import found.
    """

    mapping: TableMapping
    keys: pd.DataFrame
    x: pd.DataFrame
    y: np.ndarray
    features: tuple[Feature, ...]
    value: pd.Series | None
    part: pd.Series | None
    report: ImportReport


def import_table(workspace: Workspace, mapping_path: Path, files: Sequence[Path]) -> ImportReport:
    """Read files by a mapping into ``warehouse/source/<name>``; an earlier import of the source is replaced.

    Raises
    ------
    CallError
        If the mapping is wrong, or no file is named.
    InputRefused
        If columns, values, labels or keys are not what the mapping says (I20, I21, I23, I25);
        nothing is loaded.
    DiskFailed
        If the disk refuses.
    """
    mapping = read_mapping(mapping_path)
    if not files:
        raise CallError("no file to import", where=mapping_path.name, remedy="name the files after the mapping")
    raw = _read(mapping, files)
    ignored = check_columns(raw, mapping, _earlier_columns(workspace, mapping))
    kept = raw[~raw.duplicated()] if mapping.duplicates == "drop" else raw
    table = _table(workspace, mapping, kept)
    report = ImportReport(
        source=mapping.name,
        files=_archived(workspace, files),
        columns=list(raw.columns),
        rows_read=len(raw),
        duplicates_dropped=len(raw) - len(kept),
        rows=len(table),
        positives=int(table["label"].sum()),
        features=len(mapping.columns),
        ignored=ignored,
        left_out=dict(mapping.drop),
        missing={f.name: int(n) for f in mapping.features if (n := table[f"x_{f.name}"].isna().sum())},
    )
    _keep(_folder(workspace, mapping.name), table, mapping_path, report)
    return report


def load_source(workspace: Workspace, name: str) -> WideSource:
    """Give an imported table.

    Raises
    ------
    CallError
        If no table was imported under this name.
    """
    folder = _folder(workspace, name)
    if not (folder / "report.json").is_file():
        raise CallError(
            f"source {name!r} was not imported",
            where="source",
            remedy=f"run `bassboss import params/sources/{name}.yaml FILE`",
        )
    mapping = read_mapping(folder / f"{name}.yaml")
    table = read_table([folder / "table.parquet"]).to_pandas()
    report = ImportReport(**json.loads((folder / "report.json").read_text(encoding="utf-8")))
    features = mapping.features
    x = table[[f"x_{feature.name}" for feature in features]].set_axis([feature.name for feature in features], axis=1)
    return WideSource(
        mapping=mapping,
        keys=table[_key_columns(mapping)],
        x=x,
        y=table["label"].to_numpy(dtype=np.int64),
        features=features,
        value=table["value"] if mapping.value else None,
        part=table["part"] if isinstance(mapping.split, ByDeclaration) else None,
        report=report,
    )


def _folder(workspace: Workspace, name: str) -> Path:
    return workspace.warehouse / "source" / name


def _key_columns(mapping: TableMapping) -> list[str]:
    return ["pseudonym" if mapping.identifier else "row", *(["month"] if mapping.month else [])]


def _earlier_columns(workspace: Workspace, mapping: TableMapping) -> list[str] | None:
    path = _folder(workspace, mapping.name) / "report.json"
    return json.loads(path.read_text(encoding="utf-8"))["columns"] if path.is_file() else None


def _read(mapping: TableMapping, files: Sequence[Path]) -> pd.DataFrame:
    """All files as one table; their columns must be the same, in the same order."""
    frames: list[pd.DataFrame] = []
    for path in files:
        frame = read_file(
            path, mapping.format, encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet
        )
        if frames and list(frame.columns) != list(frames[0].columns):
            raise InputRefused(
                f"columns differ from those of {files[0].name}",
                fault="I20",
                where=path.name,
                kept="nothing loaded",
                remedy="import files of one shape",
            )
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _table(workspace: Workspace, mapping: TableMapping, raw: pd.DataFrame) -> pd.DataFrame:
    """Typed and pseudonymised, in key order: keys, label, value, part, and features as ``x_<name>``."""
    table: dict[str, Any] = {}
    if mapping.identifier:
        table["pseudonym"] = _pseudonyms(workspace, as_text(raw[mapping.identifier]), mapping.identifier)
    else:
        table["row"] = raw.index.to_numpy() + 1
    if mapping.month:
        table["month"] = month_texts(as_text(raw[mapping.month]), mapping.month)
    table["label"] = labels(as_text(raw[mapping.label.column]), mapping.label)
    if mapping.value:
        table["value"] = numbers(raw[mapping.value.column], mapping.missing, mapping.value.column)
    if isinstance(mapping.split, ByDeclaration):
        table["part"] = as_text(raw[mapping.split.column]).to_numpy()
    for column, feature in mapping.columns.items():
        codes = (*mapping.missing, *feature.missing)
        read = numbers if feature.kind == "number" else _codes
        table[f"x_{mapping.feature_name(column)}"] = read(raw[column], codes, column)
    keys = _key_columns(mapping)
    frame = pd.DataFrame(table)
    check_keys(frame, keys)
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def _codes(values: pd.Series, missing: Sequence[str], column: str) -> np.ndarray:
    text = as_text(values)
    return text.where(~text.isin(list(missing)), None).to_numpy(dtype=object)


def _pseudonyms(workspace: Workspace, identifiers: pd.Series, column: str) -> list[str]:
    absent = int((identifiers.isna() | (identifiers == "")).sum())
    if absent:
        raise InputRefused(
            f"{absent} rows have no identifier",
            fault="I23",
            where=column,
            kept="nothing loaded",
            remedy="complete them, or take `identifier` out of the mapping to number rows instead",
        )
    return Vault(workspace).pseudonyms(pa.array(identifiers, pa.string())).to_pylist()


def _archived(workspace: Workspace, files: Sequence[Path]) -> dict[str, str]:
    """Keep the bytes of each file by their hash; give the hashes."""
    try:
        return {path.name: archive(workspace, path.resolve()).sha256 for path in files}
    except OSError as error:
        raise DiskFailed(f"file not archived: {error.strerror}", where="archive", remedy="free the disk") from error


def _keep(folder: Path, table: pd.DataFrame, mapping_path: Path, report: ImportReport) -> None:
    """Write aside, then put in the place of an earlier import."""
    aside, before = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    try:
        for leftover in (aside, before):
            shutil.rmtree(leftover, ignore_errors=True)
        write_table(pa.Table.from_pandas(table, preserve_index=False), aside / "table.parquet", [])
        shutil.copyfile(mapping_path, aside / mapping_path.name)
        text = json.dumps(asdict(report), ensure_ascii=False, indent=1)
        (aside / "report.json").write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rename(before)
        aside.rename(folder)
        shutil.rmtree(before, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise DiskFailed(
            f"table not kept: {error.strerror or error}",
            where=folder.name,
            remedy="free the disk and import again",
        ) from error
