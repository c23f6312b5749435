"""The supervisor over stub programs: order, readiness, restarts, and that nothing is left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from api.cli import ground, plan
from api.cli.plan import Step
from api.cli.supervise import Progress, Stopped, Supervisor
from api.cli.trouble import Trouble
from api.core.settings import ROOT, Settings

WITHIN = 15.0  # seconds; everything here takes a fraction of one


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # a database of somebody else's: the embedded one has its own tests
    return Settings(data_dir=tmp_path, database_url="postgresql://nobody@nowhere/x")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def service(name: str, tmp_path: Path, code: str = "import time; open('{ready}', 'a').write('x'); time.sleep(60)") -> Step:
    ready = tmp_path / f"{name}.ready"
    return Step(name, name, python(code.format(ready=ready)), f"{name} không chạy.", ready=ready.exists)


def supervisor(settings: Settings, *steps: Step) -> Supervisor:
    return Supervisor(settings, list(steps), Progress(list(steps), 2))


def wait_until(condition: object) -> None:
    end = time.monotonic() + WITHIN
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)


def test_a_job_ends_before_what_needs_it_begins(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = tmp_path / "order"
    job = Step("assets", "Việc trước", python(f"open('{order}', 'a').write('1')"), "Hỏng.")
    ready = tmp_path / "ready"
    code = f"import time; open('{order}', 'a').write('2'); open('{ready}', 'w'); time.sleep(60)"
    after = Step("api", "Việc sau", python(code), "Hỏng.", after=("assets",), ready=ready.exists)
    all_ = supervisor(settings, job, after)
    try:
        all_.start()
        assert order.read_text() == "12"
        said = capsys.readouterr().out
        assert "[3/4] Việc trước …" in said
        assert "[4/4] Việc sau: xong sau" in said
    finally:
        all_.stop()


def test_a_failed_job_is_one_sentence_with_its_last_line_and_its_log(settings: Settings) -> None:
    job = Step(
        "train", "Huấn luyện", python("import sys; sys.exit('config.yml dòng 3 sai')"), "Huấn luyện bot không thành công."
    )
    all_ = supervisor(settings, job)
    with pytest.raises(Trouble, match=r"Huấn luyện bot không thành công\. config.yml dòng 3 sai\nXem thêm: .*train\.log"):
        all_.start()
    all_.stop()


def test_a_service_that_never_stands_up_ends_the_start(settings: Settings, tmp_path: Path) -> None:
    all_ = supervisor(settings, service("bot", tmp_path, "raise SystemExit('cổng hỏng')"))
    with pytest.raises(Trouble, match=r"bot không chạy\. cổng hỏng"):
        all_.start()
    all_.stop()


def test_what_dies_is_started_again_and_all_ends_together(settings: Settings, tmp_path: Path) -> None:
    ready = tmp_path / "worker.ready"
    all_ = supervisor(settings, service("worker", tmp_path))
    all_.start()
    first = all_.children["worker"].pid
    os.kill(first, signal.SIGKILL)

    def again() -> bool:
        all_.children["worker"].revive()
        return ready.read_text() == "xx"

    wait_until(again)
    second = all_.children["worker"].pid
    assert second != first
    all_.stopping = True
    with pytest.raises(Stopped):
        all_.watch()
    all_.stop()
    assert not psutil.pid_exists(second)


def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(settings: Settings, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("api.cli.supervise.GOODBYE_SECONDS", 0.3)
    pids = tmp_path / "pids"
    code = f"""
        import os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        inner = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, 1); time.sleep(60)'])
        open('{pids}.new', 'w').write(f'{{os.getpid()}} {{inner.pid}}')
        os.rename('{pids}.new', '{pids}')
        time.sleep(60)
    """
    all_ = supervisor(settings, Step("bot", "Bot", python(code), "Hỏng.", ready=pids.exists))
    all_.start()
    all_.stop()
    numbers = [int(n) for n in pids.read_text().split()]
    wait_until(lambda: not any(psutil.pid_exists(n) and psutil.Process(n).status() != "zombie" for n in numbers))


def test_a_killed_supervisor_takes_its_children_with_it(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"""
        from pathlib import Path
        import sys, time
        from api.cli.children import Child, Program
        inner = "import os, time; open({str(ready) + ".new"!r}, 'w').write(str(os.getpid())); "
        inner += "os.rename({str(ready) + ".new"!r}, {str(ready)!r}); time.sleep(60)"
        Child(Program([sys.executable, '-c', inner], Path({str(tmp_path / "log")!r}), {{}}))
        time.sleep(60)
    """
    parent = subprocess.Popen(python(code), cwd=ROOT)
    wait_until(ready.exists)
    parent.kill()
    parent.wait()
    child = int(ready.read_text())
    wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie")


def test_the_plan_tells_every_child_the_same_places(settings: Settings) -> None:
    settings = settings.model_copy(update={"port": 8123, "bot_port": 5123})
    common = plan.common_environment(settings, "postgresql://a/b")
    assert common["LANGNGHE_PORT"] == "8123"
    assert common["LANGNGHE_DATABASE_URL"] == "postgresql://a/b"
    names = [step.name for step in plan.steps(settings, with_demo=False)]
    assert names == ["assets", "train", "database", "bot", "api", "worker"]
    assert all(set(step.after) <= set(names) for step in plan.steps(settings, with_demo=True))


def test_logs_of_earlier_runs_are_kept_for_a_while(tmp_path: Path) -> None:
    for run in range(6):
        ground.fresh_log(tmp_path, "bot").write_text(str(run))
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {
        "bot.log": "5",
        "bot.log.1": "4",
        "bot.log.2": "3",
        "bot.log.3": "2",
    }
