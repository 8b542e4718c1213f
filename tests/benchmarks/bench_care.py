"""Matching and listing a million customers: seconds of the processor and peak memory of a process of its own.

    python -m tests.benchmarks.bench_care [customers]

Candidates are drawn as the rules would leave them: twelve segments, forms that suit about as often as on the stand-in.
What is measured is worth, exploration, matching, controls, the list with its words, and the interface table.
"""

import json
import resource
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.care.assigning import CareDesign, assign_care
from bassboss_lib.care.beliefs import beliefs_of
from bassboss_lib.care.catalogue import OCCASIONS, catalogue
from bassboss_lib.care.listing import care_list, interface_table
from bassboss_lib.care.occasions import Occasions
from bassboss_lib.care.people import Candidates
from bassboss_lib.workspace import open_workspace

CUSTOMERS, MONTH = 1_000_000, "202610"
COMMON = {"complaint_open": 0.004, "complaint_closed": 0.008, "network_trouble": 0.03, "bill_unusual": 0.016,
          "arrears": 0.023, "balance_low": 0.07, "contract_ending": 0.085, "falling_use": 0.02, "silent": 0.012,
          "roaming": 0.066, "newcomer": 0.07, "birthday": 0.082, "anniversary": 0.076, "terminal_old": 0.15,
          "high_value": 0.076, "points_expiring": 1.0, "festival": 0.0, "weather": 0.0, "general": 1.0}  # fmt: skip
"""How common each occasion is on the stand-in."""
FACTS = ("complaints_open", "complaint_satisfaction", "network_complaints", "short_call_share", "bill_change",
         "months_owed", "balance_fen", "arpu_fen", "contract_left_days", "use_to_habit", "roaming_events",
         "tenure_months", "birthday_day", "anniversary_years", "anniversary_day", "terminal_newness")  # fmt: skip


def people(count: int) -> Candidates:
    """Draw candidates."""
    rng, known = np.random.default_rng(1), catalogue()
    index = pd.Index([f"{number:032x}" for number in range(count)], name="pseudonym")
    holds = pd.DataFrame({name: rng.random(count) < COMMON[name] for name in OCCASIONS}, index=index)
    facts = pd.DataFrame({name: rng.integers(1, 28, count).astype(float) for name in FACTS}, index=index)
    forms = tuple(known.in_season(11))
    rows = pd.DataFrame({"arpu_fen": rng.integers(1000, 30000, count), "mou_min": 100, "credit_fen": 0}, index=index)
    rules = [known.forms[code].eligible for code in forms]
    eligible = np.column_stack(
        [(rows["arpu_fen"] >= r.arpu_fen_min) & (facts["tenure_months"] >= r.tenure_months_min) for r in rules]
    )
    suits = np.column_stack([holds[list(known.forms[code].occasions)].any(axis=1) for code in forms]) & eligible
    urgent = np.column_stack(
        [holds[[n for n in known.forms[c].occasions if known.occasions[n].urgent]].any(axis=1) for c in forms]
    )
    rows["growth_potential"], rows["segment_traits"] = 3, "通话多；在网久"
    rows["segment_id"], rows["earlier"] = rng.choice([f"S{n:02}" for n in range(12)], count), rng.integers(0, 3, count)
    return Candidates(rows, suits, suits & urgent, forms, Occasions(holds, facts), {})


def main(count: int) -> dict[str, float]:
    """Measure."""
    given, known = people(count), catalogue()
    keys = given.rows.index
    columns = {"pseudonym": keys, "customer_id": keys.str[-20:], "msisdn": "13800000000", "name": "张三"}
    identities = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
    beliefs = beliefs_of(known, sorted(given.rows["segment_id"].unique()))
    design = CareDesign(size=count // 10, budget_fen=40 * count)
    with tempfile.TemporaryDirectory() as folder:
        workspace, began = open_workspace(folder, "2026-11-03T08:00"), time.process_time()
        rows = assign_care(workspace, given, beliefs, known, design, campaign="K202610-01", month=MONTH)
        matched = time.process_time()
        made = care_list(rows, given, known, MONTH)
        table = interface_table(made.rows, identities, campaign="K202610-01", month=MONTH)
    listed = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"customers": count, "listed": table.num_rows, "match_cpu_s": matched - began}
    return told | {"list_cpu_s": listed - matched, "peak_mb": peak}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)))
