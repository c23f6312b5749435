"""Files from the platform's database for whoever improves the bot."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from api.cli.database import available
from api.cli.trouble import Trouble
from api.core.db import transaction
from api.learning import export


def export_unsure(file: Path) -> str:
    with available(), transaction() as session:
        count = _write_lines(file, export.unsure_lines(session))
    return f"Đã ghi {count} câu vào {file}. Nhãn trong tệp là điều bot đoán: hãy sửa từng dòng trước khi dùng để chấm điểm."


def export_labelled(file: Path, evaluation: Path | None) -> str:
    with available(), transaction() as session:
        learn, judge = export.labels(session)
        _write(file, export.training_file(learn))
        if evaluation is not None:
            _write_lines(evaluation, export.evaluation_lines(judge))
    kept = (
        f"{len(judge)} câu để chấm điểm vào {evaluation}"
        if evaluation
        else f"{len(judge)} câu để dành chấm điểm (--evaluation)"
    )
    return f"Đã ghi {len(learn)} câu huấn luyện vào {file}, {kept}. Xem lại từng câu rồi đặt tệp vào nlu_data/."


def _write_lines(file: Path, rows: Iterable[dict[str, Any]]) -> int:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    _write(file, "".join(f"{line}\n" for line in lines))
    return len(lines)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Trouble(f"Không ghi được tệp {file} ({error.strerror}).") from error
