"""Security rows of the interface layer, each by its id: paths, SQL, YAML, rights, logs and error lines."""

import logging
import os
import stat
import warnings
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pytest

from bassboss_lib import cli
from bassboss_lib.engine import Engine, write_table
from bassboss_lib.errors import BassbossError, CallError, DiskFailed, SecurityRefused
from bassboss_lib.exchange.names import parse, require_plain
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.mask import mask, mask_logs
from bassboss_lib.warehouse import ingest
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.workspace import Workspace, open_workspace, read_yaml

NUMBER, NAME, IDENTITY, EQUIPMENT = "13912345678", "欧阳春晖", "110105194912310021", "460001234567890"
PERSON = "张春晖"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/x",
        "/etc/passwd",
        "i_10000_202610_01002_00_001.dat/../../x",
        "..",
        "i_10000_202610_01002_00_001.dat\n",
        "i_10000_202610_01002_00_001.dat\x00",
        "i_10000_202610_01002_00_001.dat ",
        "ｉ_10000_202610_01002_00_001.dat",
        "{0.__class__}",
        "%s",
        "~/.ssh/id",
        "a" * 200,
        "",
    ],
)
def test_S05_a_name_that_is_not_a_plain_word_is_refused(name: str) -> None:
    with pytest.raises(SecurityRefused, match="I30") as caught:
        parse(name)
    assert caught.value.exit_code == 12
    with pytest.raises(SecurityRefused):
        require_plain(name)


@pytest.mark.parametrize("month", ["../202610", "202610/..", "20261", "202613", "２０２６１０", ""])
def test_S05_a_month_cannot_lead_out_of_the_warehouse(workspace: Workspace, month: str) -> None:
    with pytest.raises(CallError):
        partition(workspace, "customer", month)


def test_S05_a_folder_whose_name_begins_like_ours_is_not_ours(tmp_path: Path) -> None:
    data, evil = tmp_path / "data", tmp_path / "data-evil"
    write_table(pa.table({"a": [1]}), evil / "x.parquet", [])
    data.mkdir()
    with Engine(data) as engine, pytest.raises(Exception, match="Permission Error"):
        engine.scan([evil / "x.parquet"])


def test_S05_a_symbolic_link_in_the_inbox_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (workspace.inbox / "i_10000_202610_03003_00_001.dat").symlink_to(secret)
    with pytest.raises(SecurityRefused) as caught:
        ingest(workspace)
    assert caught.value.exit_code == 12
    assert not list(workspace.archive.iterdir())


INJECTIONS = ['a"; DROP TABLE t; --', "a'; --", "a\" FROM read_csv('/etc/passwd') --", "a) UNION SELECT 1 --", "甲 乙"]


@pytest.mark.parametrize("name", INJECTIONS)
def test_S06_column_names_are_names_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = write_table(pa.table({name: [2, 1], "b": [1, 2]}), tmp_path / "x.parquet", [])
    with Engine(tmp_path) as engine:
        found = engine.collect(engine.scan([path]).select(nw.col(name)), [name])
    assert found.to_pydict() == {name: [1, 2]}


