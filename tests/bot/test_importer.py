"""Our quick reading of the training data hands Rasa what its own slow one does."""

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import importer, one_file

FILES = {
    "a.yml": "nlu:\n- intent: report\n  metadata: {category: w}\n  examples: |\n    - rác [chợ](location)\n    - rác nhiều\n",
    "b/c.yml": "nlu:\n- intent: greet\n  examples: |\n    - Chào em 😀\n    - Chào em 😀\n",
    "b/d.yml": "nlu:\n- lookup: street\n  examples: |\n    - Lê Lợi\n- regex: phone\n  examples: |\n    - \\d+\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    return tmp_path


def through_rasa(folder: Path, config: str, paths: list[str]) -> TrainingData:
    (folder / "config.yml").write_text(config, encoding="utf-8")
    return TrainingDataImporter.load_from_config(str(folder / "config.yml"), None, paths).get_nlu_data()


def test_it_reads_what_rasa_reads(folder: Path) -> None:
    own = f"importers: [{{name: bot.nlu.importer.FolderImporter, folder: {folder / 'data'}}}]\n"
    ours = through_rasa(folder, own, [])
    one_file.write(folder / "data", folder / "all.yml")
    theirs = through_rasa(folder, "pipeline: []\n", [str(folder / "all.yml")])
    assert [m.data for m in ours.training_examples] == [m.data for m in theirs.training_examples]
    # the greeting written twice counts once
    assert [m.get("text") for m in ours.training_examples if m.get("text")] == ["rác chợ", "rác nhiều", "Chào em 😀"]
    assert (ours.lookup_tables, ours.regex_features) == (theirs.lookup_tables, theirs.regex_features)


@pytest.mark.parametrize("text", ["nlu: [", "nlu:\n- intent: greet\n  examples:\n  - 3\n"])
def test_a_broken_file_is_named(folder: Path, text: str) -> None:
    (folder / "data" / "broken.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yml"):
        importer.read(folder / "data")
