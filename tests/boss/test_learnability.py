"""The shipped world can be learnt, but not by a straight line, and not to the end."""

from pathlib import Path

import pytest

from tests.benchmarks.learnability import aucs, delivered


@pytest.mark.truth
def test_logistic_lies_below_boosted_and_boosted_below_the_truth(tmp_path: Path) -> None:
    found = aucs(delivered(tmp_path / "work", 6000))
    assert 0.80 < found["truth"] < 0.88
    assert found["logistic"] + 0.015 < found["boosted"]
    assert found["boosted"] + 0.008 < found["truth"]
    assert found["boosted"] - 0.005 < found["ceiling"] < found["truth"]
