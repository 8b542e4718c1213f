"""Small worlds for searches: customers with use, a menu of two plans, and choices made by a logit that is known."""

import numpy as np

from bassboss_lib.tariff.choice import ChoiceModel, fit_choice
from bassboss_lib.tariff.scene import Scene, design_bills, extend
from bassboss_lib.tariff.traits import TRAITS, history_choices

TRUE = np.array([0.12, -0.05, 0.4, 0.3, -1.5, -0.1])
MENU = np.array([[2800.0, 100, 1, 0, 15, 900, 10], [8800.0, 400, 10, 100, 12, 500, 8]])


def scene(customers: int = 2_000, months: int = 3, seed: int = 1) -> tuple[Scene, np.ndarray]:
    """Give customers on the menu, and which of its plans is each one's own."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 0.7, customers)
    voice = rng.gamma(4, 45, (months, customers)) * size
    data = rng.gamma(3, 1.2, (months, customers)) * size
    texts = rng.poisson(15, (months, customers)).astype(float)
    use = np.stack([voice, data, texts, rng.binomial(1, 0.3, (months, customers)) * 500.0, np.zeros_like(voice)])
    bills = np.stack([design_bills(use, one) for one in MENU])
    own = np.where(bills[0].mean(axis=0) < bills[1].mean(axis=0) + rng.normal(0, 1500, customers), 0, 1)
    use[4] = bills[own, :, np.arange(customers)].T
    empty = Scene(
        use,
        np.zeros((customers, 0, 6)),
        np.zeros((customers, 0)),
        voice.mean(axis=0) * 2,
        rng.uniform(1, 96, customers),
    )
    made = extend(extend(empty, MENU[0]), MENU[1])
    for place in range(2):
        made.menu_traits[own == place, place, 4:] = 0.0
    return made, own


def truth() -> ChoiceModel:
    """Give the logit that customers choose by."""
    return ChoiceModel(TRAITS, TRUE, np.zeros((6, 6)), 0.0, 0.0, 0)


def fitted(made: Scene, rows: np.ndarray, seed: int = 2) -> ChoiceModel:
    """Fit the logit on the simulated choices of some customers between the plans of the menu."""
    rng = np.random.default_rng(seed)
    x = made.menu_traits[rows]
    taken = (x @ TRUE + rng.gumbel(size=x.shape[:2])).argmax(axis=1)
    return fit_choice(history_choices(x, taken, np.arange(len(x))), ridge=0.01)
