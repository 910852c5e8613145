"""Progress where stderr is no terminal."""

from threading import Thread
from time import sleep

import pytest

from retro.cli import progress_lines
from retro.cli.progress_lines import Lines


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(progress_lines, "LONG_SECONDS", 0.05)
    monkeypatch.setattr(progress_lines, "_LOOK_SECONDS", 0.01)


def worked(lines: Lines, what: str, total: int, done: int, seconds: float) -> None:
    lines.start(what, total)
    sleep(seconds)
    lines.advance(done)


def test_long_work_is_told_when_it_is_under_way_and_when_it_has_ended(quick, capsys):
    lines = Lines()
    worked(lines, "functions platform", 16_868, 16_868, 0.3)
    lines.stop()
    assert capsys.readouterr().err.splitlines() == [
        "functions platform: 16,868 ...",
        "functions platform: 16,868 in 0 s",
    ]


def test_quick_work_stays_silent(capsys):
    lines = Lines()
    worked(lines, "functions platform", 3, 3, 0)
    worked(lines, "nothing to do", 0, 0, 0)
    lines.stop()
    assert capsys.readouterr().err == ""


def test_very_long_work_is_told_of_now_and_then(quick, monkeypatch, capsys):
    monkeypatch.setattr(progress_lines, "BETWEEN_SECONDS", 0.1)
    lines = Lines()
    lines.start("damage platform", 100)
    lines.advance(40)
    sleep(0.4)
    lines.stop()
    first, *between, last = capsys.readouterr().err.splitlines()
    assert (first, last) == ("damage platform: 100 ...", "damage platform: 40 of 100 in 0 s")
    assert set(between) == {"damage platform: 40 of 100 after 0 s"}


def test_the_next_piece_of_work_ends_the_one_before(quick, capsys):
    lines = Lines()
    worked(lines, "one", 10, 4, 0.2)
    lines.start("two", 10)
    assert capsys.readouterr().err.splitlines() == ["one: 10 ...", "one: 4 of 10 in 0 s"]
    lines.stop()
    assert capsys.readouterr().err == ""


def test_each_thread_has_a_piece_of_its_own(quick, capsys):
    lines = Lines()
    threads = [Thread(target=worked, args=(lines, f"notebook {name}", 5, 5, 0.2)) for name in ("cost", "sprint")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.stop()
    told = sorted(capsys.readouterr().err.splitlines())
    expected = [f"notebook {name}: 5 {end}" for name in ("cost", "sprint") for end in ("...", "in 0 s")]
    assert told == sorted(expected)


def test_names_from_outside_do_not_act_on_a_terminal(quick, capsys):
    lines = Lines()
    worked(lines, "functions \x1b[31mred", 1, 1, 0.2)
    lines.stop()
    assert "\x1b" not in capsys.readouterr().err
