import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from bassboss_lib.errors import DeadlinePassed, Interrupted
from bassboss_lib.runs import supervise as module
from bassboss_lib.runs.supervise import RUN_DIR, Limits, supervise


@pytest.fixture(autouse=True)
def _nothing_to_save(monkeypatch):
    """These children save no notebook, so that nobody need wait for it."""
    monkeypatch.setattr(module, "STOP_S", 0.5)


def run(tmp_path, code, *, deadline_s=30, heard=None):
    return supervise(
        [sys.executable, "-c", code],
        {"x": 1},
        environment={RUN_DIR: str(tmp_path)},
        log=tmp_path / "log",
        limits=Limits(deadline_s),
        on_event=(heard if heard is not None else []).append,
    )


def left(tmp_path):
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(RUN_DIR) == str(tmp_path) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_events_are_heard_in_order_and_the_last_is_given(tmp_path):
    heard = []
    code = (
        "import sys; print('{\"event\": \"a\"}'); print(sys.stdin.readline().strip()); print('noise', file=sys.stderr)"
    )
    assert run(tmp_path, code, heard=heard) == {"x": 1}
    assert heard == [{"event": "a"}, {"x": 1}]
    assert (tmp_path / "log").read_text() == "noise\n"


def test_R04_deadline_leaves_no_process(tmp_path):
    began = time.monotonic()
    with pytest.raises(DeadlinePassed, match="R04"):
        run(tmp_path, "while True: pass", deadline_s=0.5)
    assert time.monotonic() - began < 15
    assert left(tmp_path) == []


def test_R07_grandchildren_in_sessions_of_their_own_are_gone(tmp_path):
    spawn = "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)"
    run(tmp_path, spawn)
    assert left(tmp_path) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_R05_signal_stops_the_run_and_the_handlers_come_back(tmp_path, number, code):
    before = signal.getsignal(number)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), number))
    timer.start()
    with pytest.raises(Interrupted) as raised:
        run(tmp_path, "import time; time.sleep(600)")
    assert raised.value.exit_code == code
    assert left(tmp_path) == []
    assert signal.getsignal(number) is before


def test_R06_child_ends_with_its_supervisor(tmp_path):
    code = (
        "import sys, threading, time; from bassboss_lib.runs import child;"
        "watch = dict(target=child._end_with_supervisor, args=(sys.argv[1], sys.argv[2], 0), daemon=True);"
        "threading.Thread(**watch).start();"
        "time.sleep(600)"
    )
    environment = {**os.environ, RUN_DIR: str(tmp_path)}
    (sockets := tmp_path / "sockets").mkdir()
    words = [sys.executable, "-c", code, str(tmp_path), str(sockets)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, env=environment)
    process.stdin.close()
    assert process.wait(timeout=30) == 1
    assert not sockets.exists()
