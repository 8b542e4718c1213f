"""Example frames for the catalogue of figures: small, made up, the same each time; their shape is what a figure needs.

Nothing here is a result. A notebook of your own puts its own frame where the catalogue puts one of these.
"""

import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning.explanations import Explanation
from bassboss_lib.reports.sentences import Language

__all__ = [
    "KINDS",
    "bill_changes",
    "cohorts",
    "drift",
    "effects",
    "explanation",
    "flows",
    "groups",
    "quality_history",
    "rates",
    "reason_counts",
    "scored",
    "segments",
]

KINDS = (
    "gains", "lift", "calibration", "score_distribution", "importance", "beeswarm", "dependence", "waterfall",
    "reasons", "retention_heatmap", "segment_radar", "segment_bars", "effect_forest", "comparison", "bill_change",
    "winners_losers", "sankey", "quality_trend", "rate_by_month", "drift_strip",
)  # fmt: skip
"""The kinds of figures there are, in the order of the catalogue."""
MONTHS = ("202605", "202606", "202607", "202608", "202609", "202610")
FEATURES = (
    Feature("tenure_months", "customer", "months", "在网月数", "Tenure"),
    Feature("arpu_fen", "bill", "fen", "月均账单", "Mean bill"),
    Feature("call_trend", "call", "share", "通话量趋势", "Trend of calls"),
    Feature("complaint_count", "service", "count", "投诉次数", "Complaints"),
)


def scored(rows: int = 4000) -> pd.DataFrame:
    """Give a probability and what happened: one row per customer, ``churn`` (0 or 1), ``probability``."""
    generator = np.random.default_rng(1)
    probability = 1 / (1 + np.exp(-generator.normal(-3, 1.2, rows)))
    return pd.DataFrame({"churn": (generator.random(rows) < probability).astype(int), "probability": probability})


def explanation(rows: int = 400) -> Explanation:
    """Give contributions of four features to the log-odds of some customers."""
    generator = np.random.default_rng(2)
    x = np.column_stack(
        [
            generator.integers(1, 90, rows),
            generator.gamma(3, 2500, rows),
            generator.normal(0, 0.3, rows),
            generator.poisson(0.4, rows),
        ]
    ).astype(float)
    phi = np.column_stack([-0.012 * (x[:, 0] - 45), 0.00003 * (x[:, 1] - 7500), -1.6 * x[:, 2], 0.5 * (x[:, 3] - 0.4)])
    return Explanation(phi + generator.normal(0, 0.05, phi.shape), -3.0, x, FEATURES)


def effects(language: Language) -> pd.DataFrame:
    """Give effects of a campaign by segment, the whole last: shares of customers, as `effect_forest` takes them."""
    zh = language == "zh"
    labels = ("高价值商务", "都市青年", "流量型", "沉默边缘", "合计") if zh else (
        "High-value business", "City youth", "Data-heavy", "Nearly silent", "All")  # fmt: skip
    return pd.DataFrame(
        {
            "label": labels,
            "value": [-0.031, -0.018, -0.006, 0.012, -0.015],
            "low": [-0.047, -0.033, -0.021, -0.004, -0.022],
            "high": [-0.015, -0.003, 0.009, 0.028, -0.008],
            "treated": [1840, 2210, 2960, 1490, 8500],
            "control": [205, 246, 329, 165, 945],
            "provisional": [False, False, False, True, False],
            "total": [False, False, False, False, True],
        }
    )


def cohorts() -> pd.DataFrame:
    """Give cohorts by month of joining: one row per cohort and age, the last of fewer than ten customers."""
    rows = []
    for place, (month, size) in enumerate(zip(MONTHS, (412, 398, 455, 430, 441, 8), strict=True)):
        for age in range(len(MONTHS) - place):
            kept = (0.985 - 0.004 * place) ** age - 0.02 * (age > 2)
            rows.append({"cohort": month, "age": age, "kept": kept, "customers": size})
    return pd.DataFrame(rows)


def segments(language: Language) -> pd.DataFrame:
    """Give segment profiles: one row per segment and trait, ``index`` 100 = the mean of all, with its interval."""
    zh = language == "zh"
    titles = (
        ("高价值商务", "都市青年", "家庭", "沉默边缘") if zh else ("Business", "City youth", "Family", "Nearly silent")
    )
    traits = (
        ("月均账单", "通话分钟", "流量", "漫游", "在网时长") if zh else ("Bill", "Minutes", "Data", "Roaming", "Tenure")
    )
    index = [[210, 240, 130, 320, 150], [95, 80, 190, 60, 55], [120, 130, 90, 70, 140], [40, 22, 15, 5, 90]]
    rows = [
        {
            "segment": title,
            "trait": trait,
            "index": float(value),
            "low": value * 0.95,
            "high": value * 1.05,
            "customers": n,
        }
        for title, n, values in zip(titles, (1240, 2310, 4080, 1170), index, strict=True)
        for trait, value in zip(traits, values, strict=True)
    ]
    return pd.DataFrame(rows)


