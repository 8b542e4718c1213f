import csv
import math
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.tariff.importing import import_usage, source_folder
from bassboss_lib.tariff.mapping import read_usage_mapping
from bassboss_lib.tariff.material import month_names, source_material
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

MAPPING = Path(__file__).resolve().parents[2] / "params" / "sources" / "megaline.yaml"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "megaline"
FILES = {
    "a.csv": "user_id,age,city,reg_date,tariff\n1,30,Rome,01/05/2018,surf\n2,40,Oslo,02/05/2018,ultimate\n",
    "b.csv": "id,user_id,call_date,duration\nx,1,03/05/2018,0.0\ny,1,04/05/2018,500.01\nz,2,31/05/2018,1.5\n",
    "c.csv": "id,user_id,session_date,mb_used\nx,1,05/06/2018,15360.0\ny,1,06/06/2018,0.01\n",
    "d.csv": "id,user_id,message_date\nx,2,07/05/2018\n",
    "e.csv": "messages_included,mb_per_month_included,minutes_included,usd_monthly_pay,usd_per_gb,usd_per_message,"
    "usd_per_minute,plan_name\n50,15360,500,20,10,0.03,0.03,surf\n1000,30720,3000,70,7,0.01,0.01,ultimate\n",
}


def written(folder: Path, **changes: str) -> list[Path]:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(changes.get(name.removesuffix(".csv"), text), encoding="utf-8")
    return sorted(folder.iterdir())


def test_files_in_any_order_and_bills_by_the_printed_rules(workspace: Workspace, tmp_path: Path) -> None:
    files = written(tmp_path / "in")
    report = import_usage(workspace, MAPPING, files[::-1])
    assert report.tables == {"users": 2, "plans": 2, "usage 1 (voice)": 3, "usage 2 (data)": 2, "usage 3 (sms)": 1}
    assert (report.customers, report.months, report.plans) == (2, 2, ["surf", "ultimate"])
    one, other = (Vault(workspace).pseudonyms([name])[0].as_py() for name in ("1", "2"))
    said = rehearse(source_material(workspace, "megaline"))
    rows = zip(said.owner, month_names(said.month), said.bills_fen.tolist(), strict=True)
    bills = {(said.customers["pseudonym"][owner], month): fen for owner, month, fen in rows}
    # 501 minutes: one beyond 500. 15,360.01 MB: 16 GB, one beyond 15.
    assert bills == {(one, "201805"): [2003, 7000], (one, "201806"): [3000, 7000], (other, "201805"): [2000, 7000]}
    first = (source_folder(workspace, "megaline") / "events.parquet").read_bytes()
    import_usage(workspace, MAPPING, files)
    assert (source_folder(workspace, "megaline") / "events.parquet").read_bytes() == first


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"b": FILES["b.csv"].replace("call_date", "day")}, r"usage 1 \(voice\): 0"),
        ({"b": FILES["b.csv"].replace("500.01", "-1")}, "1 rows of voice have no amount"),
        ({"b": FILES["b.csv"].replace("03/05/2018", "2018-05-03")}, "1 rows of voice have no date"),
        ({"d": FILES["d.csv"].replace("x,2", "x,9")}, "1 rows of sms have no user"),
        ({"a": FILES["a.csv"].replace("ultimate", "gold")}, "1 plans of users"),
        ({"a": FILES["a.csv"].replace("2,40", "1,40")}, "1 rows of users have no identifier"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_loaded(
    workspace: Workspace, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(InputRefused, match=said):
        import_usage(workspace, MAPPING, written(tmp_path / "in", **changes))
    assert not source_folder(workspace, "megaline").exists()


def test_a_wrong_mapping_names_file_and_key(tmp_path: Path) -> None:
    wrong = tmp_path / "megaline.yaml"
    wrong.write_text(MAPPING.read_text(encoding="utf-8").replace("tz:", "zone:"), encoding="utf-8")
    with pytest.raises(CallError, match=r"tz.*megaline\.yaml"):
        read_usage_mapping(wrong)


def by_the_printed_rules() -> dict[tuple[str, str], list[int]]:
    """Bill every user-month under both plans, in cents, with nothing of the library."""
    minutes: dict = defaultdict(int)
    megabytes: dict = defaultdict(Decimal)
    messages: dict = defaultdict(int)
    for name, moment, add in (
        (
            "calls",
            "call_date",
            lambda row, key: minutes.__setitem__(key, minutes[key] + math.ceil(Decimal(row["duration"]))),
        ),
        (
            "internet",
            "session_date",
            lambda row, key: megabytes.__setitem__(key, megabytes[key] + Decimal(row["mb_used"])),
        ),
        ("messages", "message_date", lambda row, key: messages.__setitem__(key, messages[key] + 1)),
    ):
        with (SHARED / f"megaline_{name}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                _, month, year = row[moment].split("/")
                add(row, (row["user_id"], year + month))
    bills = {}
    for key in set(minutes) | set(megabytes) | set(messages):
        gigabytes = math.ceil(megabytes[key] / 1024)
        surf = 2000 + 3 * max(messages[key] - 50, 0) + 1000 * max(gigabytes - 15, 0) + 3 * max(minutes[key] - 500, 0)
        ultimate = 7000 + max(messages[key] - 1000, 0) + 700 * max(gigabytes - 30, 0) + max(minutes[key] - 3000, 0)
        bills[key] = [surf, ultimate]
    return bills


@pytest.mark.skipif(not SHARED.exists(), reason="the public table is not here")
def test_every_bill_of_megaline_equals_an_independent_calculation(workspace: Workspace) -> None:
    import_usage(workspace, MAPPING, sorted(SHARED.glob("*.csv"), reverse=True))
    said = rehearse(source_material(workspace, "megaline"))
    expected = by_the_printed_rules()
    users = sorted({user for user, _ in expected})
    pseudonyms = dict(zip(Vault(workspace).pseudonyms(users).to_pylist(), users, strict=True))
    rows = zip(said.owner, month_names(said.month), said.bills_fen.tolist(), strict=True)
    ours = {(pseudonyms[said.customers["pseudonym"][owner]], month): fen for owner, month, fen in rows}
    assert len(ours) == 2_293
    assert ours == expected
    held = np.take_along_axis(said.bills_fen, said.plan_of_row[:, None], axis=1)[:, 0]
    assert np.array_equal(held, said.current_fen)
