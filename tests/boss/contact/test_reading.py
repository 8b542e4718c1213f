import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.boss import identity
from bassboss_lib.boss.contact.reading import Desk, Judged, judge, waiting
from bassboss_lib.boss.contact.record_reading import records
from bassboss_lib.boss.state import State
from bassboss_lib.contracts import unit
from bassboss_lib.exchange.fixed import decode, encode
from bassboss_lib.workspace import Workspace
from tests.boss.contact.conftest import active, care, retention, survey

STEM = "i_10000_202508_31001_00"
DATA, VERF, MANIFEST = f"{STEM}_001.dat", f"{STEM}.verf", f"{STEM}.json"
Edit = Callable[[Path], object]


@pytest.fixture
def desk(before: State) -> Desk:
    serial = before.people["serial"]
    ids = identity.customer_ids(serial).tolist()
    numbers = dict(zip(ids, identity.msisdns(serial).astype(str).tolist(), strict=True))
    nobody = {kind: frozenset[str]() for kind in ("retention", "survey", "care")}
    return Desk("10000", "20250930", dict(zip(ids, serial.tolist(), strict=True)), numbers, nobody, {})


@pytest.fixture
def outbox(village: Workspace, before: State, send: Callable) -> Path:
    assert send("31001", retention(before, active(before, 5))) == STEM
    return village.outbox


def judged(outbox: Path, desk: Desk) -> Judged:
    return judge(outbox, STEM, desk)


def write(path: Path, data: bytes) -> None:
    path.unlink()  # the archive keeps the bytes under another name
    path.write_bytes(data)


def edit(name: str, old: bytes, new: bytes) -> Edit:
    def change(outbox: Path) -> None:
        data = (outbox / name).read_bytes()
        assert old in data
        write(outbox / name, data.replace(old, new, 1))

    return change


def test_a_list_as_we_send_it_is_taken_whole(outbox: Path, desk: Desk, before: State) -> None:
    found = judged(outbox, desk)
    assert (found.accepted, found.codes, found.refused) == (True, {1: "00"}, [])
    assert found.rows is not None
    assert found.rows["priority"].to_pylist() == ["1", "2", "3", "4", "5"]
    assert found.rows["customer_name"].to_pylist() == ["张三"] * 5
    assert found.rows["row"].to_pylist() == [1, 2, 3, 4, 5]
    assert waiting(outbox) == [STEM]


@pytest.mark.parametrize(
    ("number", "code", "damage"),
    [
        (0, "95", edit(VERF, b"\r\n", b"  ")),
        (0, "98", edit(VERF, b"\r\n", b"")),
        (1, "16", edit(VERF, b"4535 ", b"45x5 ")),
        (1, "05", edit(VERF, b"4535 ", b"4536 ")),
        (1, "06", edit(VERF, b"5                   202508", b"6                   202508")),
        (1, "07", edit(VERF, b"202508  2", b"202507  2")),
        (1, "01", edit(VERF, b"_31001_00_001.dat", b"_31001_00_002.dat")),
        (1, "09", edit(VERF, b"i_10000", b"i_20000")),
        (1, "10", edit(VERF, b"i_10000", b"s_10000")),
        (1, "23", edit(VERF, b"_31001_00_001", b"_31001_01_001")),
        (1, "02", lambda outbox: (outbox / DATA).unlink()),
        (1, "03", lambda outbox: (outbox / MANIFEST).unlink()),
        (1, "11", edit(DATA, b"\r\n", b"  ")),
        (1, "05", edit(DATA, b"S01", b"S02")),
        (1, "05", edit(MANIFEST, b'"arpu_fen": 49500', b'"arpu_fen": 49501')),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(outbox: Path, desk: Desk, number: int, code: str, damage: Edit) -> None:
    damage(outbox)
    found = judged(outbox, desk)
    assert (found.accepted, found.codes, found.rows) == (False, {number: code}, None)


@pytest.mark.parametrize(("size", "code"), [(-5, "04"), (-2, "04"), (0, "22")])
def test_bytes_that_are_no_whole_records(outbox: Path, desk: Desk, size: int, code: str) -> None:
    data = (outbox / DATA).read_bytes()[:size]
    write(outbox / DATA, data)
    line = (outbox / VERF).read_bytes()
    count = 0 if not size else 5
    write(outbox / VERF, line[:40] + f"{len(data):<20}{count:<20}".encode() + line[80:])
    assert judged(outbox, desk).codes == {1: code}


def test_a_line_of_another_length(outbox: Path, desk: Desk) -> None:
    shorter = b"".join(line[:-3] + b"\r\n" for line in (outbox / DATA).read_bytes().splitlines(keepends=True))
    write(outbox / DATA, shorter)
    line = (outbox / VERF).read_bytes()
    write(outbox / VERF, line[:40] + f"{len(shorter):<20}".encode() + line[60:])
    assert judged(outbox, desk).codes == {1: "18"}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("96", {"province": "99999"}),
        ("86", {"today": "20250815"}),
        ("92", {"today": "20260131"}),
        ("93", {"taken": {STEM: "0" * 64}}),
    ],
)
def test_a_name_that_boss_does_not_expect(outbox: Path, desk: Desk, code: str, change: dict) -> None:
    assert judged(outbox, replace(desk, **change)).codes == {0: code}