def bill_changes(rows: int = 5000) -> np.ndarray:
    """Give changes of the monthly bill under another plan, fen, one per customer."""
    generator = np.random.default_rng(3)
    change = np.where(generator.random(rows) < 0.3, 0, generator.normal(-350, 1400, rows))
    return change.round()


def groups(language: Language) -> pd.DataFrame:
    """Give who pays less, the same or more by segment, as `winners_losers` takes it."""
    zh = language == "zh"
    return pd.DataFrame(
        {
            "label": ("高价值商务", "都市青年", "家庭", "沉默边缘")
            if zh
            else ("Business", "City youth", "Family", "Nearly silent"),
            "winners": [640, 1490, 1900, 210],
            "same": [120, 310, 1280, 900],
            "losers": [480, 510, 900, 60],
            "mean_change_fen": [320, -910, -240, -75],
        }
    )


def flows(language: Language) -> pd.DataFrame:
    """Give customers who move between plans in two steps, as `sankey` takes them."""
    zh = language == "zh"
    a, b, c, d = ("标准套餐", "畅聊套餐", "流量套餐", "离网") if zh else ("Standard", "Talk", "Data", "Left")
    rows = [(0, a, a, 5200), (0, a, b, 700), (0, a, c, 1100), (0, a, d, 260), (0, b, b, 1900), (0, b, c, 300),
            (0, b, d, 90), (0, c, c, 1400), (0, c, d, 40), (1, a, a, 4600), (1, a, c, 420), (1, a, d, 180),
            (1, b, b, 2350), (1, b, c, 250), (1, c, c, 2700), (1, c, a, 100)]  # fmt: skip
    return pd.DataFrame(rows, columns=["stage", "source", "target", "customers"])


def quality_history() -> pd.DataFrame:
    """Give the judged figures of four source rules over six months, with their bands and verdicts."""
    rules = (
        ("cdr.rows", "详单记录数较上月", "Call records, change", [0.01, 0.03, -0.02, 0.02, -0.3, 0], -0.2, 0.2),
        ("customer.region", "地区空值率", "No region", [0.004, 0.005, 0.004, 0.006, 0.008, 0.009], None, 0.01),
        ("bill.fee", "账单合计较上月", "Bills, change", [0.00, 0.02, 0.01, -0.01, 0.02, 0.01], -0.1, 0.1),
        ("payment.late", "迟到的缴费", "Late payments", [0.001, 0.0, 0.002, 0.001, 0.0, 0.001], None, 0.005),
    )  # fmt: skip
    return pd.DataFrame(
        [
            {"rule": rule, "zh": zh, "en": en, "month": month, "judged": value, "low": low, "high": high,
             "verdict": "pass" if (low is None or value >= low) and value <= high else "fail"}
            for rule, zh, en, values, low, high in rules
            for month, value in zip(MONTHS, values, strict=True)
        ]
    ).astype({"low": float})  # fmt: skip


def rates() -> pd.DataFrame:
    """Give a rate by month with its interval, and the customers it is of."""
    value = np.array([0.031, 0.029, 0.033, 0.036, 0.035, 0.038])
    return pd.DataFrame({"month": MONTHS, "value": value, "low": value - 0.004, "high": value + 0.004, "rows": 9800})


def drift(language: Language) -> pd.DataFrame:
    """Give the population stability index of five features over six months."""
    psi = ([0.01, 0.02, 0.02, 0.04, 0.12, 0.31],
           [0.02, 0.03, 0.05, 0.09, 0.14, 0.19], [0.01, 0.01, 0.02, 0.01, 0.02, 0.03],
           [0.03, 0.02, 0.02, 0.03, 0.03, 0.04], [0.00, 0.01, 0.01, 0.00, 0.01, 0.02])  # fmt: skip
    zh = ("流量", "月均账单", "在网月数", "通话分钟", "投诉次数")
    names = zh if language == "zh" else ("Data", "Mean bill", "Tenure", "Minutes", "Complaints")
    return pd.DataFrame(
        [
            {"feature": name, "month": month, "psi": value, "customers": 9800}
            for name, values in zip(names, psi, strict=True)
            for month, value in zip(MONTHS, values, strict=True)
        ]
    )


def reason_counts(language: Language) -> pd.DataFrame:
    """Give customers by main reason: one row per reason, ``title`` and ``count``."""
    titles = (
        ("资费", "网络质量", "服务", "无明显原因")
        if language == "zh"
        else ("Price", "Network", "Service", "None clear")
    )
    return pd.DataFrame({"title": titles, "count": [182, 96, 41, 181]})
