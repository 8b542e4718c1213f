"""The plan search's kernel: 1,000,000 customers × 1,000 plans, beside a numpy pass per plan of the same run.

And the designers' desk: how long a redraw for as many customers takes.
"""

import resource
import time
from collections.abc import Callable

import numpy as np

from bassboss_lib.tariff.desk import effect
from bassboss_lib.tariff.pool_kernel import score_designs
from bassboss_lib.tariff.scene import Base, Scene

__all__ = ["main"]

CUSTOMERS, DESIGNS, NUMPY_DESIGNS = 1_000_000, 1_000, 5
GOAL_S, GOAL_MB, REDRAW_S = 4.0, 2048, 1.0


def main() -> bool:
    """Print cpu-seconds in both precisions, the ratio to numpy, and peak memory; say whether goals are met."""
    use, customer, beta, designs = _material(np.float64)
    score_designs(use[:, :, :2048], customer[:, :2048], beta, designs[:2])  # compiles
    exact_s, exact = _timed(lambda: score_designs(use, customer, beta, designs))
    numpy_s, plain = _timed(lambda: np.array([_numpy(use, customer, beta, one) for one in designs[:NUMPY_DESIGNS]]))
    assert np.allclose(exact[:NUMPY_DESIGNS, 0], plain, rtol=1e-8)
    half = [one.astype(np.float32) for one in (use, customer, beta, designs)]
    score_designs(half[0][:, :, :2048], half[1][:, :2048], *half[2:])
    half_s, _ = _timed(lambda: score_designs(*half))
    ratio = numpy_s / NUMPY_DESIGNS * DESIGNS / exact_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"search {CUSTOMERS:,} customers x {DESIGNS:,} plans: {exact_s:.2f} cpu-s float64, {half_s:.2f} cpu-s float32 "
        f"(goal: at most {GOAL_S} cpu-s), {ratio:.1f} x numpy plan by plan; peak {peak_mb:.0f} of {GOAL_MB} MB"
    )
    redraw_s = _redraw(use, customer, beta, designs[0])
    print(f"desk: a redraw for {CUSTOMERS:,} customers {redraw_s:.2f} cpu-s (goal: at most {REDRAW_S} s)")
    return exact_s <= GOAL_S and peak_mb <= GOAL_MB and redraw_s <= REDRAW_S


def _redraw(use: np.ndarray, customer: np.ndarray, beta: np.ndarray, design: np.ndarray) -> float:
    """Give the slowest of a few redraws."""
    empty = np.zeros((CUSTOMERS, 0, 6))
    made = Scene(use, empty, empty[:, :, 0], customer[4], np.zeros(CUSTOMERS))
    known, current = Base(use, customer, beta), use[4].mean(axis=0)
    return max(_timed(lambda: np.array(list(effect(made, known, current, design).values())))[0] for _ in range(5))


def _timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def _material(kind: type) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(7)
    voice, data = random.gamma(2, 100, CUSTOMERS), random.gamma(2, 5, CUSTOMERS)
    texts, current = random.poisson(20, CUSTOMERS).astype(float), random.gamma(4, 2000, CUSTOMERS)
    use = np.stack([voice, data, texts, np.zeros(CUSTOMERS), current])[:, None, :]
    level = [random.normal(-3, 0.3, CUSTOMERS), random.normal(0, 0.3, CUSTOMERS)]
    customer = np.stack([*level, current, current / 2, current / 2, current])
    bundles = [random.integers(0, most, DESIGNS) for most in (1000, 60, 100)]
    prices = [random.integers(low, high, DESIGNS) for low, high in ((5, 30), (100, 1000), (3, 15))]
    designs = np.column_stack([random.integers(10, 200, DESIGNS) * 100, *bundles, *prices])
    beta = np.array([0.0005, -0.0003, 0.3, 0.2])
    return tuple(np.ascontiguousarray(one, dtype=kind) for one in (use, customer, beta, designs))


def _numpy(use: np.ndarray, customer: np.ndarray, beta: np.ndarray, design: np.ndarray) -> float:
    """Give the takers of one plan, the way one would write it first."""
    beyond = np.maximum(use[:3, 0] - design[1:4, None], 0)
    charge = design[4:7] @ beyond
    saving = use[4, 0] - design[0] - charge
    has = design[1:4] > 0
    room = np.maximum(1 - use[:3, 0][has] / design[1:4][has][:, None], 0).mean(axis=0) if has.any() else 0.0
    v = customer[0] + beta[0] * saving + beta[2] * (charge <= 0) + beta[3] * room
    return float((1 / (1 + np.exp(np.clip(customer[1] - v, -30, 30)))).sum())


if __name__ == "__main__":
    main()
