from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import unit
from bassboss_lib.exchange import Stem
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import customers


def test_identifiers_become_pseudonyms_and_names_go_to_the_vault(workspace: Workspace) -> None:
    path = load(workspace, unit("customer"), Stem("i", "10000", "202610", "01002", 0), customers())
    table = pq.read_table(path, partitioning=None)
    vault = Vault(workspace)
    assert table["pseudonym"].to_pylist() == vault.pseudonyms(["0000000001", "2"]).to_pylist()
    assert not {"customer_id", "msisdn", "name", "employer"} & set(table.column_names)
    kept = vault.identities("202610").to_pylist()
    assert sorted((row["customer_id"], row["msisdn"], row["name"]) for row in kept) == [
        ("0000000001", "17000000001", "张三"),
        ("2", "17000000002", "𠀀㐀😀"),
    ]
    assert b"17000000001" not in path.read_bytes()


def test_the_partner_of_a_call_is_found_among_the_customers(workspace: Workspace) -> None:
    people = load(workspace, unit("customer"), Stem("i", "10000", "202610", "01002", 0), customers())
    call = pa.table(
        {
            "customer_id": ["2", "2"],
            "started_at": pa.array([datetime(2026, 10, 1), datetime(2026, 10, 2)], pa.timestamp("s")),
            "kind": ["voice", "data"],
            "direction": ["mo", "mo"],
            "other_party": ["17000000001", None],
            "other_operator": ["CM", None],
            "zone": ["local", "local"],
            **{name: [1, 1] for name in ("duration_s", "volume_bytes", "charge_fen", "discount_fen")},
        }
    )
    calls = load(workspace, unit("cdr"), Stem("s", "10000", "202610", "04008", 0), call)
    partner = pq.read_table(calls, partitioning=None)["other_pseudonym"].to_pylist()
    numbers = pq.read_table(people, partitioning=None)["number_pseudonym"].to_pylist()
    assert partner == [numbers[0], None]


def test_the_same_rows_give_the_same_bytes(workspace: Workspace) -> None:
    stem = Stem("i", "10000", "202610", "01002", 0)
    first = load(workspace, unit("customer"), stem, customers()).read_bytes()
    assert load(workspace, unit("customer"), stem, customers()).read_bytes() == first
