"""All training files as one file say the same."""

from pathlib import Path

import pytest
import yaml

from bot.nlu import one_file

GREET = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - Chào em 😀\n    - "hai" là mấy\n'
REPORT = "nlu:\n- intent: report\n  metadata: {category: waste}\n  examples: |\n    - rác ở [chợ](location)\n"


def test_every_entry_is_kept_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "greet.yml").write_text(GREET, encoding="utf-8")
    (tmp_path / "a.yml").write_text(REPORT, encoding="utf-8")
    (tmp_path / "types.json").write_text("{}")
    one_file.write(tmp_path, tmp_path / "all")
    made = yaml.safe_load((tmp_path / "all").read_text(encoding="utf-8"))
    assert made["nlu"] == yaml.safe_load(REPORT)["nlu"] + yaml.safe_load(GREET)["nlu"]
    assert "    - Chào em 😀\n" in (tmp_path / "all").read_text(encoding="utf-8")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("nlu: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yml"):
        one_file.write(tmp_path, tmp_path / "all")
