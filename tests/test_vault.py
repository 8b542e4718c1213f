import hashlib
import hmac
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.errors import CallError, DiskFailed, InputRefused, SecurityRefused
from bassboss_lib.vault import MANY, Vault, create_key
from bassboss_lib.workspace import Workspace


def people(*pseudonyms: str) -> pa.Table:
    rows = [
        {"pseudonym": one, "customer_id": f"c{one}", "msisdn": f"m{one}", "name": "张三", "employer": None}
        for one in pseudonyms
    ]
    return pa.Table.from_pylist(rows)


def test_a_pseudonym_is_the_first_128_bits_of_a_keyed_hash(workspace: Workspace) -> None:
    create_key(workspace, b"seed")
    expected = hmac.new(hashlib.sha256(b"seed").digest(), b"0012345", "sha256").hexdigest()[:32]
    chunked = pa.chunked_array([["0012345"], [None, "0012345"]], pa.string())
    assert Vault(workspace).pseudonyms(chunked).to_pylist() == [expected, None, expected]
    assert Vault(workspace).pseudonyms([]).to_pylist() == []


def test_many_pseudonyms_are_those_of_few(workspace: Workspace) -> None:
    many = [f"客{number}" for number in range(MANY)]
    found = Vault(workspace).pseudonyms(many)
    assert found.slice(0, 50).equals(Vault(workspace).pseudonyms(many[:50]))
    assert (len(set(found.to_pylist())), set(map(len, found.to_pylist()))) == (MANY, {32})


def test_the_key_is_made_once_random_and_private(workspace: Workspace, tmp_path: Path) -> None:
    first = Vault(workspace).pseudonyms(["1"])
    assert Vault(workspace).pseudonyms(["1"]).equals(first)
    key = workspace.vault / "key"
    assert (len(key.read_bytes()), key.stat().st_mode & 0o777) == (32, 0o600)


def test_a_seeded_key_never_replaces_another(workspace: Workspace) -> None:
    path = create_key(workspace, b"one")
    before = path.read_bytes()
    assert create_key(workspace, b"one").read_bytes() == before
    with pytest.raises(CallError, match="another key"):
        create_key(workspace, b"two")
    assert create_key(workspace).read_bytes() == before


@pytest.mark.parametrize("name", ["key", "."])
def test_S15_a_vault_that_others_can_read_is_refused(workspace: Workspace, name: str) -> None:
    create_key(workspace)
    (workspace.vault / name).chmod(0o750)
    with pytest.raises(SecurityRefused, match="S15: others may read it") as caught:
        Vault(workspace)
    assert caught.value.exit_code == 12


def test_a_vault_that_cannot_be_written_is_a_matter_of_the_disk(workspace: Workspace) -> None:
    workspace.vault.rmdir()
    with pytest.raises(DiskFailed, match="key not written"):
        create_key(workspace)


def test_a_damaged_key_is_refused(workspace: Workspace) -> None:
    create_key(workspace).write_bytes(b"short")
    with pytest.raises(SecurityRefused, match="not 32 bytes"):
        Vault(workspace)


def test_identities_are_those_of_the_newest_month_not_later(workspace: Workspace) -> None:
    vault = Vault(workspace)
    vault.remember("202609", 0, people("b", "a"))
    vault.remember("202610", 0, people("c"))
    vault.remember("202610", 1, people("d"))
    vault.remember("202612", 0, people("e"))
    assert vault.identities("202609")["pseudonym"].to_pylist() == ["a", "b"]
    assert vault.identities("202611").to_pylist() == people("d").to_pylist()
    with pytest.raises(InputRefused, match="no identities"):
        vault.identities("202608")


def test_S15_identities_are_private_and_refused_if_they_are_not(workspace: Workspace) -> None:
    vault = Vault(workspace)
    path = vault.remember("202610", 0, people("a"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(SecurityRefused, match="S15"):
        vault.identities("202610")