@pytest.mark.parametrize(
    ("stem", "code"),
    [("s_10000_202508_31001_00", "94"), ("i_10000_202513_31001_00", "97"), ("i_10000_20250801_31001_00", "94")],
)
def test_a_name_that_does_not_fit_the_unit(outbox: Path, desk: Desk, stem: str, code: str) -> None:
    (outbox / VERF).rename(outbox / f"{stem}.verf")
    assert judge(outbox, stem, desk).codes == {0: code}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"arpu_fen": b"99x0"}, "31001092"),
        ({"growth_potential": b"9 "}, "31001123"),
        ({"churn_probability": b"1.500000"}, "31001134"),
        ({"segment_id": b"   "}, "31001071"),
        ({"recommended_offer": b"O99"}, "31001173"),
        ({"analysis_month": b"202507"}, "31001024"),
        ({"submitted_at": b"20250931999999"}, "31001032"),
        ({"customer_name": b"\xff\xff"}, "31001065"),
        ({"row_number": b"9 "}, "31001009"),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused_alone(before: State, changes: dict, code: str) -> None:
    data = bytearray(encoded(before, 4))
    what, [(name, value)] = unit("31001"), changes.items()
    at = 0 if name == "row_number" else 8 + sum(one.width for one in what.fields[: what.names.index(name)])
    start = 2 * what.record_bytes + at
    data[start : start + len(value)] = value
    rows, refused = records(what, "202508", [(DATA, bytes(data))])
    assert refused == [(DATA, 3, code)]
    assert rows["row"].to_pylist() == [1, 2, 4]


@pytest.mark.parametrize(
    ("period", "month", "codes"),
    [("202508", b"202507", ["33001024"]), ("20250908", b"202508", []), ("20250908", b"202510", ["33001024"])],
)
def test_a_care_list_of_a_day_speaks_of_a_month_not_after_it(
    village: Workspace, before: State, send: Callable, *, period: str, month: bytes, codes: list[str]
) -> None:
    stem, what = send("33001", care(before, active(before, 3)), period), unit("33001")
    data = (village.outbox / f"{stem}_001.dat").read_bytes()
    spoilt = data[:24] + month + data[30:]
    assert [code for _, _, code in records(what, period, [(f"{stem}_001.dat", spoilt)])[1]] == codes


def test_a_key_that_comes_twice_is_refused_the_second_time(before: State) -> None:
    what, data = unit("31001"), encoded(before, 3)
    again = data[: what.record_bytes].replace(b"1       ", b"4       ", 1)
    _, refused = records(what, "202508", [(DATA, data + again)])
    assert refused == [(DATA, 4, "31001046")]


def test_strangers_wrong_numbers_and_who_must_not_be_contacted(outbox: Path, desk: Desk, before: State) -> None:
    ids = identity.customer_ids(before.people["serial"][active(before, 5)]).tolist()
    numbers = desk.numbers | {ids[1]: "12999999999"}
    serials = {one: serial for one, serial in desk.serials.items() if one != ids[0]}
    forbidden = desk.forbidden | {"retention": frozenset([ids[2]]), "survey": frozenset([ids[3]])}
    found = judged(outbox, replace(desk, serials=serials, numbers=numbers, forbidden=forbidden))
    assert found.accepted
    assert found.refused == [(DATA, 1, "31001047"), (DATA, 2, "31001057"), (DATA, 3, "31001048")]
    assert found.rows is not None
    assert found.rows["customer_id"].to_pylist() == ids[3:]


@pytest.mark.parametrize(
    ("code", "period", "make"),
    [
        ("31001", "202508", retention),
        ("32001", "20250908", survey),
        ("33001", "202508", care),
        ("33001", "20250908", care),
    ],
)
def test_both_readers_of_the_interface_read_the_same(
    village: Workspace, before: State, send: Callable, *, code: str, period: str, make: Callable
) -> None:
    stem = send(code, make(before, active(before, 30)), period)
    data, what = (village.outbox / f"{stem}_001.dat").read_bytes(), unit(code)
    ours, _, _ = decode(what, data, 1, stem)
    theirs, refused = records(what, stem.split("_")[2], [(f"{stem}_001.dat", data)])
    assert refused == []
    for name in what.names:
        assert theirs[name].to_pylist() == [text or None for text in ours[name].to_pylist()]


def test_sums_of_the_manifest_are_those_of_the_records(outbox: Path) -> None:
    totals = json.loads((outbox / MANIFEST).read_bytes())["totals"]
    assert totals == {"arpu_fen": 49500, "credit_fen": 250000}


def encoded(state: State, count: int) -> bytes:
    table = retention(state, active(state, count))
    table = table.append_column("submitted_at", pa.array(["20250904080000"] * count))
    text = {name: pa.array([str(value) for value in table[name].to_pylist()]) for name in unit("31001").names}
    return encode(unit("31001"), pa.table(text))


def test_the_outbox_holds_other_things_too(tmp_path: Path) -> None:
    for name in ("r_i_10000_202508_31001_00.verf", "i_10000_202508_34001_00.verf", "x.verf", "i_1_2_3_4.verf"):
        (tmp_path / name).write_bytes(b"")
    assert waiting(tmp_path) == []
