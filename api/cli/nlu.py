"""The bot's understanding from the command line: train it, ask it, judge it. The bot lives in an environment of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from api.cli.nlu_lines import Line, read_lines, type_of_intent
from api.cli.nlu_metrics import Judged, report
from api.cli.plan import BOT_PYTHON, FRUGAL
from api.cli.trouble import Trouble
from api.core.settings import ROOT
from api.core.text import nfc
from api.knowledge.index import ArticleIndex
from api.knowledge.models import Article
from api.knowledge.pack import articles
from api.knowledge.rules import fuse
from api.localities import taxonomy

TOP = 3  # procedures that count


def train() -> None:
    """Train if something changed since the last time; what the bot's own program prints is shown."""
    if _bot("train").returncode:
        raise Trouble("Huấn luyện bot không thành công; nguyên nhân nằm ở các dòng ngay phía trên.")


def show_parse(text: str) -> None:
    print(json.dumps(next(iter(parse([text]))), ensure_ascii=False, indent=2))


def show_evaluation(file: Path, errors: Path | None) -> None:
    """Prints the figures as one JSON object; bad lines are named on standard error and skipped."""
    try:
        lines = list(read_lines(file, complain=lambda text: print(text, file=sys.stderr)))
    except OSError as error:
        raise Trouble(f"Không đọc được tệp {file} ({error.strerror}).") from error
    if not lines:
        raise Trouble(f"Tệp {file} không có dòng nào dùng được.")
    judged = list(judge(lines))
    if errors is not None:
        _write_errors(errors, lines, judged)
    print(json.dumps(report(judged), ensure_ascii=False, indent=2))


def judge(lines: Sequence[Line]) -> Iterator[Judged]:
    """What the bot makes of each line, beside what was expected."""
    index, types = pack_index(), type_of_intent()
    for line, said in zip(lines, parse([x.text for x in lines]), strict=True):
        ranking = [(row["name"], float(row["confidence"])) for row in said.get("procedure_ranking") or []]
        intent = (said.get("intent") or {}).get("name") or "nlu_fallback"
        yield Judged(
            text=line.text,
            register=line.register,
            type=line.type,
            category=line.category,
            procedure=line.procedure,
            location=line.location,
            said_type=types.get(intent, intent),
            said_category=_best(said.get("category_ranking")),
            said_procedures=procedures(index, line.text, ranking),
            said_places=_places(line.text, said),
            latency_ms=float(said["latency_ms"]),
        )


def pack_index() -> ArticleIndex:
    """The index of the locality pack's own articles; needs no database."""
    return ArticleIndex(Article(code=code, **article.model_dump()) for code, article in articles())


def procedures(index: ArticleIndex, text: str, ranking: Sequence[tuple[str, float]]) -> list[str]:
    """The best procedures as `api.knowledge` ranks them: words of the articles and the bot's own ranking, fused.

    Unlike a citizen, the judge is also told a guess too weak to be shown, and a procedure that has no article yet.
    """
    words = dict.fromkeys(taxonomy.procedures(), 0.0) | index.strengths(nfc(text))
    return [code for code, _ in fuse(words, ranking)][:TOP]


def _best(ranking: Sequence[dict[str, Any]] | None) -> str | None:
    return str(ranking[0]["name"]) if ranking else None


def _places(text: str, said: dict[str, Any]) -> list[str]:
    found = sorted((e for e in said.get("entities") or [] if e["entity"] == "location"), key=lambda e: int(e["start"]))
    return [text[e["start"] : e["end"]] for e in found]


def parse(texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rasa's parse of each text, with `latency_ms`. Trains first if need be."""
    question = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    # what training says is not part of the answer
    trained = _bot("train", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if trained.returncode:
        raise Trouble(f"Huấn luyện bot không thành công.\n{trained.stdout}")
    done = _bot("parse", input=question, stdout=subprocess.PIPE)
    if done.returncode:
        raise Trouble("Bot không phân tích được các câu này; nguyên nhân nằm ở các dòng ngay phía trên.")
    # not splitlines(): a text may hold other separators
    yield from (json.loads(line) for line in done.stdout.split("\n") if line.strip())


def _bot(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    if not BOT_PYTHON.exists():
        raise Trouble("Môi trường của bot chưa được cài đặt; hãy chạy `scripts/run`.")
    own = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore", "RASA_TELEMETRY_ENABLED": "false"}
    return subprocess.run(
        [str(BOT_PYTHON), "-m", "bot.nlu", *arguments],
        cwd=ROOT,
        env={**os.environ, **FRUGAL, **own},
        encoding="utf-8",
        check=False,
        **options,
    )


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
