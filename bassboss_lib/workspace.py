"""Where everything lies, the settings an operator edits, and the clock.

A workspace is one folder. Nothing in the library builds a path of its own: it asks the workspace. The clock is part of
it, because deadlines, ages and maturity go by the time of the run and not by the time of the machine.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bassboss_lib.errors import CallError, DiskFailed, SecurityRefused

__all__ = ["AS_OF", "FOLDERS", "AsOf", "Settings", "Workspace", "open_workspace", "read_yaml", "validated"]

AS_OF = "BASSBOSS_AS_OF"
"""Names the file that limits what a run of an old month may read."""

Checked = TypeVar("Checked", bound=BaseModel)

YAML_BYTES_MAX = 1_000_000
"""A file that people edit is never larger."""

YAML_ALIASES_MAX = 30
"""Thirty aliases can stand for some ten thousand values, a hundred for more than any memory holds."""

YAML_DEPTH_MAX = 50
"""Nobody nests so deep, and a loader that recurses is safe with it."""

SAFE = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""Builds plain values only; the one in C is six times as fast."""


class Settings(BaseModel):
    """What an operator sets once (``settings.yaml``); every value has a working default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    province: str = Field("10000", pattern=r"^\d{5}$", description="province code in every file name")
    language: Literal["zh", "en"] = Field("zh", description="language of reports")
    release: Literal["auto", "manual"] = Field("auto", description="whether a staged list leaves by itself")
    due_day: int = Field(10, ge=1, le=28, description="day of the next month on which a month's files are due")
    bad_rows_max: int = Field(10, ge=0, description="bad records a file may always have")
    bad_share_max: float = Field(0.001, ge=0, le=1, description="share of bad records a larger file may have")
    receipt_due_h: int = Field(48, ge=1, description="hours after its release in which a delivery is answered")
    feedback_due_days: int = Field(45, ge=1, description="days after its acceptance in which a list brings feedback")
    dnc_max_age_h: int = Field(24, ge=1, description="hours a do-not-contact list may be old when a list is released")
    volume_drop_max: float = Field(0.4, gt=0, le=1, description="share of last month's rows that may not be missing")
    high_value_fen_per_day: int = Field(700, ge=0, description="mean receivable a day that makes a customer high value")
    margin_share: float = Field(0.4, gt=0, le=1, description="share of the receivable that is margin")
    positives_min: int = Field(200, ge=1, description="churners needed before a model is trained")
    rows_min: int = Field(1000, ge=1, description="rows needed before a model is trained")
    universal_control_share: float = Field(0.02, ge=0, lt=0.5, description="customers whom no campaign ever contacts")
    universal_control_refresh_share: float = Field(0.25, ge=0, le=1, description="of these, replaced each year")
    promotion: Literal["auto", "manual"] = Field("auto", description="whether a better challenger takes over by itself")
    run_deadline_s: int = Field(3600, ge=1, description="seconds one notebook may take")
    cell_deadline_s: int = Field(3600, ge=1, description="seconds one cell of a notebook may take")
    run_memory_max_mb: int = Field(0, ge=0, description="memory one run may take, in MB; 0 = what the machine has")
    strict_notebooks: bool = Field(False, description="whether a notebook changed since its release is refused")
    on_failure: str = Field("", description="web hook (https://…), command, or $NAME of a variable that holds one")
    on_success: str = Field("", description="the same, when a plan or notebook has succeeded")


@dataclass(frozen=True)
class AsOf:
    """What a run of an old month may read: nothing after ``month``, and of every period at most the version known.

    ``known`` names, by table and period, the highest resend number that counts; days count up to the workspace's clock.
    """

    month: str
    known: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Workspace:
    """One folder with everything in it, its settings, and the time at which it is looked at.

    ``as_of`` is there only while an old month is run again as of then.
    """

    root: Path
    settings: Settings
    now: datetime
    as_of: AsOf | None = None

    @property
    def inbox(self) -> Path:
        """What BOSS delivers: data, receipts, feedback."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """What BOSS picks up."""
        return self.root / "outbox"

    @property
    def archive(self) -> Path:
        """Input bytes, named by their SHA-256."""
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        """Refused rows as Parquet."""
        return self.root / "quarantine"

    @property
    def vault(self) -> Path:
        """Identities and the key; mode 0700."""
        return self.root / "vault"

    @property
    def boss(self) -> Path:
        """The stand-in BOSS's own state, with its truth."""
        return self.root / "boss"

    @property
    def warehouse(self) -> Path:
        """Parquet by table and month, pseudonyms only."""
        return self.root / "warehouse"

    @property
    def models(self) -> Path:
        """Immutable model folders by function."""
        return self.root / "models"

    @property
    def runs(self) -> Path:
        """Executed notebooks, reports and results."""
        return self.root / "runs"

    @property
    def ledger(self) -> Path:
        """The SQLite file that remembers deliveries, runs and models."""
        return self.root / "ledger.db"

    @property
    def index(self) -> Path:
        """The page that lists every run."""
        return self.root / "index.html"


