"""What a search knows of customers: three totals a month, the bill as it is, the menu as it is, and the choice model.

`Scene` holds what does not depend on the choice model; `base` adds the model and gives the kernel its arrays. A plan
that is added to the menu becomes one more column, so a menu of several new plans is searched with the same means.
"""

from dataclasses import dataclass, replace

import numpy as np

from bassboss_lib.tariff.choice import ChoiceModel
from bassboss_lib.tariff.menu import menu_of
from bassboss_lib.tariff.pool_kernel import score_designs
from bassboss_lib.tariff.traits import TENURE_UNIT_MONTHS, TRAITS, traits

__all__ = ["Base", "Scene", "base", "design_bills", "extend", "score"]


@dataclass(frozen=True)
class Scene:
    """Customers and their menu.

    ``use`` (5, months, customers), rows `pool_kernel.USE`; ``menu_traits`` (customers, plans, traits); ``menu_fen``
    (customers, plans), the mean bill under each plan of the menu; ``cost_fen`` (customers,), what serving them costs a
    month; ``tenure_months`` (customers,).
    """

    use: np.ndarray
    menu_traits: np.ndarray
    menu_fen: np.ndarray
    cost_fen: np.ndarray
    tenure_months: np.ndarray

    def __len__(self) -> int:
        return len(self.cost_fen)

    def part(self, rows: np.ndarray) -> "Scene":
        """Give some customers: a mask or places."""
        rest = (one[rows] for one in (self.menu_traits, self.menu_fen, self.cost_fen, self.tenure_months))
        return Scene(np.ascontiguousarray(self.use[:, :, rows]), *rest)


@dataclass(frozen=True)
class Base:
    """The kernel's arrays: see `pool_kernel.score_designs`."""

    use: np.ndarray
    customer: np.ndarray
    beta: np.ndarray


def base(scene: Scene, model: ChoiceModel) -> Base:
    """Put the choice model to a scene."""
    named = dict(zip(model.names, model.coefficients, strict=True))
    saving, risk, flat, headroom, switch, by_tenure = (named.get(name, 0.0) for name in TRAITS)
    places = [TRAITS.index(name) for name in model.names]
    held = menu_of(
        model.utility(scene.menu_traits[:, :, places]), scene.menu_fen, scene.menu_fen - scene.cost_fen[:, None]
    )
    offset = switch + by_tenure * scene.tenure_months / TENURE_UNIT_MONTHS
    rows = [offset, held.log_sum, held.revenue_fen, held.margin_fen, scene.cost_fen, scene.use[4].mean(axis=0)]
    return Base(scene.use, np.stack(rows), np.array([saving / 100, risk / 100, flat, headroom]))


def score(known: Base, designs: np.ndarray) -> np.ndarray:
    """Score designs on all customers of a base: sums, columns `pool_kernel.SUMS`."""
    return score_designs(known.use, known.customer, known.beta, np.ascontiguousarray(designs, dtype=np.float64))


def design_bills(use: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Give what customers would pay under a design, in fen: array (months, customers).

    Examples
    --------
    >>> one = np.array([120.0, 3.0, 0.0, 50.0, 0.0]).reshape(5, 1, 1)
    >>> design_bills(one, np.array([3000, 100, 2, 0, 10, 500, 0])).tolist()
    [[3750.0]]
    """
    beyond = np.maximum(use[:3] - design[1:4, None, None], 0.0)
    bills = design[0] + np.tensordot(design[4:7], beyond, axes=1) + use[3]
    for service, (after, price) in enumerate(design[7:].reshape(-1, 2)):
        bills += (price - design[4 + service]) * np.maximum(beyond[service] - after, 0.0)
    return bills


def _headroom(use: np.ndarray, design: np.ndarray) -> np.ndarray:
    sizes = design[1:4]
    has = sizes > 0
    if not has.any():
        return np.zeros(use.shape[2])
    left = np.maximum(1 - use[:3][has] / sizes[has][:, None, None], 0.0)
    return left.mean(axis=(0, 1))


def extend(scene: Scene, design: np.ndarray) -> Scene:
    """Put a design on the menu."""
    bills = design_bills(scene.use, design)
    said = traits(
        scene.use[4].T,
        bills.T[:, :, None],
        _headroom(scene.use, design)[:, None],
        fee_fen=[design[0]],
        own=np.full(len(scene), -1),
        tenure_months=scene.tenure_months,
    )
    menu_traits = np.concatenate([scene.menu_traits, said], axis=1)
    return replace(scene, menu_traits=menu_traits, menu_fen=np.column_stack([scene.menu_fen, bills.mean(axis=0)]))
