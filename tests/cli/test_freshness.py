"""A start does the database's work when something changed, and only then."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.cli import freshness, prepare
from api.core.db import transaction
from api.core.settings import ROOT, get_settings
from api.localities.models import LoadedPack


@pytest.fixture
def prepared(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(get_settings(), "data_dir", tmp_path)
    monkeypatch.setattr(prepare.accounts, "make_cast", lambda _: None)  # it has its own tests
    prepare.prepare(fake_channels=False, with_demo=False)
    yield
    with transaction() as session:
        session.query(LoadedPack).delete()


def test_a_new_database_wants_work(database: str) -> None:
    assert not freshness.unchanged(fake_channels=False)


@pytest.mark.usefixtures("prepared")
def test_nothing_is_done_twice(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(prepare, "prepare", lambda **_: pytest.fail("was asked to do it again"))
    freshness.main([])
    assert capsys.readouterr().out.strip() == freshness.UNCHANGED


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("asked", [["--demo"], ["--fake-channels"]])
def test_what_was_not_asked_for_last_time_is_done(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[dict[str, bool]] = []
    monkeypatch.setattr(prepare, "prepare", lambda **what: done.append(what))
    freshness.main(asked)
    assert done == [{"fake_channels": "--fake-channels" in asked, "with_demo": "--demo" in asked}]


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("name", ["uv.lock", "api/app.py", "api/localities/hai_duong/pack.yml"])
def test_other_packages_code_or_data_want_work(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "api", tmp_path / "api", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "uv.lock", tmp_path)
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    assert freshness.unchanged(fake_channels=False)
    with (tmp_path / name).open("a") as changed:
        changed.write("\n")
    assert not freshness.unchanged(fake_channels=False)


@pytest.mark.usefixtures("prepared")
def test_tables_taken_back_want_work() -> None:
    with transaction() as session:
        now = session.scalar(text("select version_num from alembic_version"))
        session.execute(text("update alembic_version set version_num = '0011'"))
    assert not freshness.unchanged(fake_channels=False)
    with transaction() as session:
        session.execute(text("update alembic_version set version_num = :now"), {"now": now})
    assert freshness.unchanged(fake_channels=False)


def test_a_database_that_is_away_wants_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "database_url", "postgresql://nobody@127.0.0.1:1/none")
    assert not freshness.unchanged(fake_channels=False)
