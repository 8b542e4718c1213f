import json

from bassboss_lib import progress
from bassboss_lib.runs.hear import Ear, Progress


def test_nothing_happens_where_nobody_listens(monkeypatch, tmp_path):
    monkeypatch.delenv(progress.CHANNEL, raising=False)
    progress.report("trees", 1, 2)
    monkeypatch.setenv(progress.CHANNEL, str(tmp_path / "gone"))
    progress.report("trees", 2, 2)
    assert list(tmp_path.iterdir()) == []


def test_many_reports_become_few_lines_and_the_end_is_told(monkeypatch, tmp_path):
    channel = tmp_path / "channel"
    channel.touch()
    monkeypatch.setenv(progress.CHANNEL, str(channel))
    progress._told.clear()
    for done in range(1, 1001):
        progress.report("trees", done, 1000)
    lines = [json.loads(line) for line in channel.read_text().splitlines()]
    assert lines[0] == {"what": "trees", "done": 1, "total": 1000}
    assert lines[-1] == {"what": "trees", "done": 1000, "total": 1000}
    assert len(lines) < 20


def test_the_runner_hears_cells_and_the_newest_line_of_the_channel(tmp_path):
    told, beats = [], []
    channel = tmp_path / "channel"
    ear = Ear("10_one", 9, channel, told.append, lambda: beats.append(1))
    ear.look()  # the channel is not there yet
    ear.hear({"event": "cell", "cell": 4})
    channel.write_text(
        '{"what": "trees", "done": 25, "total": 2000}\n{"what": "trees", "done": 50, "total": 2000}\n{"wh'
    )
    ear.look()
    ear.look()
    channel.write_text(channel.read_text() + 'at": "trees", "done": 75, "total": 2000}\n')
    ear.look()
    assert [(now.cell, now.cells, now.what, now.done) for now in told] == [
        (4, 9, "", 0),
        (4, 9, "trees", 50),
        (4, 9, "trees", 75),
    ]
    assert isinstance(told[0], Progress)
    assert len(beats) == 4
