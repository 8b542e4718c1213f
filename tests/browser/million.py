"""A report on a million customers, its figures drawn by the functions that the notebooks call."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bassboss_lib import reports
from bassboss_lib.learning import calibration_table
from bassboss_lib.reports import captions, list_page
from bassboss_lib.reports.display import Shown
from bassboss_lib.retention.listing import select
from bassboss_lib.workspace import Workspace

__all__ = ["million_page"]

CUSTOMERS = 1_000_000


def million_page(workspace: Workspace, language: str) -> Path:
    """Write the report of a list and its model for a million customers; give its path."""
    generator = np.random.default_rng(1)
    p = 1 / (1 + np.exp(-generator.normal(-3, 1.2, CUSTOMERS)))
    y = (generator.random(CUSTOMERS) < p).astype(int)
    people = pd.DataFrame(
        {
            "churn_probability": p,
            "value": generator.gamma(2, 3000, CUSTOMERS).round(),
            "silent": generator.random(CUSTOMERS) < 0.02,
            "do_not_contact": generator.random(CUSTOMERS) < 0.01,
            "churn_reason": generator.choice(["R01", "R02", "R04", "R07"], CUSTOMERS),
            "segment_id": generator.choice(["V1T1", "V2T2", "V3T3"], CUSTOMERS),
        },
        index=pd.Index([f"{place:032x}" for place in range(CUSTOMERS)], name="pseudonym"),
    )
    chosen = select(people, size=50_000, probability_min=0.05)
    curve = reports.gain_curve(y, p)
    bins = calibration_table(y, p)
    change = generator.normal(-300, 1500, CUSTOMERS).round()
    shown = [
        reports.show(
            reports.score_distribution(p, language=language), captions.score_distribution(p, language, threshold=0.05)
        ),
        reports.show(reports.gains(curve, language=language), captions.gains(curve, language)),
        reports.show(reports.lift(curve, language=language), captions.lift(curve, language)),
        reports.show(reports.calibration(bins, language=language), captions.calibration(bins, language)),
        reports.show(reports.bill_change(change, language=language), captions.bill_change(change, language)),
        list_page.reasons(chosen, language),
        list_page.excluded_table(chosen, language),
        list_page.segments_table(chosen, language),
        list_page.preview(chosen.rows, "fen", language),
        reports.table(people, index=True),
    ]
    cells = [
        new_markdown_cell("# 百万客户" if language == "zh" else "# A million customers", metadata={"tags": [language]})
    ]
    cells += [_cell(one) for one in shown]
    header = reports.ReportHeader(
        "r", "11_retention_list", "202610", "", "DONE", "", datetime(2026, 11, 3), {"language": language}, {}
    )
    result = {"figures": {"listed": len(chosen.rows)}, "rows": {"scored": CUSTOMERS}}
    path = workspace.root / f"million_{language}.html"
    path.write_text(reports.render(workspace, new_notebook(cells=cells), header, result), encoding="utf-8")
    return path


def _cell(one: object) -> dict:
    if isinstance(one, Shown):
        import base64

        metadata = {"image/png": {"alt": one.sentence.plain, "width": one.width_px}}
        data = {"image/png": base64.b64encode(one.image).decode(), "text/plain": one.sentence.plain}
        told = new_output("display_data", {"text/markdown": one.sentence.markdown})
        return new_code_cell("x", outputs=[new_output("display_data", data, metadata=metadata), told])
    return new_code_cell("x", outputs=[new_output("display_data", {"text/html": one._repr_html_()})])
