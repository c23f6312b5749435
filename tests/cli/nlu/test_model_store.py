"""The models that are kept, which one is in use, and the way back."""

import json
from pathlib import Path

import pytest

from api.cli.nlu.model_store import KEPT, ModelStore, State
from api.cli.trouble import Trouble


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    made = ModelStore(tmp_path / "models")
    with made.locked():
        return made


def trained(store: ModelStore, name: str, code: str = "v1") -> str:
    """A candidate made of sources `name`; its id."""
    (store.folder / "candidate.tar.gz").write_bytes(name.encode())
    (store.folder / "candidate.json").write_text(json.dumps({"sources": name, "nlu_only": False}))
    return store.take_candidate(code).id


def in_use(store: ModelStore, name: str) -> str:
    made = trained(store, name)
    store.promote(store.records[-1])
    return made


def live_bytes(store: ModelStore) -> bytes:
    return (store.folder / "langnghe.tar.gz").read_bytes()


def again(store: ModelStore) -> ModelStore:
    """As the next process finds it."""
    other = ModelStore(store.folder)
    with other.locked():
        return other


def test_nothing_at_first(store: ModelStore) -> None:
    assert (store.live, store.previous(), store.records) == (None, None, [])
    assert not store.settled("one")
    with pytest.raises(Trouble, match="Không rõ mô hình “live”"):
        store.find("live")


def test_what_is_in_use_and_what_was(store: ModelStore) -> None:
    first, second = in_use(store, "one"), in_use(store, "two")
    found = again(store)
    assert found.live
    assert found.previous()
    assert (found.live.id, found.previous().id) == (second, first)  # type: ignore[union-attr]
    assert live_bytes(found) == b"two"
    assert json.loads((found.folder / "fingerprint.json").read_text())["sources"] == "two"
    assert found.find("previous").read_bytes() == b"one"
    assert found.find(second) == found.find("live")
    assert found.settled("two")
    assert not found.settled("one")


def test_a_rollback_and_another(store: ModelStore) -> None:
    ids = [in_use(store, name) for name in ("one", "two", "three")]
    for left in (ids[1], ids[0]):
        back = store.previous()
        assert back is not None
        store.promote(back, leaving=State.ROLLED_BACK)
        assert store.live is not None
        assert store.live.id == left
    assert live_bytes(store) == b"one"
    assert store.previous() is None
    # what was taken back is not trained again by the next start
    assert again(store).settled("three")


def test_a_refused_candidate_is_kept_but_not_used_nor_trained_again(store: ModelStore) -> None:
    in_use(store, "one")
    refused = trained(store, "two")
    store.refuse(store.records[-1])
    found = again(store)
    assert live_bytes(found) == b"one"
    assert found.previous() is None
    assert found.settled("two")
    assert found.find(refused).read_bytes() == b"two"


def test_only_the_last_ones_are_kept(store: ModelStore) -> None:
    names = [f"m{n}" for n in range(KEPT + 3)]
    ids = [in_use(store, name) for name in names]
    assert len(store.records) == KEPT
    assert {p.name for p in (store.folder / "kept").iterdir()} == {f"{r.id}.tar.gz" for r in store.records}
    assert store.live
    assert store.previous()
    assert {ids[-1], ids[-2]} <= {r.id for r in store.records}


def test_a_model_that_somebody_else_put_there_is_adopted(store: ModelStore) -> None:
    first = in_use(store, "one")
    (store.folder / "langnghe.tar.gz").unlink()
    (store.folder / "langnghe.tar.gz").write_bytes(b"from elsewhere")
    found = again(store)
    assert found.live
    assert found.live.id != first
    assert found.find("live").read_bytes() == b"from elsewhere"
    assert found.find("previous").read_bytes() == b"one"


def test_a_name_that_means_two_models_or_no_file(store: ModelStore, tmp_path: Path) -> None:
    in_use(store, "one")
    in_use(store, "two")
    with pytest.raises(Trouble, match="langnghe nlu models"):
        store.find("20")
    with pytest.raises(Trouble, match="Không có tệp mô hình"):
        store.find(str(tmp_path / "none.tar.gz"))
