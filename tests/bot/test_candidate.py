"""A candidate is trained beside the model in use, which stays as it is. The training itself is replaced here."""

import json
from pathlib import Path

import pytest

from bot.nlu import fingerprint, train


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("nlu_data", "bot/models", "bot/domain"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config.yml").write_text("recipe: default.v1")
    (tmp_path / "nlu_data" / "greet.yml").write_text("nlu: []")
    (tmp_path / "bot" / "domain" / "domain.yml").write_text("intents: []")

    def made(root: Path, models: Path, nlu_only: bool, start: float) -> None:
        (models / train.MODEL).write_text((root / "nlu_data" / "greet.yml").read_text())

    monkeypatch.setattr(train, "make_in", made)
    return tmp_path


def files(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((root / "bot" / "models").glob("*.*")) if path.suffix != ".lock"}


def test_the_model_in_use_stays(root: Path) -> None:
    assert train.run(root, nlu_only=False, force=False) == 0
    before = files(root)
    assert before[train.MODEL] == "nlu: []"
    (root / "nlu_data" / "greet.yml").write_text("nlu: [new]")
    assert train.run(root, nlu_only=False, force=False, candidate=True) == 0
    after = files(root)
    assert {name: after[name] for name in before} == before
    assert after[train.CANDIDATE] == "nlu: [new]"
    assert json.loads(after[train.CANDIDATE_MARK]) == {"sources": fingerprint.of_sources(root), "nlu_only": False}


def test_a_failed_candidate_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train.run(root, nlu_only=False, force=False)
    before = files(root)

    def fails(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(train, "make_in", fails)
    assert train.run(root, nlu_only=False, force=False, candidate=True) == 1
    assert files(root) == before


def test_code_is_bot_alone_and_sources_are_all(root: Path) -> None:
    code, sources = fingerprint.of_code(root), fingerprint.of_sources(root)
    (root / "nlu_data" / "greet.yml").write_text("nlu: [more]")
    assert fingerprint.of_code(root) == code
    assert fingerprint.of_sources(root) != sources
    (root / "bot" / "domain" / "domain.yml").write_text("intents: [greet]")
    assert fingerprint.of_code(root) != code


def test_what_a_killed_training_left_is_cleared_away(root: Path) -> None:
    left = root / "bot" / "models" / f"{train.UNFINISHED}x"
    left.mkdir()
    (left / train.MODEL).write_text("half")
    assert train.run(root, nlu_only=False, force=False) == 0
    assert not left.exists()
