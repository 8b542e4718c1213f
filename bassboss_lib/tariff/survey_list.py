"""Unit 32001: the survey's list with all elements of table 3-4, and its way to BOSS.

One delivery per day holds all surveys of the day, so that several can run at once without replacing each other.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.campaigns import stored_surveys, survey_folder
from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.rating import Header, Plan, compile_plans
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.retention.listing import fit_bytes
from bassboss_lib.tariff.material import Material
from bassboss_lib.tariff.plan_words import UNITS, differing_classes, plan_words
from bassboss_lib.tariff.rehearsal import class_units
from bassboss_lib.tariff.survey import Survey, read_survey
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.do_not_contact import contact_gate, release_gates
from bassboss_lib.workspace import Workspace

__all__ = ["ITEMS", "send_surveys", "survey_rows"]

UNIT = unit("survey_list")
ITEMS = 6
FEE_ITEM = "月费"


def survey_rows(workspace: Workspace, given: Material, survey: Survey, plan: Plan) -> pd.DataFrame:
    """Give the list without identities: pseudonym, plans in words, up to six items that differ, stratum, probability.

    Volume and charge are those of the customer's last month: minutes, GB, messages; fen under the plan he holds.
    """
    header = given.catalogue.header
    units, charges, row_of = _recent_use(given)
    owner = pd.Index(given.customers["pseudonym"]).get_indexer(pd.Index(survey.asked["pseudonym"]))
    held = {one.id: one for one in given.catalogue.plans}
    words = {name: plan_words(header, one) for name, one in held.items()}
    differ = {name: differing_classes(header, one, plan) for name, one in held.items()}
    rows = []
    for place, asked in zip(owner, survey.asked.itertuples(), strict=True):
        row = row_of[place]
        own = given.catalogue.plans[given.plan_of_row[row]]
        base: dict[str, object] = {"pseudonym": asked.pseudonym, "current_plan": own.id}
        base["current_plan_text"] = words[own.id]
        base |= {"stratum": asked.stratum, "inclusion_probability": f"{asked.inclusion_probability:.8f}"}
        rows.append(base | _items(header, own, differ[own.id], units[row], charges[row]))
    new = {"campaign_id": f"T{survey.day}", "survey_id": survey.id, "new_plan": plan.id}
    return pd.DataFrame(rows).assign(**new, new_plan_text=plan_words(header, plan))


def _recent_use(given: Material) -> tuple[np.ndarray, np.ndarray, dict[int, int]]:
    """Give units and charges by customer-month and class, and the last row of each owner."""
    compiled = compile_plans(given.catalogue)
    usage, classes = given.usage, len(given.catalogue.header.classes)
    charged = rate_direct(compiled, usage, given.plan_of_row).charge_fen
    klass = compiled.class_of[usage.code].astype(np.int64)
    row = np.repeat(np.arange(len(usage)), np.diff(usage.first))
    known = klass >= 0
    sums = np.bincount(row[known] * classes + klass[known], charged[known].astype(float), len(usage) * classes)
    last = dict(zip(usage.rows.owner.tolist(), range(len(usage)), strict=True))
    return class_units(compiled, given), sums.reshape(len(usage), classes).astype(np.int64), last


def _items(header: Header, own: Plan, differ: list[str], units: np.ndarray, charges: np.ndarray) -> dict[str, object]:
    """Give the fee and the differing classes with most charge, then most use, in the price list's order."""
    names = list(header.classes)
    places = sorted((names.index(one) for one in differ), key=lambda at: (-charges[at], -units[at], at))
    chosen = sorted(places[: ITEMS - 1])
    fee = int(own.fee.amount * 100) if own.fee else 0
    lines: list[tuple[str, float, str, int]] = [(FEE_ITEM, 1.0, "月", fee)]
    for at in chosen:
        title = header.classes[names[at]].title
        word, size = UNITS[header.classes[names[at]].service]
        lines.append((title.zh if title else names[at], float(units[at]) / size, word, int(charges[at])))
    said: dict[str, object] = {}
    for number in range(1, ITEMS + 1):
        names_of = (f"item_{number}", f"volume_{number}", f"unit_{number}", f"charge_{number}_fen")
        filled = number <= len(lines)
        text, volume, measure, fen = lines[number - 1] if filled else ("", 0.0, "", 0)
        values = (text, f"{volume:.2f}", measure, fen) if filled else (None,) * 4
        said |= dict(zip(names_of, values, strict=True))
    return said


def send_surveys(workspace: Workspace, survey: Survey, rows: pd.DataFrame) -> Published:
    """Keep a survey's rows and publish all surveys of its day as unit 32001.

    Raises
    ------
    GateRefused
        If a customer must not be contacted (O20); if the do-not-contact list is missing or too old (O21), the list
        stays staged.
    """
    folder = survey_folder(workspace, survey.id)
    write_table(pa.Table.from_pandas(rows, preserve_index=False), folder / "list.parquet", [])
    parts = []
    for one in stored_surveys(workspace):
        path = survey_folder(workspace, one) / "list.parquet"
        if path.exists() and read_survey(workspace, one).day == survey.day:
            parts.append(read_table([path]).to_pandas())
    identities = Vault(workspace).identities(survey.month)
    table = _interface(pd.concat(parts, ignore_index=True), identities)
    with Ledger(workspace.ledger) as ledger:
        return publish(
            workspace,
            ledger,
            UNIT,
            survey.day,
            table,
            lineage={"surveys": sorted(set(table["survey_id"].to_pylist())), "analysis_month": survey.month},
            before_release=[contact_gate(workspace, "survey")],
            on_leaving=release_gates(workspace, UNIT.code),
        )


def _interface(rows: pd.DataFrame, identities: pa.Table) -> pa.Table:
    known = identities.to_pandas().set_index("pseudonym").reindex(rows["pseudonym"]).reset_index(drop=True)
    names = known["name"].str.replace(r"[\x00-\x1f\x7f]", " ", regex=True)
    frame = rows.assign(customer_id=known["customer_id"], msisdn=known["msisdn"], customer_name=names)[UNIT.names]
    for name in (one for one in UNIT.names if one.startswith(("item_", "current_plan_text", "new_plan_text"))):
        width = UNIT.field(name).width
        frame[name] = [text if text is None else fit_bytes(text, width, UNIT.encoding, "；") for text in frame[name]]
    schema = pa.schema([field.with_nullable(True) for field in typed_schema(UNIT)])
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False, safe=False)
