"""`langnghe nlu evaluate` and `parse` with the trained bot, and what they do with what is not usable."""

import json
import subprocess
from pathlib import Path

import pytest

from api.cli.nlu.show import pack_index, procedures
from api.core.settings import ROOT

LINES = [
    {
        "text": "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng 3 hôm rồi",
        "type": "report",
        "category": "street_light",
        "procedure": None,
        "location": "ngõ 12 Nguyễn Lương Bằng",
        "register": "clean",
    },
    {
        "text": "lam giay khai sinh cho con can nhung gi",
        "type": "question",
        "category": None,
        "procedure": "birth_registration",
        "location": None,
        "register": "bare",
    },
    # wrong on purpose: something must be left for --errors
    {"text": "xin chào", "type": "denunciation", "category": None, "procedure": None, "location": None, "register": "clean"},
]


def langnghe(*words: object) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / ".venv" / "bin" / "langnghe"), "nlu", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.bot
@pytest.mark.xdist_group("product")
def test_one_json_object_with_every_figure(tmp_path: Path) -> None:
    file, errors = tmp_path / "lines.jsonl", tmp_path / "errors.jsonl"
    good = [json.dumps(line, ensure_ascii=False) for line in LINES]
    file.write_text("\n".join([good[0], "{broken", *good[1:]]), encoding="utf-8")
    done = langnghe("evaluate", file, "--errors", errors)
    assert done.returncode == 0, done.stderr
    assert "Dòng 2: không phải JSON; bỏ qua." in done.stderr
    found = json.loads(done.stdout)
    assert list(found) == ["n", "type", "category", "location", "procedure", "by_register", "latency_ms", "confusions"]
    assert found["n"] == 3
    assert found["type"]["accuracy"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["category"]["accuracy"] == 1.0
    assert found["location"] == {"exact_f1": 1.0, "overlap_f1": 1.0}
    assert found["procedure"]["hit_at_3"] == 1.0
    assert found["by_register"]["bare"]["n"] == 1
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p99"]
    (wrong,) = [json.loads(line) for line in errors.read_text(encoding="utf-8").splitlines()]
    assert wrong["text"] == "xin chào"
    assert wrong["wrong"] == ["type"]
    assert wrong["said"]["type"] == "chitchat"


@pytest.mark.bot
@pytest.mark.xdist_group("product")
def test_errors_and_a_model_beside_itself(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in LINES), encoding="utf-8")
    said = langnghe("errors", file)
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(
        "3 câu, 1 câu có chỗ hiểu sai.\n\nLOẠI: 1 câu\n  Tố cáo → hiểu thành Chào hỏi: 1 câu\n      xin chào"
    )
    same = langnghe("compare", "live", ROOT / "bot" / "models" / "langnghe.tar.gz", "--file", file)
    assert same.returncode == 0, same.stderr
    assert same.stdout.endswith("Kết luận: không có khác biệt nào vượt quá may rủi.\n")
    assert "đang dùng" in langnghe("models").stdout
    assert langnghe("compare", "live", "none").stderr.startswith("Không rõ mô hình “none”")


def test_a_file_that_cannot_be_read_or_used(tmp_path: Path) -> None:
    missing = langnghe("evaluate", tmp_path / "none.jsonl")
    assert (missing.returncode, missing.stderr.split(" (")[0]) == (1, f"Không đọc được tệp {tmp_path / 'none.jsonl'}")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("[]\n")
    unusable = langnghe("evaluate", empty)
    assert unusable.returncode == 1
    assert "Dòng 1: không phải một đối tượng JSON; bỏ qua." in unusable.stderr
    assert "không có dòng nào dùng được" in unusable.stderr


def test_procedures_are_ranked_by_words_and_by_the_bot() -> None:
    index = pack_index()
    assert procedures(index, "lam giay khai sinh cho con", [])[0] == "birth_registration"
    assert procedures(index, "làm cái này ở đâu", [("passport", 0.9), ("adoption", 0.1)])[0] == "passport"