@pytest.mark.parametrize("value", INJECTIONS)
def test_S06_values_are_bound(tmp_path: Path, value: str) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.execute("INSERT INTO event (at, kind, subject, detail) VALUES (?, ?, ?, ?)", ("", value, value, ""))
        assert [row["kind"] for row in ledger.rows("SELECT kind FROM event WHERE subject = ?", (value,))] == [value]
    with Engine(tmp_path) as engine:
        assert engine.sql("SELECT ? AS said", [value]).to_pylist() == [{"said": value}]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "ATTACH '/tmp/other.db'",
    ],
)
def test_S06_the_engine_reaches_nothing_outside_and_cannot_be_opened(tmp_path: Path, query: str) -> None:
    with Engine(tmp_path) as engine, pytest.raises(Exception, match=r"(?i)permission|disabled|locked|cannot"):
        engine.sql(query)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (BOMB, SecurityRefused, "S07: a configuration file holds more than 30 aliases"),
        ("a: " + "x" * 1_000_001, SecurityRefused, "S07: a configuration file is larger than 1,000,000 bytes"),
        ("[" * 50_000, SecurityRefused, "S07: a configuration file is nested too deep"),
        ("a: !!python/object/apply:os.system ['true']", CallError, "not valid YAML"),
        ("a: !!python/name:os.system", CallError, "not valid YAML"),
        ("a: !custom x", CallError, "not valid YAML"),
        ("a: \xff\x00", CallError, "not valid YAML"),
    ],
    ids=["bomb", "large", "deep", "apply", "name", "tag", "nul"],
)
def test_S07_configuration_is_plain_values(tmp_path: Path, text: str, kind: type, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(kind, match=said) as caught:
        read_yaml(path)
    assert "mine.yaml" in caught.value.line()


def test_S07_an_alias_or_two_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a: &a [1]\nb: *a\n", encoding="utf-8")
    assert read_yaml(path) == {"a": [1], "b": [1]}


def test_S07_an_unknown_key_of_the_settings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("relase: auto\n", encoding="utf-8")
    with pytest.raises(CallError, match="relase"):
        open_workspace(tmp_path)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_S15_what_a_workspace_makes_is_closed_to_others(workspace: Workspace) -> None:
    with Ledger(workspace.ledger) as ledger:
        ledger.execute("INSERT INTO event (at, kind, subject, detail) VALUES ('', '', '', '')")
        beside = [path for path in workspace.root.glob("ledger.db*") if path != workspace.ledger]
        assert [_mode(path) for path in beside] == [0o600] * len(beside)
    write_table(pa.table({"a": [1]}), workspace.warehouse / "t" / "x.parquet", [])
    assert _mode(workspace.ledger) == 0o600
    assert _mode(workspace.vault) == 0o700
    assert _mode(workspace.warehouse) == 0o750
    assert _mode(workspace.warehouse / "t" / "x.parquet") == 0o640
    assert _mode(workspace.root / "settings.yaml") == 0o640


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_S15_a_ledger_that_others_can_read_is_refused(workspace: Workspace, mode: int) -> None:
    Ledger(workspace.ledger).__exit__()
    workspace.ledger.chmod(mode)
    with pytest.raises(SecurityRefused, match=r"S15: others may read it .* where: ledger.db") as caught:
        Ledger(workspace.ledger)
    assert caught.value.exit_code == 12
    assert _mode(workspace.ledger) == mode


def test_S15_a_ledger_that_cannot_be_made_is_a_disk_error(tmp_path: Path) -> None:
    with pytest.raises(DiskFailed):
        Ledger(tmp_path / "nowhere" / "ledger.db")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"KeyError: '{PERSON}'", "KeyError: '张**'"),
        (f'could not convert "{PERSON}"', 'could not convert "张**"'),
        (f"number +86 {NUMBER}.", "number +86 139****5678."),
        (f"id={IDENTITY},imsi={EQUIPMENT}", "id=110***,imsi=460***"),
        ("column 'churn_reason' of 'cdr'", "column 'churn_reason' of 'cdr'"),
        ("13912345678901", "13912345678901"),
    ],
)
def test_S09_masking(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_S09_logs_and_warnings_are_masked(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    logger = logging.getLogger()
    handler = logging.StreamHandler()
    logger.addHandler(handler)
    try:
        mask_logs()
        try:
            raise KeyError(PERSON)
        except KeyError:
            logger.exception("row of %s", NUMBER)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            mask_logs()
            warnings.warn(f"number {NUMBER}", stacklevel=1)
    finally:
        logger.removeHandler(handler)
    said = capsys.readouterr().err
    assert "139****5678" in said
    assert NUMBER not in said
    assert PERSON not in said


@pytest.mark.parametrize("debug", [[], ["--debug"]])
@pytest.mark.parametrize(
    "error", [ValueError(f"bad value '{PERSON}' of {NUMBER}"), CallError(f"bad {NUMBER}", where=f"'{PERSON}'")]
)
def test_S09_the_command_line_masks_errors_and_tracebacks(
    error: Exception,
    debug: list[str],
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    with pytest.raises(SystemExit) as left:
        cli.main(["status", *debug])
    said = capfd.readouterr().err
    assert left.value.code == (error.exit_code if isinstance(error, BassbossError) else 1)
    assert NUMBER not in said
    assert PERSON not in said
    assert ("Traceback" in said) == bool(debug)


def test_S15_umask_is_set(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_workspace(tmp_path / "w")
        assert os.umask(0) == 0o027
    finally:
        os.umask(before)
