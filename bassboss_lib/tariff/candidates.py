"""Candidate plans (新资费计划): YAML in the schema of the price list, whose conventions and classes they share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from bassboss_lib.errors import CallError
from bassboss_lib.rating import Catalogue, Plan
from bassboss_lib.rating.consistency import problems
from bassboss_lib.tariff.space import Space
from bassboss_lib.workspace import read_yaml

__all__ = ["design_plan", "read_candidates", "with_plans", "write_plan"]


def read_candidates(path: Path, catalogue: Catalogue) -> list[Plan]:
    """Read candidate plans (``plans: [...]``) and check them against the price list's classes.

    Raises
    ------
    CallError
        If a key is missing, unknown or contradicts another, or a plan has the name of one that exists.
    """
    content = read_yaml(path)
    if not isinstance(content, dict) or set(content) != {"plans"}:
        raise CallError("the only key must be `plans`", where=path.name, remedy="see params/candidates_example.yaml")
    plans: list[Plan] = []
    for number, one in enumerate(content["plans"]):
        try:
            plans.append(Plan.model_validate(one))
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in (number, *first["loc"]))
            raise CallError(f"plans.{key}: {first['msg']}", where=path.name, remedy="mend the key") from error
    with_plans(catalogue, plans, path.name)
    return plans


def with_plans(catalogue: Catalogue, plans: Sequence[Plan], where: str = "candidates") -> Catalogue:
    """Put plans behind those of a price list.

    Raises
    ------
    CallError
        If a plan does not fit the price list.
    """
    together = (*catalogue.plans, *plans)
    names = [plan.id for plan in together]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong = list(problems(catalogue.header, list(together)))
    if twice or wrong:
        what = f"plan {twice[0]!r} exists" if twice else f"{wrong[0][0]}: {wrong[0][1]}"
        raise CallError(what, where=where, remedy="give it another id" if twice else "mend the plan")
    return Catalogue(header=catalogue.header, plans=together)


def _yuan(fen: float) -> str:
    return f"{fen / 100:.6f}".rstrip("0").rstrip(".")


def _priced(design: np.ndarray, place: int, per: dict[str, object]) -> dict[str, object]:
    """Write the price beyond a bundle, or two where it changes after a tier."""
    first, tiers = _yuan(design[4 + place]), design[7:].reshape(-1, 2)
    after, price = tiers[place] if place < len(tiers) else (0.0, design[4 + place])
    if price == design[4 + place] or after == 0:
        return {"price": _yuan(price)} | per
    to = f"{round(after)}min" if place == 0 else f"{round(after * 1024)}MB"
    each = {"per": per["per"]}
    rest = {name: value for name, value in per.items() if name != "per"}
    steps = {"on": "month_overage", "policy": "graduated"}
    return rest | {"steps": steps, "tiers": [{"to": to, "price": first} | each, {"price": _yuan(price)} | each]}


def design_plan(space: Space, design: np.ndarray, base: Plan, covered: dict[str, list[str]]) -> Plan:
    """Write a design as a plan: its fee, bundles and prices, and for all other classes the rates of a plan that exists.

    Parameters
    ----------
    design : array (7,) or (11,)
        Fee in fen; minutes, GB, messages; fen a minute, GB, message; and tiers (`pool_kernel.score_designs`).
    base : Plan
        Whose rates hold for what the design does not speak of, and whose brand and payment it takes.
    covered : dict
        ``voice``, ``data``, ``sms`` → classes that the design prices.
    """
    taken = {name for names in covered.values() for name in names}
    units = {"voice": f"{round(design[1])}min", "data": f"{round(design[2] * 1024)}MB", "sms": round(design[3])}
    per: dict[str, dict[str, object]] = {
        "voice": {"per": "60s", "increment": [60, 60]},
        "data": {"per": "1GB"},
        "sms": {},
    }
    allowances, rates = [], []
    for place, (service, names) in enumerate(covered.items()):
        if names and design[1 + place] > 0:
            allowances.append({"id": service, "units": units[service], "of": names})
        if names:
            rates.append({"of": names, **_priced(design, place, per[service])})
    for rate in base.rates:
        rest = [name for name in rate.of if name not in taken]
        if rest:
            rates.append(rate.model_dump(mode="json", exclude_unset=True) | {"of": rest})
    return Plan.model_validate(
        {
            "id": space.name,
            "name": {"zh": space.zh, "en": space.en},
            "brand": space.brand or base.brand,
            "payment": base.payment,
            "fee": {"amount": _yuan(design[0])},
            "allowances": allowances,
            "rates": rates,
        }
    )


def write_plan(path: Path, plans: Sequence[Plan]) -> Path:
    """Write plans as a candidates file that `read_candidates` reads back."""
    import yaml

    content = {"plans": [plan.model_dump(mode="json", by_alias=True, exclude_unset=True) for plan in plans]}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
