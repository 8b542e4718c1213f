import json

import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import prepare, record
from bassboss_lib.runs.preflight import preflight
from bassboss_lib.runs.released import CHANGED, RELEASED, UNKNOWN, released_state, write_sums
from bassboss_lib.workspace import Workspace
from tests.runs.tiny import FINISH, MONTH, notebook, workspace_of


@pytest.fixture
def released(tmp_path):
    path = notebook(tmp_path / "notebooks", "10_one", FINISH)
    write_sums(path.parent)
    return path


def edit(path):
    path.write_text(path.read_text().replace("listed", "told"))


def test_R14_a_changed_cell_is_noticed_and_outputs_are_not(released):
    assert released_state(released) == RELEASED
    content = json.loads(released.read_text())
    content["cells"][0] |= {"outputs": [{"output_type": "stream"}], "execution_count": 4}
    content["cells"][1]["source"] = content["cells"][1]["source"].splitlines(keepends=True)
    released.write_text(json.dumps(content))
    assert released_state(released) == RELEASED
    edit(released)
    assert released_state(released) == CHANGED
    assert released_state(notebook(released.parent, "11_own", FINISH)) == UNKNOWN


def test_R14_the_record_of_a_run_says_so(released, tmp_path):
    edit(released)
    workspace = workspace_of(tmp_path / "work")
    task = prepare(str(released), tmp_path)[0]
    with Ledger(workspace.ledger) as ledger:
        row = record.begin(ledger, workspace.now, released, MONTH, task.resolved)
        kept = json.loads(ledger.one("SELECT versions FROM run")["versions"])
    assert row.versions["notebook_state"] == kept["notebook_state"] == "changed since the released version"


def test_R14_strict_notebooks_refuse_what_is_not_as_released(released, tmp_path):
    opened = workspace_of(tmp_path / "work")
    strict = Workspace(opened.root, opened.settings.model_copy(update={"strict_notebooks": True}), opened.now)
    preflight(strict, released)
    edit(released)
    preflight(opened, released)
    with pytest.raises(CallError, match=r"R14: the notebook was changed since the released version") as raised:
        preflight(strict, released)
    assert raised.value.exit_code == 2
    with pytest.raises(CallError, match=r"R14: the notebook is not released"):
        preflight(strict, notebook(released.parent, "11_own", FINISH))
