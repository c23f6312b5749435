"""What the bot makes of labelled messages. The bot lives in an environment of its own."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from api.cli.nlu.bot_python import call_bot
from api.cli.nlu.lines import Line
from api.cli.nlu.metrics import Judged
from api.cli.trouble import Trouble
from api.core.settings import ROOT
from api.core.text import nfc
from api.knowledge.index import ArticleIndex
from api.knowledge.models import Article
from api.knowledge.pack import articles
from api.knowledge.rules import fuse
from api.learning.words import types_of_intents
from api.localities import taxonomy

TOP = 3  # procedures that count
LIVE_MODEL = ROOT / "bot" / "models" / "langnghe.tar.gz"


def judge(lines: Sequence[Line], model: Path = LIVE_MODEL) -> Iterator[Judged]:
    """What a model makes of each line, beside what was expected."""
    index = pack_index()
    for line, said in zip(lines, parse([x.text for x in lines], model), strict=True):
        yield judged(line, said, index)


def judged(line: Line, said: dict[str, Any], index: ArticleIndex) -> Judged:
    """One line beside its parse."""
    ranking = [(row["name"], float(row["confidence"])) for row in said.get("procedure_ranking") or []]
    intent = (said.get("intent") or {}).get("name") or "nlu_fallback"
    return Judged(
        text=line.text,
        register=line.register,
        type=line.type,
        category=line.category,
        procedure=line.procedure,
        location=line.location,
        said_type=types_of_intents().get(intent, intent),
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


def parse(texts: Iterable[str], model: Path = LIVE_MODEL) -> Iterator[dict[str, Any]]:
    """Rasa's parse of each text by a trained model, with `latency_ms`."""
    yield from parse_all(texts, model)[0]


def parse_all(texts: Iterable[str], model: Path) -> tuple[list[dict[str, Any]], str]:
    """The parses, and what the bot said of its loading ("model loaded in 0.52 s")."""
    question = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    done = call_bot("parse", "--model", str(model), input=question, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise Trouble("Bot không phân tích được các câu này; nguyên nhân nằm ở các dòng ngay phía trên.")
    # not splitlines(): a text may hold other separators
    return [json.loads(line) for line in done.stdout.split("\n") if line.strip()], done.stderr
