"""The bot's understanding from the command line: ask it, judge it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from api.cli.nlu import words as nlu_words
from api.cli.nlu.freshness import store
from api.cli.nlu.frozen import frozen_lines, judged, judged_once
from api.cli.nlu.judge import judge, pack_index, parse, procedures
from api.cli.nlu.lines import Line, read_lines
from api.cli.nlu.metrics import Judged, report
from api.cli.nlu.train import ensure
from api.cli.trouble import Trouble

__all__ = ["judge", "pack_index", "parse", "procedures", "show_comparison", "show_errors", "show_evaluation", "show_parse"]


def show_parse(text: str) -> None:
    ensure()
    print(json.dumps(next(iter(parse([text]))), ensure_ascii=False, indent=2))


def show_evaluation(file: Path, errors: Path | None) -> None:
    """Prints the figures as one JSON object; bad lines are named on standard error and skipped."""
    lines = labelled(file)
    ensure()
    found = list(judge(lines))
    if errors is not None:
        _write_errors(errors, lines, found)
    print(json.dumps(report(found), ensure_ascii=False, indent=2))


def show_errors(file: Path, shown: int) -> None:
    lines = labelled(file)
    ensure()
    print(*nlu_words.errors(lines, list(judge(lines)), shown), sep="\n")


def show_comparison(old: str, new: str, file: Path | None, shown: int) -> None:
    """Both models on a file, else on the frozen sets."""
    kept = store()
    with kept.locked():
        paths = [kept.find(old), kept.find(new)]
        lines = labelled(file) if file else frozen_lines()
        if not lines:
            raise Trouble("Không có bộ câu kiểm tra cố định; hãy chỉ ra một tệp bằng --file.")
        before, after = (judged(path, lines) if file else judged_once(kept, path, lines) for path in paths)
    print(*nlu_words.comparison(before, after, shown), sep="\n")


def labelled(file: Path) -> list[Line]:
    """Every usable line of a file. Raises `Trouble` if there is none."""
    try:
        lines = list(read_lines(file, complain=lambda text: print(text, file=sys.stderr)))
    except OSError as error:
        raise Trouble(f"Không đọc được tệp {file} ({error.strerror}).") from error
    if not lines:
        raise Trouble(f"Tệp {file} không có dòng nào dùng được.")
    return lines


def _write_errors(path: Path, lines: Sequence[Line], judged: Sequence[Judged]) -> None:
    """The lines that went wrong, as they came, with what the bot said of them."""
    with path.open("w", encoding="utf-8") as file:
        for line, found in zip(lines, judged, strict=True):
            if wrong := found.wrong():
                said = {
                    "type": found.said_type,
                    "category": found.said_category,
                    "procedures": list(found.said_procedures),
                    "locations": list(found.said_places),
                }
                file.write(json.dumps({**line.raw, "wrong": wrong, "said": said}, ensure_ascii=False) + "\n")
