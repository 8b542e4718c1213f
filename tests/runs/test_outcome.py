import json

import pytest

from bassboss_lib.errors import CallError, CellFailed, GateRefused, KernelDied
from bassboss_lib.runs.outcome import judge


def test_complete_run_gives_its_result(tmp_path):
    (tmp_path / "result.json").write_text('{"notebook": "x", "figures": {}}')
    assert judge({"event": "completed"}, tmp_path, "x.ipynb", "") == {"notebook": "x", "figures": {}}


def test_R15_missing_sentinel_is_a_failure_even_if_every_cell_completed(tmp_path):
    with pytest.raises(CellFailed, match="R15") as raised:
        judge({"event": "completed"}, tmp_path, "x.ipynb", "notebook kept")
    assert raised.value.exit_code == 7


def test_R01_cell_that_raised_names_cell_and_line_and_masks(tmp_path):
    last = {"event": "raised", "cell": 4, "line": 2, "name": "KeyError", "error": "KeyError: '13912345678'"}
    with pytest.raises(CellFailed) as raised:
        judge(last, tmp_path, "x.ipynb", "notebook kept")
    assert raised.value.line() == (
        "R01: KeyError: '139****5678' | where: x.ipynb, cell 4, line 2 | kept: notebook kept"
        " | next: mend the cell and run again"
    )


def test_R01_error_of_ours_keeps_its_exit_code_and_line(tmp_path):
    parts = {"class": "GateRefused", "what": "positives 0 < 200", "fault": "R19", "where": "", "kept": "", "remedy": ""}
    (tmp_path / "error.json").write_text(json.dumps(parts))
    with pytest.raises(GateRefused) as raised:
        judge({"event": "raised", "cell": 1, "line": 0, "name": "GateRefused", "error": ""}, tmp_path, "x.ipynb", "")
    assert (raised.value.exit_code, raised.value.line()) == (5, "R19: positives 0 < 200")


@pytest.mark.parametrize("last", [{"event": "died", "cell": 3}, {"event": "cell", "cell": 3}])
def test_R02_dead_kernel_wins_over_a_result_file(tmp_path, last):
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(KernelDied, match=r"R02.*x\.ipynb, cell 3"):
        judge(last, tmp_path, "x.ipynb", "")


def test_R02_child_that_told_nothing(tmp_path):
    with pytest.raises(KernelDied, match="R02"):
        judge({}, tmp_path, "x.ipynb", "")


def test_R02_the_reason_and_the_last_error_that_was_written_are_told_and_masked(tmp_path):
    log = "Traceback\nzmq.error.ZMQError: Address in use by 13912345678\nError occurred: no\n"
    (tmp_path / "papermill.log").write_text(log)
    with pytest.raises(KernelDied) as raised:
        judge({"event": "died", "cell": 0, "reason": "the kernel ended with exit code 1"}, tmp_path, "x.ipynb", "")
    assert raised.value.line().startswith(
        "R02: the kernel died: the kernel ended with exit code 1"
        " (zmq.error.ZMQError: Address in use by 139****5678) | where: x.ipynb | next: "
    )


def test_R10_missing_kernel(tmp_path):
    with pytest.raises(CallError, match="R10: kernel 'julia'"):
        judge({"event": "no kernel", "name": "julia"}, tmp_path, "x.ipynb", "")
