"""What a notebook opens with: material, the parity gate, the candidate plans by name."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.rating import Catalogue, Plan
from bassboss_lib.tariff.candidates import read_candidates
from bassboss_lib.tariff.keeping import kept_material, kept_parity
from bassboss_lib.tariff.material import Material
from bassboss_lib.tariff.parity import Parity, refuse_disparity, without_failing
from bassboss_lib.tariff.rehearsal import Rehearsal
from bassboss_lib.tariff.scenarios import Outcome, usage_response
from bassboss_lib.workspace import Workspace

__all__ = ["Prepared", "candidates_folder", "named_candidates", "prepare", "rehearsal_figures", "response_table"]

EXAMPLES = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Prepared:
    """Material that passed the gate; ``left_out`` customers whose bills do not agree; candidate plans."""

    material: Material
    parity: Parity | None
    left_out: int
    candidates: tuple[Plan, ...]


def candidates_folder(workspace: Workspace) -> Path:
    """Give the folder in which a workspace keeps candidate plans, one YAML file per name."""
    return workspace.root / "candidates"


def named_candidates(workspace: Workspace, name: str, catalogue: Catalogue) -> tuple[Plan, ...]:
    """Read candidates by name: of the workspace, else of the shipped examples; no name, no candidates.

    Raises
    ------
    CallError
        If there are none of that name, or they do not fit the price list.
    """
    if not name:
        return ()
    for folder in (candidates_folder(workspace), EXAMPLES):
        path = folder / f"{Path(name).name}.yaml"
        if path.exists():
            return tuple(read_candidates(path, catalogue))
    raise CallError(f"no candidate plans {name!r}", where="candidates/", remedy=f"write candidates/{name}.yaml")


def prepare(
    workspace: Workspace, month: str, source: str, *, months_back: int, candidates: str, parity_min: float
) -> Prepared:
    """Read the material, hold today's plans against the bills, and read the candidates.

    Raises
    ------
    GateRefused
        If a plan's share of bills within one fen is below ``parity_min`` (exit 5).
    """
    given = kept_material(workspace, month, source, months_back)
    found = kept_parity(given)
    refuse_disparity(found, parity_min)
    kept, left_out = without_failing(given, found)
    if not len(kept.usage):
        what = f"the bills of all {left_out:,} customers differ"
        raise GateRefused(what, where="bill parity", remedy="mend price list or data")
    asked = (
        named_candidates(workspace, candidates, kept.catalogue) if candidates or source else _example(kept.catalogue)
    )
    return Prepared(kept, found, left_out, asked)


def _example(catalogue: Catalogue) -> tuple[Plan, ...]:
    """Give the shipped example where it fits the price list, else nothing."""
    try:
        return tuple(read_candidates(EXAMPLES / "example.yaml", catalogue))
    except CallError:
        return ()


def response_table(said: Rehearsal, outcome: Outcome, elasticity: float) -> pd.DataFrame:
    """Give the change of monthly revenue without a response of usage, at the assumed elasticity, and half off it."""
    values = [0.0, elasticity / 2, elasticity, elasticity * 1.5]
    found = [usage_response(said, outcome.shares, one) - outcome.before_fen for one in values]
    return pd.DataFrame({"elasticity": values, "change": found})


def rehearsal_figures(
    prepared: Prepared, said: Rehearsal, outcomes: list[Outcome]
) -> tuple[dict[str, float], dict[str, list[float]], dict[str, int]]:
    """Give figures, intervals and row counts for the result of a rehearsal.

    ``revenue_current_fen`` and ``revenue_<plan>_fen`` are sums over all rehearsed customer-months, everybody on that
    plan; ``take_up_<scenario>`` and ``revenue_change_<scenario>_fen`` are per month. Money is in the hundredth part of
    the price list's currency.
    """
    figures = {"revenue_current_fen": float(said.current_fen.sum())}
    figures |= {
        f"revenue_{plan}_fen": float(total) for plan, total in zip(said.plans, said.bills_fen.sum(axis=0), strict=True)
    }
    if prepared.parity is not None:
        figures["parity_share"] = prepared.parity.share
    for one in outcomes:
        if said.new:
            figures[f"take_up_{one.name}"] = float(np.sum(list(one.take_up.values())))
        figures[f"revenue_change_{one.name}_fen"] = one.revenue_fen - one.before_fen
    rows = {"customer_months": len(said.owner), "customers": len(said.billed), "left_out": prepared.left_out}
    rows["rated_by_group"] = len(prepared.material.grouped)
    return figures, {}, rows
