import numpy as np
import pytest

from bassboss_lib.errors import GateRefused
from bassboss_lib.learning import require_enough


@pytest.mark.parametrize(
    ("positives", "rows", "said"),
    [
        (0, 5000, "positives 0 < 200"),
        (3, 5000, "positives 3 < 200"),
        (5000, 5000, "negatives 0 < 200"),
        (300, 999, "rows 999 < 1000"),
    ],
)
def test_R19_too_little_to_learn_from(positives: int, rows: int, said: str) -> None:
    y = np.array([1] * positives + [0] * (rows - positives))
    with pytest.raises(GateRefused, match=f"R19: {said}") as caught:
        require_enough(y, rows_min=1000, positives_min=200)
    assert caught.value.exit_code == 5
    assert "champion keeps scoring" in caught.value.line()


def test_enough_passes() -> None:
    require_enough(np.array([1] * 200 + [0] * 800), rows_min=1000, positives_min=200)