FOLDERS = ("inbox", "outbox", "archive", "quarantine", "vault", "warehouse", "models", "runs")
"""What a workspace is made of."""


def open_workspace(root: str | Path | None = None, now: str | None = None) -> Workspace:
    """Open a workspace, and create it with default settings where it is missing.

    Parameters
    ----------
    root : path, optional
        Its folder; else ``BASSBOSS_WORKSPACE``, else ``outputs``.
    now : str, optional
        ISO time of the run; else ``BASSBOSS_NOW``, else the system's clock.

    Raises
    ------
    CallError
        If the settings or the clock cannot be read.
    DiskFailed
        If the folder cannot be written.
    """
    folder = Path(root or os.environ.get("BASSBOSS_WORKSPACE") or "outputs").resolve()
    os.umask(0o027)
    try:
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "vault").chmod(0o700)
    except OSError as error:
        raise DiskFailed(
            f"the workspace cannot be written: {error.strerror}",
            where=str(folder),
            remedy="free it and run again",
        ) from error
    clock = _clock(now or os.environ.get("BASSBOSS_NOW"))
    return Workspace(folder, _settings(folder / "settings.yaml"), clock, _as_of(os.environ.get(AS_OF)))


def read_yaml(path: Path) -> object:
    """Read a YAML file that people edit: plain values only.

    Raises
    ------
    CallError
        If it is not there or not YAML, or makes objects by tags; the line names file and line.
    SecurityRefused
        If it is too large or nested too deep, or has so many aliases that a few lines could grow beyond memory (S07).
    """
    try:
        if path.stat().st_size > YAML_BYTES_MAX:
            raise _refused(path, f"is larger than {YAML_BYTES_MAX:,} bytes")
        return _load(path)
    except FileNotFoundError as error:
        raise CallError("file not found", where=str(path), remedy="check the name") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise CallError("not valid YAML", where=f"{path.name}{line}", remedy="mend the file") from error


def validated(model: type[Checked], content: object, where: str, *, remedy: str = "mend the key") -> Checked:
    """Check what was read from a file that people edit, and give it as the model.

    Parameters
    ----------
    where : str
        The file, for the error.
    remedy : str
        What to do next, for the error.

    Raises
    ------
    CallError
        If a key is missing, unknown or out of range; the line names file, key and remedy.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CallError(f"{key}: {first['msg'].removeprefix('Value error, ')}", where=where, remedy=remedy) from error


def _load(path: Path) -> object:
    """Look at the shape before anything is built: a loader in C would not survive a nesting without end."""
    text = path.read_text(encoding="utf-8")
    aliases, depth = 0, 0
    for event in yaml.parse(text, Loader=SAFE):
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > YAML_ALIASES_MAX:
            raise _refused(path, f"holds more than {YAML_ALIASES_MAX} aliases")
        if depth > YAML_DEPTH_MAX:
            raise _refused(path, "is nested too deep")
    return yaml.load(text, Loader=SAFE)  # noqa: S506 - safe, see SAFE


def _refused(path: Path, what: str) -> SecurityRefused:
    return SecurityRefused(
        f"a configuration file {what}",
        fault="S07",
        where=path.name,
        kept="nothing of it was used",
        remedy="write it as plain values, and ask who wrote it",
    )


def _settings(path: Path) -> Settings:
    if not path.exists():
        path.write_text(_default_settings_text(), encoding="utf-8")
    return validated(Settings, read_yaml(path) or {}, str(path), remedy="mend the key; `bassboss init` shows all")


def _as_of(limits: str | None) -> AsOf | None:
    return AsOf(**json.loads(Path(limits).read_text(encoding="utf-8"))) if limits else None


def _default_settings_text() -> str:
    lines = ["# Settings of this workspace. Every key may be left out; the values shown are the defaults."]
    for name, field in Settings.model_fields.items():
        value = f'"{field.default}"' if isinstance(field.default, str) else json.dumps(field.default)
        lines.append(f"{name}: {value}  # {field.description}")
    return "\n".join(lines) + "\n"


def _clock(text: str | None) -> datetime:
    if not text:
        return datetime.now().replace(microsecond=0)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise CallError(f"{text!r} is not a time", where="--now", remedy="write it as 2026-11-01T08:00") from error
