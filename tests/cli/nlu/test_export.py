"""`langnghe nlu export-unsure` and `export-labelled` write what the desk holds, from the database of the settings."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from api.cli.nlu.export import export_labelled, export_unsure
from api.cli.nlu.lines import read_lines
from api.cli.trouble import Trouble
from api.core.db import transaction
from api.learning import desk
from api.learning.desk import Choice
from api.learning.gather import gather
from tests.cast import make_cast
from tests.learning.rasa import MUDDLED, TORN, Memory


@pytest.fixture
def town(committed: str, now: datetime) -> object:
    with transaction() as db:
        cast, memory = make_cast(db, now), Memory(db, now)
        said = [memory.hear(cast.lan, f"Nước ngập ở cầu {n}, gọi 0912345678", TORN, category=MUDDLED) for n in range(7)]
        gather(db, now)
        for message in said[:6]:
            desk.label(db, cast.ha, message.id, Choice("report", "drainage_flooding"), now)
    yield committed
    with transaction() as db:
        db.execute(text("drop schema rasa cascade"))


def test_what_waits(town: object, tmp_path: Path) -> None:
    file = tmp_path / "unsure.jsonl"
    assert export_unsure(file).startswith(f"Đã ghi 1 câu vào {file}.")
    (line,) = read_lines(file, complain=pytest.fail)
    assert (line.text, line.type, line.category) == ("Nước ngập ở cầu 6, gọi 0000000000", "report", "drainage_flooding")


def test_what_was_labelled(town: object, tmp_path: Path) -> None:
    learn, judge = tmp_path / "learnt.yml", tmp_path / "judge.jsonl"
    said = export_labelled(learn, judge)
    taught = yaml.safe_load(learn.read_text(encoding="utf-8"))["nlu"][0]["examples"].splitlines()
    held = [json.loads(line)["text"] for line in judge.read_text(encoding="utf-8").splitlines()]
    assert len(taught) + len(held) == 6
    assert held
    assert not {line.removeprefix("- ") for line in taught} & set(held)
    assert f"Đã ghi {len(taught)} câu huấn luyện" in said
    assert "để dành chấm điểm (--evaluation)" in export_labelled(learn, None)


def test_a_file_that_cannot_be_written(town: object, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="Không ghi được tệp"):
        export_unsure(tmp_path / "none" / "x.jsonl")
