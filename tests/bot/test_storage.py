"""What a trained component keeps is compressed, and what was kept before that is still read."""

from pathlib import Path

import numpy as np

from bot.components import storage


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float16).reshape(2, 3)
    storage.write_array(tmp_path, "weights", array)
    found = storage.read_array(tmp_path, "weights")
    assert found.dtype == array.dtype
    assert (found == array).all()
    assert not (tmp_path / "weights.npy").exists()


def test_a_file_of_a_library_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"crf" * 1000)
    storage.compress(tmp_path, "model")
    assert storage.has_bytes(tmp_path, "model")
    assert not (tmp_path / "model").exists()
    assert storage.read_bytes(tmp_path, "model") == b"crf" * 1000


def test_an_older_model_is_read_as_it_is(tmp_path: Path) -> None:
    np.save(tmp_path / "idf.npy", np.ones(3, np.float32))
    assert storage.has_bytes(tmp_path, "idf.npy")
    assert storage.read_array(tmp_path, "idf").tolist() == [1, 1, 1]
    assert not storage.has_bytes(tmp_path, "else")
