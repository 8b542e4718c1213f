"""A search from deliveries to a plan file: the scene out of a rehearsal, the search, the winner rated call by call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.engine import read_table, write_table
from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.rating import Plan, compile_plans
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.quantities import amount
from bassboss_lib.tariff.candidates import design_plan
from bassboss_lib.tariff.choice import ChoiceModel
from bassboss_lib.tariff.material import Material
from bassboss_lib.tariff.rehearsal import Rehearsal, rehearse
from bassboss_lib.tariff.sample import keyed_uniform
from bassboss_lib.tariff.scenarios import INERTIA, fit_history
from bassboss_lib.tariff.scene import Scene
from bassboss_lib.tariff.search import Found, search_menu
from bassboss_lib.tariff.space import Space
from bassboss_lib.tariff.traits import TRAITS
from bassboss_lib.workspace import Workspace

__all__ = [
    "Covered",
    "Searched",
    "covered_classes",
    "read_search",
    "run_search",
    "scene_of",
    "store_search",
    "with_inertia",
]

HELD_SHARE = 0.2
LEAST = 100
Covered = dict[str, list[str]]


@dataclass(frozen=True)
class Searched:
    """What a search gives: findings, the plans they are, and by how much their bills differ when rated call by call.

    ``exact_gap_fen``: mean of (rated call by call − as the search priced it) per customer and month, one per plan.
    """

    found: list[Found]
    plans: list[Plan]
    exact_gap_fen: list[float]
    customers: int


def covered_classes(plans: Sequence[Plan], services: Mapping[str, str]) -> Covered:
    """Give the classes that bundles of today cover, by service: what a design prices; the rest stays as it is."""
    named = {name for plan in plans for one in plan.allowances for name in one.of}
    return {
        kind: [name for name, own in services.items() if own == kind and name in named]
        for kind in ("voice", "data", "sms")
    }


def scene_of(given: Material, said: Rehearsal, space: Space) -> tuple[Scene, np.ndarray, Covered]:
    """Give the scene of a search, the places of its customers among the billed owners, and the classes designs price.

    Customers are those of the space's brand (all without one) with every month of the window.

    Raises
    ------
    GateRefused
        If fewer than a hundred customers are left.
    """
    services = {name: one.service for name, one in given.catalogue.header.classes.items()}
    current = [place for place, plan in enumerate(said.plans) if plan not in said.new]
    menu = [place for place in current if space.brand in ("", said.catalogue.plans[place].brand)]
    months = int(said.rows_of.max())
    mine = (said.rows_of[said.billed] == months) & np.isin(said.own, menu)
    if mine.sum() < LEAST or not menu:
        raise GateRefused(
            f"{int(mine.sum())} customers to search on", where=space.name, remedy="check brand and months"
        )
    covered = covered_classes([said.catalogue.plans[place] for place in menu], services)
    totals, fixed = _totals(given, covered)
    kept = np.isin(said.owner, said.billed[mine])
    columns = [*totals.T, fixed]
    by_row = {(owner, month): row for row, (owner, month) in enumerate(_keys(given))}
    rows = np.array([by_row[key] for key in zip(said.owner[kept].tolist(), said.month[kept].tolist(), strict=True)])
    use = np.stack([*(column[rows] for column in columns), said.current_fen[kept].astype(np.float64)])
    use = np.ascontiguousarray(use.reshape(5, -1, months).transpose(0, 2, 1))
    fen = np.tensordot(space.costs.fen, use[:3].mean(axis=1), axes=1)
    tenure = said.customers["tenure_months"].to_numpy(dtype=np.float64)[said.billed][mine]
    bills = said.mean(said.bills_fen)[mine][:, menu]
    return Scene(use, said.traits()[mine][:, menu], bills, fen, tenure), np.flatnonzero(mine), covered


def _keys(given: Material) -> list[tuple[int, int]]:
    return list(zip(given.usage.rows.owner.tolist(), given.usage.rows.month.tolist(), strict=True))


def _totals(given: Material, covered: Covered) -> tuple[np.ndarray, np.ndarray]:
    """Give billed minutes, GB and messages of each customer-month in covered classes, and the charges of the others."""
    compiled = compile_plans(given.catalogue)
    names, usage = list(given.catalogue.header.classes), given.usage
    klass = compiled.class_of[usage.code].astype(np.int64)
    row = np.repeat(np.arange(len(usage)), np.diff(usage.first))
    gigabyte = amount("1GB", given.catalogue.header.conventions.kilo)
    sizes = {"voice": -(-usage.units // 60), "data": usage.units / gigabyte, "sms": usage.units}
    columns, priced = [], np.zeros(len(klass), dtype=bool)
    for kind in ("voice", "data", "sms"):
        inside = np.isin(klass, [names.index(one) for one in covered[kind]])
        columns.append(np.bincount(row[inside], sizes[kind][inside].astype(float), len(usage)))
        priced |= inside
    charged = rate_direct(compiled, usage, given.plan_of_row).charge_fen
    fixed = np.bincount(row[~priced], charged[~priced].astype(float), len(usage))
    return np.stack(columns, axis=1), fixed


def with_inertia(model: ChoiceModel) -> ChoiceModel:
    """Let switching cost what is assumed where history does not tell."""
    place = TRAITS.index("switch")
    if abs(model.coefficients[place]) > 1e-9:
        return model
    coefficients = model.coefficients.copy()
    coefficients[place] = -INERTIA
    return replace(model, coefficients=coefficients)


def run_search(given: Material, space: Space) -> Searched:
    """Search the plans of a space on a material, and rate the winners call by call.

    Raises
    ------
    CallError
        If the space's brand has no plan.
    GateRefused
        If there are too few customers, or no design keeps the constraints.
    """
    if space.brand and space.brand not in {plan.brand for plan in given.catalogue.plans}:
        raise CallError(f"brand {space.brand!r} has no plan", where=space.name, remedy="name a brand of the price list")
    said = rehearse(given)
    scene, places, covered = scene_of(given, said, space)
    whose = said.customers["pseudonym"].iloc[said.billed].reset_index(drop=True)
    held_all = keyed_uniform(whose, f"held out {space.seed}") < HELD_SHARE
    held = held_all[places]
    mine = np.isin(np.arange(len(said.billed)), places)
    model, judge = (with_inertia(fit_history(said, rows=mine & part)) for part in (~held_all, held_all))
    found = search_menu(scene, space, held=held, model=model, judge=judge)
    menu = [plan for plan in given.catalogue.plans if space.brand in ("", plan.brand) and plan.scope == "customer"]
    plans = [_numbered(design_plan(space, one.design, menu[0], covered), at) for at, one in enumerate(found)]
    return Searched(found, plans, _exact_gaps(given, plans, found, scene, places), len(scene))


def _numbered(plan: Plan, at: int) -> Plan:
    return plan.model_copy(update={"id": f"{plan.id[:18]}{at + 1}" if at else plan.id})


def _exact_gaps(
    given: Material, plans: list[Plan], found: list[Found], scene: Scene, places: np.ndarray
) -> list[float]:
    from bassboss_lib.tariff.scene import design_bills

    exact = rehearse(given, plans)
    gaps = []
    for plan, one in zip(plans, found, strict=True):
        rated = exact.mean(exact.bills_fen[:, exact.plans.index(plan.id)])[places]
        gaps.append(float((rated - design_bills(scene.use, one.design).mean(axis=0)).mean()))
    return gaps


def store_search(workspace: Workspace, name: str, done: Searched) -> None:
    """Keep every design that a search tried under the name of its candidate file, for the page of the rehearsal."""
    parts = [one.tried.assign(plan=plan.id) for plan, one in zip(done.plans, done.found, strict=True)]
    tried = pd.concat(parts, ignore_index=True).astype({"kept": bool, "objective": float})
    table = pa.Table.from_pandas(tried, preserve_index=False)
    write_table(table, _search_path(workspace, name), [])


def read_search(workspace: Workspace, name: str) -> pd.DataFrame | None:
    """Read what a search tried: plan, losers, objective, kept, parameters; None if the candidates were not searched."""
    path = _search_path(workspace, name)
    return read_table([path]).to_pandas() if name and path.exists() else None


def _search_path(workspace: Workspace, name: str) -> Path:
    return workspace.warehouse / "search" / Path(name).name / "tried.parquet"
