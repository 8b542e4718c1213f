"""Two workspaces to crash in: one about to publish a list, one with deliveries in its inbox; and how each ends well."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.exchange import write_delivery
from bassboss_lib.vault import IDENTITIES, Vault
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import CREATED, balances, customers, deliver, inbox, ledger, listed  # noqa: F401 - fixtures
from tests.faults.crashes import dump, opened, publish_list, take


@dataclass(frozen=True)
class Scene:
    """A workspace to copy, what is done in it, and how it looks when nothing disturbs."""

    template: Path
    undisturbed: dict

    def fresh(self, root: Path) -> Workspace:
        shutil.copytree(self.template, root)
        return opened(root)


def delivered(root: Path) -> Workspace:
    """Give a workspace with three deliveries in its inbox; one balance of them cannot be read."""
    workspace = opened(root)
    about: dict = {"province": "10000", "created": CREATED}
    write_delivery(workspace.inbox, unit("customer"), "202610", customers(), **about)
    write_delivery(workspace.inbox, unit("balance"), "202609", balances(3, "202609"), **about)
    data = write_delivery(workspace.inbox, unit("balance"), "202610", balances(30), manifest=False, **about)[0]
    data.write_bytes(data.read_bytes().replace(b"$3000\n", b"$30x0\n"))
    return workspace


def known_to_the_vault(workspace: Workspace, people: pa.Table) -> None:
    """Let the vault know who is on a list, so that they can be looked for where they must not be."""
    vault = Vault(workspace)
    columns = [vault.pseudonyms(people["customer_id"]), people["customer_id"], people["msisdn"]]
    nobody = pa.array([None] * people.num_rows, pa.string())
    rows = pa.table([*columns, people["customer_name"], nobody], names=IDENTITIES.names)
    vault.remember("202610", 0, rows)


@pytest.fixture(scope="session")
def publishing(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("publishing")
    template = opened(folder / "template")
    known_to_the_vault(template, listed(40))
    publish_list(template, 3)
    scene = Scene(folder / "template", {})
    workspace = scene.fresh(folder / "undisturbed")
    publish_list(workspace)
    return Scene(scene.template, dump(workspace))


@pytest.fixture(scope="session")
def arriving(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("arriving")
    delivered(folder / "template")
    scene = Scene(folder / "template", {})
    workspace = scene.fresh(folder / "undisturbed")
    take(workspace)
    return Scene(scene.template, dump(workspace))
