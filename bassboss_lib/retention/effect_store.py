"""The effect model in the store: kept with what past campaigns say of it, and learnt anew only when there is news.

News is another version of the assignments or outcomes of a mature campaign, which the ledger knows by their hashes. The
folder is like that of every model (`learning.folders`): text, immutable, signed. Nobody promotes an effect model: its
gate decides at every list.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.features import dictionary, said
from bassboss_lib.learning import Estimate
from bassboss_lib.learning.cards import effect_written
from bassboss_lib.learning.drift import drifted
from bassboss_lib.learning.folders import keep, read
from bassboss_lib.learning.uplift import Ordering
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.effect_model import ACCEPTED, model_of
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.workspace import Workspace

__all__ = ["COLUMNS", "Judged", "find", "inputs_of", "store"]

FUNCTION, SOURCE = "effect", "boss"
LIBRARIES = ("bassboss", "numpy")
NUMBERS = (one for one in dictionary() if one.kind == "number" and one not in said.FEATURES)
COLUMNS = (*(one.name for one in NUMBERS), "churn_probability", "value")
"""What the effect model looks at: the numbers among the features, the score and the value; not the themes of complaint
text, few complain, and an edited word would make every campaign's model anew."""


@dataclass(frozen=True)
class Judged:
    """An effect model, and what the campaigns that it learnt from say of its ordering.

    Parameters
    ----------
    text : str
        The lines (`effect_model.EffectModel.text`); they give effects as shares of risk.
    gate : Estimate
        Value of the list by effect minus that of the list by risk, fen, over these campaigns, the mean of all lengths.
    ordering : Ordering
        Its Qini and curve, per candidate.
    id : str
        Its name in the store; empty before it is stored.
    """

    text: str
    gate: Estimate
    ordering: Ordering
    id: str = ""


def inputs_of(workspace: Workspace, mature: Sequence[Followed], seed: int) -> dict[str, Any]:
    """Say what an effect model of these campaigns rests on: the hash of each one's assignments and outcomes."""
    query = (
        "SELECT kind, MAX(version) AS version, sha256 FROM campaign_part WHERE campaign = ? GROUP BY kind ORDER BY kind"
    )
    with Ledger(workspace.ledger) as ledger:
        parts = {one.campaign: {row["kind"]: row["sha256"] for row in ledger.rows(query, (one.campaign,))}
                 for one in mature}  # fmt: skip
    return {"campaigns": parts, "columns": list(COLUMNS), "unit": "share of risk, by lines", "seed": seed}


def find(workspace: Workspace, month: str, inputs: dict[str, Any]) -> Judged | None:
    """Give the stored model that rests on just this; None if there is news, or other libraries would read it.

    Raises
    ------
    SecurityRefused
        If a file of an effect model of this month was altered (R26).
    """
    query = "SELECT id, function, sha256 FROM model WHERE function = ? AND source = ? AND month = ? ORDER BY id"
    with Ledger(workspace.ledger) as ledger:
        rows = ledger.rows(query, (FUNCTION, SOURCE, month))
    for row in rows:
        texts = read(workspace, dict(row))
        facts = json.loads(texts["card.json"])
        if facts["inputs"] == inputs and not drifted(facts["versions"]):
            figures = {name: Estimate(**said) for name, said in facts["figures"].items()}
            share, curve = (np.array(facts["curve"][name]) for name in ("share", "gain"))
            order = Ordering(share, curve, figures["qini"], figures["effect"])
            return Judged(texts["model.json"], figures["gate"], order, row["id"])
    return None


def store(workspace: Workspace, month: str, inputs: dict[str, Any], judged: Judged, rows: dict[str, int]) -> str:
    """Keep an effect model with what it rests on; give its id.

    Parameters
    ----------
    month : str
        Month of the newest campaign that it learnt from.
    rows : dict
        ``candidates``, ``controls``, ``leavers`` learnt from.
    """
    figures = {"gate": judged.gate, "qini": judged.ordering.qini, "effect": judged.ordering.effect}
    facts = {
        "function": FUNCTION,
        "source": SOURCE,
        "month": month,
        "inputs": inputs,
        "rows": rows,
        "figures": {name: asdict(said) for name, said in figures.items()},
        "terms": _terms(judged.text),
        "curve": {"share": judged.ordering.share.tolist(), "gain": judged.ordering.curve.tolist()},
        "versions": {name: version(name) for name in LIBRARIES},
    }
    texts = {
        "card.json": json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False),
        "card_en.md": effect_written(facts, "en"),
        "card_zh.md": effect_written(facts, "zh"),
        "model.json": judged.text,
    }
    said = {name: estimate.value for name, estimate in figures.items()}
    with Ledger(workspace.ledger) as ledger:
        return keep(workspace, ledger, texts, function=FUNCTION, source=SOURCE, month=month, figures=said)


def _terms(text: str) -> list[dict[str, Any]]:
    """Give the strongest terms of a model with their titles."""
    titles = {ACCEPTED: ("接受方案的概率", "probability of accepting"), "value": ("客户价值", "value of the customer"),
              "churn_probability": ("离网概率", "churn probability")}  # fmt: skip
    titles |= {one.name: (one.zh, one.en) for one in dictionary()}
    codes = {code: one for one in (code_list("churn_reason"), code_list("offer")) for code in one.codes}
    told = []
    for name, slope in model_of(text).strongest(COLUMNS):
        words = titles.get(name) or tuple(
            " + ".join(f"{code} {codes[code].text(code, language)}" for code in name.split())
            for language in ("zh", "en")
        )
        told.append({"zh": words[0], "en": words[1], "slope": slope})
    return told
