import json
from pathlib import Path

import pytest

from bassboss_lib.boss import deliver
from bassboss_lib.workspace import Workspace


@pytest.fixture
def sound(workspace: Workspace) -> dict[str, bytes]:
    return _files(workspace, deliver(workspace, "202508", customers=60, seed=3))


def _files(workspace: Workspace, written: list[Path]) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in written}


def _again(workspace: Workspace, fault: str) -> dict[str, bytes]:
    for file in workspace.inbox.iterdir():
        file.unlink()
    return _files(workspace, deliver(workspace, "202508", fault=[fault]))


def _differences(sound: dict[str, bytes], damaged: dict[str, bytes]) -> set[str]:
    return {name for name in sound if damaged.get(name) != sound[name]}


CDR = "s_10000_202508_04008_00"


def test_I01_the_verification_file_is_missing(workspace: Workspace, sound: dict[str, bytes]) -> None:
    damaged = _again(workspace, "I01")
    assert set(sound) - set(damaged) == {f"{CDR}.verf"}
    assert not (workspace.inbox / f"{CDR}.verf").exists()


def test_I02_the_data_are_missing(workspace: Workspace, sound: dict[str, bytes]) -> None:
    assert set(sound) - set(_again(workspace, "I02")) == {f"{CDR}_001.dat"}


@pytest.mark.parametrize(("fault", "count"), [("I03", 5), ("I04", 2)])
def test_I03_I04_the_data_are_cut(workspace: Workspace, sound: dict[str, bytes], fault: str, count: int) -> None:
    damaged, name = _again(workspace, fault), f"{CDR}_001.dat"
    assert _differences(sound, damaged) == {name}
    assert damaged[name] == sound[name][:-count]


def test_I05_one_byte_is_flipped(workspace: Workspace, sound: dict[str, bytes]) -> None:
    damaged, name = _again(workspace, "I05"), f"{CDR}_001.dat"
    assert _differences(sound, damaged) == {name}
    assert [one ^ other for one, other in zip(damaged[name], sound[name], strict=True) if one != other] == [1]


def test_I06_one_record_more_is_declared(workspace: Workspace, sound: dict[str, bytes]) -> None:
    damaged, name = _again(workspace, "I06"), f"{CDR}.verf"
    assert _differences(sound, damaged) == {name}
    assert int(damaged[name][60:80]) == int(sound[name][60:80]) + 1
    assert len(damaged[name]) == len(sound[name])


def test_I07_a_control_total_is_wrong_by_one_fen(workspace: Workspace, sound: dict[str, bytes]) -> None:
    damaged, name = _again(workspace, "I07"), f"{CDR}.json"
    assert _differences(sound, damaged) == {name}
    total, declared = (json.loads(files[name])["totals"]["charge_fen"] for files in (sound, damaged))
    assert declared == total + 1


def test_I08_a_key_is_replaced_and_the_count_is_right(workspace: Workspace, sound: dict[str, bytes]) -> None:
    damaged, name = _again(workspace, "I08"), f"{CDR}_001.dat"
    assert _differences(sound, damaged) == {name}
    first, was = (files[name].split(b"$", 1)[0] for files in (damaged, sound))
    assert (len(first), first[1:]) == (len(was), was[1:])
    assert damaged[name].count(b"\n") == sound[name].count(b"\n")


def test_I27_rows_of_another_month_come_under_the_right_names(workspace: Workspace, sound: dict[str, bytes]) -> None:
    damaged, name = _again(workspace, "I27"), f"{CDR}_001.dat"
    assert set(damaged) == set(sound)
    assert {line.split(b"$")[1][:6] for line in damaged[name].splitlines()} == {b"202507"}
    assert damaged[f"{CDR}.verf"][80:86] == b"202508"
    assert b"202507" not in damaged[f"{CDR}.verf"] + damaged[f"{CDR}.json"]


def test_a_fault_can_be_done_to_another_unit(workspace: Workspace, sound: dict[str, bytes]) -> None:
    assert _differences(sound, _again(workspace, "I05:bill_item")) == {"s_10000_202508_03004_00_001.dat"}
