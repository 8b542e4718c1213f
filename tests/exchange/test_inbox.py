from pathlib import Path

import pytest

from bassboss_lib.errors import SecurityRefused
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.inboxes import DATA, MANIFEST, VERF, edit, refused, stored


@pytest.mark.parametrize("name", ["a\nb.dat", "a b.dat", "caf\u00e9.verf"])
def test_I30_a_strange_name_in_the_inbox_is_a_security_matter(workspace: Workspace, inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(b"x")
    with pytest.raises(SecurityRefused, match="I30") as caught:
        ingest(workspace)
    assert caught.value.exit_code == 12
    assert len(stored(workspace)) == 3


def test_I30_a_link_is_not_followed(workspace: Workspace, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes((inbox / DATA).read_bytes())
    (inbox / DATA).unlink()
    (inbox / DATA).symlink_to(tmp_path / "secret")
    assert "I30" in refused(workspace, SecurityRefused)


def test_I30_a_path_in_the_verification_file(workspace: Workspace, inbox: Path) -> None:
    edit(inbox / VERF, DATA.ljust(40), "../../etc/x".ljust(40))
    assert "I30" in refused(workspace, SecurityRefused)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("i_20000_202610_03003_00", "09"),
        ("i_10000_202613_03003_00", "08"),
        ("i_10000_20261301_03003_00", "08"),
        ("s_10000_202610_03003_00", "10"),
        ("i_10000_20261001_03003_00", "10"),
        ("i_10000_202612_03003_00", "24"),
        ("i_10000_202610_09999_00", "01"),
    ],
)
def test_a_stem_that_is_not_expected_is_refused_with_its_code(
    workspace: Workspace, inbox: Path, name: str, code: str
) -> None:
    (inbox / DATA).rename(inbox / f"{name}_001.dat")
    (inbox / VERF).rename(inbox / f"{name}.verf")
    (inbox / MANIFEST).unlink()
    assert f"code {code}" in refused(workspace)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (DATA, DATA.replace("_00_001", "_01_001"), "23"),
        (DATA, DATA.replace("001.dat", "002.dat"), "16"),
        (DATA, DATA.replace("202610", "202609"), "07"),
        ("202610  ", "202609  ", "07"),
    ],
)
def test_a_verification_file_that_speaks_of_something_else(
    workspace: Workspace, inbox: Path, old: str, new: str, code: str
) -> None:
    edit(inbox / VERF, old, new)
    assert f"code {code}" in refused(workspace)


def test_what_is_not_ours_is_left_alone(workspace: Workspace, inbox: Path) -> None:
    for name in (
        "README.txt",
        ".hidden",
        "x.part",
        "f_i_10000_202610_31001_00_001.verf",
        "s_10000_202611_31002_00.verf",
    ):
        (inbox / name).write_bytes(b"x")
    assert ingest(workspace).warnings == ["README.txt: not a name of the interface, left alone"]
    assert len(list(inbox.iterdir())) == 5
