"""Groups of words that mean about the same are found in accented, bare and mixed text."""

from pathlib import Path

import pytest

from api.core.text import fold
from bot.components.word_groups import WordGroups
from bot.nlu import importer

LINES = ["dark = tối om, tối", "lamp = đèn đường", "dark = mù mịt", "smell = hôi"]
GROUPS = WordGroups.read(LINES, "concepts", ["tối", "tối", "tôi", "hôi", "hỏi", "hỏi", "hồi"])


def found(text: str) -> list[str]:
    words = text.split()
    return GROUPS.find(words, [fold(word) for word in words])


@pytest.mark.parametrize("text", ["đèn đường tối om", "den duong toi om", "đèn duong tối om"])
def test_each_phrase_counts_however_it_is_typed(text: str) -> None:
    assert found(text) == ["lamp", "dark", "dark"]


def test_other_marks_are_another_word() -> None:
    assert found("đến đường mù mịt") == ["dark"]
    assert found("hỏi") == []


def test_a_single_bare_word_is_what_it_usually_is() -> None:
    assert (found("toi"), found("hoi"), found("hôi")) == (["dark"], [], ["smell"])


def test_what_is_usual_is_kept() -> None:
    again = WordGroups.from_json(GROUPS.to_json())
    assert again.find(["toi", "hoi"], ["toi", "hoi"]) == ["dark"]


def test_a_line_without_a_name_is_shown() -> None:
    with pytest.raises(ValueError, match="concepts"):
        WordGroups.read(["tối om, mù mịt"], "concepts")


def test_our_own_groups_read_and_fit_rasa() -> None:
    data = importer.read(Path(__file__).parents[2] / "nlu_data" / "lookups")
    (table,) = [table for table in data.lookup_tables if table["name"] == "concepts"]
    assert max(len(line.encode()) for line in table["elements"]) <= 150  # Rasa asks the disk for a file of that name
    assert len(WordGroups.read(table["elements"], "concepts").to_json()["phrases"]) > 50
