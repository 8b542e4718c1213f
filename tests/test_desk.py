"""The desk, and the rooms and objects that show themselves: what a data scientist meets in JupyterLab."""

import inspect
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser

import pandas as pd
import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter

import bassboss_lib
from bassboss_lib import desk
from bassboss_lib.contracts import unit
from bassboss_lib.exchange.deliveries import Delivery, put
from bassboss_lib.exchange.names import Stem
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.listing import select
from bassboss_lib.runs import Plan, Run, RunResult
from tests.conftest import customer


def _delivery(direction="in", code="01002", period="202610", state="accepted", rr=0) -> Delivery:
    stem = Stem("i", "10000", period, code, rr)
    return Delivery.of(
        direction, stem, state, sha256="ab" * 32, built_at=datetime(2026, 11, 1), integrity="sha256", rows=5
    )


@pytest.fixture
def here(workspace, put, monkeypatch):
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("BASSBOSS_NOW", workspace.now.isoformat())
    return desk.open_desk("en")


def _deliver(workspace, *deliveries) -> None:
    with Ledger(workspace.ledger) as ledger, ledger.transaction():
        for one in deliveries:
            put(ledger, one, [])


def test_an_empty_workspace_leads_to_the_demo(here):
    assert "none yet" in desk.where(here).text
    assert "bassboss demo" in desk.next_steps(here).text
    assert "nothing is due" in desk.due(here).text
    assert desk.delivered(here).text
    assert desk.ran(here).text.endswith("<tbody></tbody></table>")


def test_what_was_delivered_is_a_grid_of_units_and_months(here, workspace):
    _deliver(workspace, _delivery(), _delivery(period="202609", state="partial"), _delivery(code="03003"))
    text = desk.delivered(here).text
    assert '<th scope="col">202609</th>' in text
    assert "<td>01002 customer</td><td>◐</td><td>✓</td>" in text
    assert "<td>·</td><td>✓</td>" in text


def test_a_newer_delivery_of_a_month_decides_its_mark(here, workspace):
    _deliver(workspace, _delivery(state="superseded"), _delivery(state="accepted", rr=1))
    assert "<td>✓</td>" in desk.delivered(here).text


def test_what_is_due_has_its_next_step(here, workspace, put):
    put("customer", "202610", [customer("a")])
    _deliver(workspace, _delivery("out", "31001", state="staged"))
    text = desk.due(here).text
    assert "bassboss release out-31001-10000-202610-00" in text
    assert "bassboss run 10_retention_train" in text
    assert "finish the month 202610" in desk.next_steps(here).text
    assert '<a href="10_retention_train.ipynb">' in desk.next_steps(here).text


def test_runs_lead_to_their_reports_and_say_why_they_failed(here, workspace):
    folder = workspace.runs / "202610" / "x" / "r1"
    folder.mkdir(parents=True)
    (folder / "report.html").touch()
    with Ledger(workspace.ledger) as ledger:
        for run, state, message in (("r1", "DONE", ""), ("r2", "FAILED", "R01: <b>")):
            row = (run, state, f"2026-11-03T08:0{run[1]}:00", f"runs/202610/x/{run}", message)
            ledger.execute(
                "INSERT INTO run (id, state, started_at, folder, message, notebook, month, source, parameters,"
                " versions, figures) VALUES (?, ?, ?, ?, ?, '10_retention_train', '202610', '', '{}', '{}',"
                " '{\"auc\": 0.8}')",
                row,
            )
    text = desk.ran(here).text
    assert text.count("<a href=") == 1
    assert "AUC 0.800" in text
    assert "<b>" not in text


@pytest.fixture
def shown(workspace, tmp_path):
    people = pd.DataFrame(
        {"churn_probability": [0.5, 0.4], "value": [100, 90], "silent": False, "do_not_contact": False},
        index=pd.Index(["a" * 32, "b" * 32], name="pseudonym"),
    )
    run = Run(workspace, "10_x_y", "202610", "", "zh", workspace.runs / "202610")
    return {
        "unit": unit("retention_list"),
        "delivery": _delivery(),
        "run": run,
        "result": RunResult("r<1>", tmp_path, {"month": "202610", "figures": {"auc": 0.8}}, 1.5),
        "plan": Plan.model_validate({"steps": [{"notebook": "10_x_y", "parameters": {"top": 3}}]}),
        "list": select(people, size=1, probability_min=0.1),
    }


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("unit", "customer_name"),
        ("delivery", "in-01002-10000-202610-00"),
        ("run", "10_x_y"),
        ("result", "r&lt;1&gt;"),
        ("plan", "top=3"),
        ("list", "aaaaaaaa…"),
    ],
)
def test_objects_show_themselves(shown, kind, said):
    text = shown[kind]._repr_html_()
    assert said in text
    assert "a" * 32 not in text
    HTMLParser().feed(text)


def test_a_model_shows_itself():
    from bassboss_lib.learning.tables import Sample
    from bassboss_lib.reports.examples import FEATURES, explanation

    x = pd.DataFrame(explanation(300).x, columns=[feature.name for feature in FEATURES])
    from bassboss_lib.learning.boosting import BoostingSettings
    from bassboss_lib.learning.model import fit_model

    keys = pd.DataFrame({"row": range(len(x))})
    sample = Sample(keys, x, (x["tenure_months"] < 30).to_numpy(dtype=int), FEATURES)
    text = fit_model(sample, settings=BoostingSettings(trees_max=5))._repr_html_()
    assert "tenure_months" in text
    assert "在网月数" in text


def test_the_house_can_be_found_by_its_name():
    assert {"contracts", "exchange", "reports", "runs", "desk"} <= set(dir(bassboss_lib))
    assert not {name for name in dir(bassboss_lib) if name.startswith(("commands", "cli"))}
    text = bassboss_lib._repr_html_()
    for room in bassboss_lib._ROOMS:
        assert len(bassboss_lib._paragraph(room).split()) >= 5, room
        assert f"<td>{room}</td>" in text
    with pytest.raises(AttributeError):
        _ = bassboss_lib.nothing


def test_the_completer_of_a_notebook_offers_the_rooms_each_with_its_paragraph():
    completer = IPCompleter(namespace={"bassboss_lib": bassboss_lib}, global_namespace={})
    completer.use_jedi = False  # a kernel asks the object itself
    with provisionalcompleter():
        offered = {one.text for one in completer.completions("bassboss_lib.", 13)}
        narrowed = [one.text for one in completer.completions("bassboss_lib.reten", 18)]
    assert {f".{room}" for room in bassboss_lib._ROOMS} <= offered
    assert narrowed == [".retention"]
    for room in bassboss_lib._ROOMS:
        said = inspect.getdoc(getattr(bassboss_lib, room)) or ""
        assert " ".join(said.split()).startswith(bassboss_lib._paragraph(room).rstrip("…")[:60]), room


def test_to_import_the_house_stays_cheap():
    code = (
        "import sys, bassboss_lib; dir(bassboss_lib); bassboss_lib._repr_html_();"
        "print(sorted({'pandas', 'numpy', 'matplotlib', 'duckdb', 'lightgbm', 'pyarrow'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
    code = "import bassboss_lib; print(bassboss_lib.months.add('202612', 1))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "202701"
    )
