"""`langnghe places`: an operator hands in the borders of his area."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.cli import main
from api.core.db import transaction
from api.places.models import UnitBoundary
from tests.places.drawing import UNITS, file_of

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(committed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """`langnghe places …` on the test's database: the exit code, and all that was said."""

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["langnghe", "places", *words])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), "".join(capsys.readouterr())

    return run


def kept() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(UnitBoundary)) or 0


def test_borders_go_in_and_out(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "ranh_gioi.geojson"
    strange = [f"?{number}" for number in range(12)]
    names = {unit.code: name for unit, name in zip(UNITS[1:], strange, strict=False)}
    file.write_text("\ufeff" + file_of(lambda unit: {"ten": names.get(unit.code, unit.name)}, UNITS[1:]), encoding="utf-8")
    code, said = typed("boundaries", str(file))
    assert code == 0
    assert said.startswith(f"Đã nhập ranh giới của {len(UNITS) - 1} phường, xã; có hiệu lực ngay.\n")
    assert "Tên không khớp nên nhận theo vị trí" in said
    assert "và 2 nơi khác." in said
    assert f"Còn thiếu ranh giới của 1 phường, xã: {UNITS[0].name}." in said
    assert kept() == len(UNITS) - 1
    assert typed("forget-boundaries") == (0, f"Đã bỏ ranh giới của {len(UNITS) - 1} phường, xã.\n")
    assert typed("forget-boundaries") == (0, "Chưa có ranh giới nào được nhập.\n")
    assert kept() == 0


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{}", b"[1", None])
def test_a_bad_file_is_one_sentence_and_leaves_what_was_there(typed: Typed, tmp_path: Path, content: bytes | None) -> None:
    good, bad = tmp_path / "tot.geojson", tmp_path / "hong.geojson"
    good.write_text(file_of(lambda unit: {"ten": unit.name}), encoding="utf-8")
    assert typed("boundaries", str(good))[0] == 0
    if content is not None:
        bad.write_bytes(content)
    code, said = typed("boundaries", str(bad))
    assert code == 1
    assert said.count("\n") == 1
    assert kept() == len(UNITS)
