"""Tariff rehearsal (资费预演): what everybody would have paid in every month under every plan, and what follows.

A pure function of usage: nothing is debited anywhere. Usage is totalled once for all plans; where the order of calls
counts, a plan is rated call by call. Everything after the bills is per customer: mean of his months.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.rating import Catalogue, Compiled, Plan, Usage, compile_plans
from bassboss_lib.rating.bills import close_bills
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.many import rate_everybody
from bassboss_lib.rating.quantities import amount, fen
from bassboss_lib.rating.stored import keep_arrays, kept_array, kept_bills
from bassboss_lib.tariff.candidates import with_plans
from bassboss_lib.tariff.material import Material
from bassboss_lib.tariff.traits import trait_array

__all__ = ["Rehearsal", "class_units", "rehearse"]


@dataclass(frozen=True)
class Rehearsal:
    """Bills of every customer-month under every plan, in fen.

    ``bills_fen`` (rows, plans), ``current_fen`` (rows,) under the plan held; ``owner``, ``month`` (number) and
    ``plan_of_row`` of each row, ordered by owner and month; ``customers`` one row per owner; ``headroom`` (billed
    owners, plans) mean share of the bundles left over; ``new`` the candidates. Owners without a row have no bill.
    """

    catalogue: Catalogue
    bills_fen: np.ndarray
    current_fen: np.ndarray
    owner: np.ndarray
    month: np.ndarray
    plan_of_row: np.ndarray
    customers: pd.DataFrame
    headroom: np.ndarray
    new: tuple[str, ...]

    @property
    def plans(self) -> list[str]:
        """Identifiers of all plans, current ones first."""
        return [plan.id for plan in self.catalogue.plans]

    @property
    def rows_of(self) -> np.ndarray:
        """Number of months of each owner."""
        return np.bincount(self.owner, minlength=len(self.customers))

    @property
    def billed(self) -> np.ndarray:
        """Owners with a bill."""
        return np.flatnonzero(self.rows_of)

    @property
    def own(self) -> np.ndarray:
        """Place of the plan that each billed owner held last."""
        ends = np.flatnonzero(np.append(np.diff(self.owner) != 0, True))
        return self.plan_of_row[ends]

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Give the mean over each billed owner's months of a column, or columns, of rows."""
        starts = np.flatnonzero(np.append(True, np.diff(self.owner) != 0))
        sums = np.add.reduceat(np.asarray(values, dtype=np.float64), starts, axis=0)
        counts = self.rows_of[self.billed]
        return sums / (counts if sums.ndim == 1 else counts[:, None])

    def traits(self) -> np.ndarray:
        """Give the traits of every plan for every billed owner: (owners, plans, traits)."""
        saving = (self.current_fen[:, None] - self.bills_fen) / 100
        mean = self.mean(saving)
        risk = np.sqrt(np.maximum(self.mean(saving**2) - mean**2, 0.0))
        fees = np.array([float(fen(plan.fee.amount)) if plan.fee else 0.0 for plan in self.catalogue.plans])
        flat = self.mean(self.bills_fen <= fees) == 1
        tenure = self.customers["tenure_months"].to_numpy()[self.billed]
        return trait_array(mean, risk, flat, self.headroom, own=self.own, tenure_months=tenure)


def rehearse(material: Material, candidates: Sequence[Plan] = (), *, threads: int = 1) -> Rehearsal:
    """Rate everybody's months under all plans for single customers, current and new.

    Parameters
    ----------
    material : Material
    candidates : sequence of Plan
        New plans, fitting the price list; group plans among them are left out (`groups`).
    threads : int
        Blocks of customers rated side by side; no byte depends on it.
    """
    singles = [plan for plan in material.catalogue.plans if plan.scope == "customer"]
    offered = [plan for plan in candidates if plan.scope == "customer"]
    places = np.array([singles.index(plan) if plan in singles else -1 for plan in material.catalogue.plans])
    catalogue = with_plans(Catalogue(header=material.catalogue.header, plans=tuple(singles)), offered)
    compiled = compile_plans(catalogue)
    usage, held = material.usage, places[material.plan_of_row]
    bills = _bills(compiled, material, threads).T
    if _rolls(catalogue):
        current = _total(compiled, material, np.maximum(held, 0), threads)
    else:
        current = np.take_along_axis(bills, np.maximum(held, 0)[:, None], axis=1)[:, 0]
    kept = np.flatnonzero(held >= 0)
    owner = usage.rows.owner[kept]
    return Rehearsal(
        catalogue=catalogue,
        bills_fen=np.ascontiguousarray(bills[kept]),
        current_fen=current[kept],
        owner=owner,
        month=usage.rows.month[kept],
        plan_of_row=held[kept],
        customers=material.customers,
        headroom=_headroom(compiled, class_units(compiled, material)[kept], owner),
        new=tuple(plan.id for plan in offered),
    )


def _bills(compiled: Compiled, material: Material, threads: int) -> np.ndarray:
    if material.kept is None:
        return rate_everybody(compiled, material.usage, threads=threads)
    totals = material.kept / "totals"
    return kept_bills(
        material.kept / "bills",
        compiled,
        lambda some: rate_everybody(some, material.usage, threads=threads, kept=totals),
    )


def _rolls(catalogue: Catalogue) -> bool:
    """Tell whether a month's bill may depend on the month before it."""
    return any(allowance.rollover for plan in catalogue.plans for allowance in plan.allowances)


def _total(compiled: Compiled, material: Material, plan_of_row: np.ndarray, threads: int) -> np.ndarray:
    rated = rate_direct(compiled, material.usage, plan_of_row, threads)
    return close_bills(compiled, material.usage.rows, plan_of_row, rated.cost_fen.sum(axis=1)).total_fen


def class_units(compiled: Compiled, material: Material) -> np.ndarray:
    """Give the units of each customer-month by class (seconds, messages, bytes): array (rows, classes)."""
    if material.kept is None:
        return _class_units(compiled, material.usage)
    place = material.kept / "units"
    if not place.exists():
        keep_arrays(place, {"units": _class_units(compiled, material.usage)})
    return kept_array(place, "units")


def _class_units(compiled: Compiled, usage: Usage) -> np.ndarray:
    classes = len(compiled.catalogue.header.classes)
    row = np.repeat(np.arange(len(usage)), np.diff(usage.first))
    klass = compiled.class_of[usage.code].astype(np.int64)
    known = klass >= 0
    place = row[known] * classes + klass[known]
    return np.bincount(place, usage.units[known].astype(np.float64), len(usage) * classes).reshape(len(usage), classes)


def _headroom(compiled: Compiled, units: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Give the mean share of bundles left over: (billed owners, plans); 0 where a plan has no bundle."""
    names, kilo = list(compiled.catalogue.header.classes), compiled.catalogue.header.conventions.kilo
    starts = np.flatnonzero(np.append(True, np.diff(owner) != 0))
    counts = np.diff(np.append(starts, len(owner)))
    columns = []
    for plan in compiled.catalogue.plans:
        shares = [
            np.maximum(
                1 - units[:, [names.index(one) for one in given.of]].sum(axis=1) / amount(given.units, kilo), 0.0
            )
            for given in plan.allowances
            if amount(given.units, kilo)
        ]
        left = np.mean(shares, axis=0) if shares else np.zeros(len(owner))
        columns.append(np.add.reduceat(left, starts) / counts)
    return np.stack(columns, axis=1)
