"""`scripts/bench nlu`: what the bot understands of the frozen sets, beside stock Rasa trained on the same sentences just now.

Each share is printed with its 95 % interval. On messages nobody here wrote it will be lower: ours were written by one session.
"""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.cli.nlu.judge import judged, pack_index
from api.cli.nlu.lines import Line, read_lines
from api.cli.nlu.metrics import Judged, classification, exact_f1, overlap_f1, percentile
from api.core.settings import ROOT
from api.core.text import fold
from api.learning.words import types_of_intents
from tests.bench import nlu_models, nlu_signals
from tests.bench.figures import Figure
from tests.bench.nlu_figures import calibration_error, figure, recall_at_false_rejection, share

SETS = ROOT / "tests" / "nlu"
MESSAGES = ("messages", "strangers")
REGISTER_LIMIT = 0.82
LOADS = 5  # of our model, its time being their median; stock Rasa needs a minute for each


@dataclass(frozen=True)
class Answer:
    """A labelled message, what was made of it, how sure the model was of each type, and the same of the text without marks."""

    line: Line
    found: Judged
    types: dict[str, float]
    bare: Judged

    @property
    def sure(self) -> tuple[float, bool]:
        best = max(self.types, key=lambda name: self.types[name])
        return self.types[best], best == self.line.type


def measure() -> list[Figure]:
    sets = {name: list(read_lines(SETS / f"{name}.jsonl", complain=print)) for name in MESSAGES}
    with TemporaryDirectory(prefix="ln-nlu", dir="/tmp") as place:
        folder = Path(place)
        ours, stock = nlu_models.ours(folder), nlu_models.stock(folder)
        labels = {key: nlu_models.stock_of(key, folder) for key in ("category", "procedure")}
        figures: list[Figure] = []
        for who, model, others in (("Lắng Nghe", ours, {}), ("Rasa gốc", stock, labels)):
            answers, load = asked([line for lines in sets.values() for line in lines], model, others)
            for name, lines in sets.items():
                wanted = set(map(id, lines))
                some = [answer for answer in answers if id(answer.line) in wanted]
                figures += of_messages(f"{who}, {name}", some, ours=model is ours)
            loads = [load, *(model.parse([]).load_seconds for _ in range(LOADS - 1 if model is ours else 0))]
            figures += of_speed(who, answers, model.train_seconds, statistics.median(loads), ours=model is ours)
        figures += of_procedures(ours, labels["procedure"])
        figures += nlu_signals.measure(ours)
    return figures


def asked(lines: Sequence[Line], model: nlu_models.Model, others: dict[str, nlu_models.Model]) -> tuple[list[Answer], float]:
    """What a model makes of the lines; `others` are models whose intents stand for a ranking that it lacks.

    Everything is asked at once: stock Rasa trains its recogniser of entities again each time it is loaded.
    """
    texts = [line.text for line in lines]
    texts += [fold(text) for text in texts]
    said = model.parse(texts)
    for key, other in others.items():
        for parse, found in zip(said.parses, other.parse(texts).parses, strict=True):
            parse[f"{key}_ranking"] = found["intent_ranking"]
    index = pack_index()
    answers = [
        Answer(line, judged(line, whole, index), types_of(whole), judged(stripped(line), bare, index))
        for line, whole, bare in zip(lines, said.parses[: len(lines)], said.parses[len(lines) :], strict=True)
    ]
    return answers, said.load_seconds


def stripped(line: Line) -> Line:
    place = fold(line.location) if line.location else None
    return Line(fold(line.text), line.type, line.category, line.procedure, place, line.register, line.raw)


def types_of(said: dict[str, Any]) -> dict[str, float]:
    """The probability of each message type: the sum over its intents."""
    sums: dict[str, float] = {"out_of_scope": 0.0}
    for row in said["intent_ranking"]:
        name = types_of_intents().get(row["name"], row["name"])
        if row["name"] != "nlu_fallback":
            sums[name] = sums.get(name, 0.0) + float(row["confidence"])
    return sums


def type_share(answers: Sequence[Answer]) -> float | None:
    return share([a.found.said_type == a.line.type for a in answers])


def category_share(answers: Sequence[Answer]) -> float | None:
    return share([a.found.said_category == a.line.category for a in answers if a.line.category])


def recall(name: str) -> Callable[[Sequence[Answer]], float | None]:
    return lambda answers: share([a.found.said_type == name for a in answers if a.line.type == name])


def macro_f1(answers: Sequence[Answer]) -> float | None:
    value: float | None = classification([(a.line.type, a.found.said_type) for a in answers])["macro_f1"]
    return value


def loss(of: Callable[[Judged, Line], bool | None]) -> Callable[[Sequence[Answer]], float | None]:
    """How much of a share is lost without diacritics."""

    def value(answers: Sequence[Answer]) -> float | None:
        pairs = [(of(a.found, a.line), of(a.bare, a.line)) for a in answers]
        kept = [(whole, bare) for whole, bare in pairs if whole is not None and bare is not None]
        return sum(whole - bare for whole, bare in kept) / len(kept) if kept else None

    return value


def right_type(found: Judged, line: Line) -> bool | None:
    return found.said_type == line.type


def right_category(found: Judged, line: Line) -> bool | None:
    return found.said_category == line.category if line.category else None


def of_messages(who: str, answers: Sequence[Answer], ours: bool) -> list[Figure]:
    def told(what: str, measure: Callable[[Sequence[Answer]], float | None], limit: float | None, least: bool = True) -> Figure:
        return figure(f"{who}: {what}", answers, measure, limit if ours else None, least)

    by_register = [
        told(
            f"lĩnh vực, kiểu viết {register}",
            lambda some, register=register: category_share([a for a in some if a.line.register == register]),  # type: ignore[misc]
            REGISTER_LIMIT,
        )
        for register in sorted({a.line.register for a in answers})
    ]
    return [
        told("loại tin nhắn", type_share, 0.93),
        told("loại tin nhắn, macro F1", macro_f1, None),
        told("lĩnh vực", category_share, 0.88),
        *by_register,
        told("mất dấu thì loại kém đi", loss(right_type), 0.01, least=False),
        told("mất dấu thì lĩnh vực kém đi", loss(right_category), 0.01, least=False),
        told("địa điểm, khớp hẳn (F1)", lambda some: exact_f1([a.found for a in some]), 0.75),
        told("địa điểm, chồng lấn (F1)", lambda some: overlap_f1([a.found for a in some]), 0.85),
        told("tố cáo tìm được", recall("denunciation"), 0.95),
        told("khẩn cấp tìm được", recall("emergency"), 0.97),
        told("ngoài phạm vi tìm được", recall("out_of_scope"), None),
        told("ngoài phạm vi, khi từ chối nhầm 5 %", lambda some: recall_at_false_rejection(_scores(some)), 0.80),
        told("sai số của độ tin cậy (ECE)", lambda some: calibration_error([a.sure for a in some]), 0.05, least=False),
    ]


def _scores(answers: Sequence[Answer]) -> list[tuple[float, bool]]:
    return [(a.types["out_of_scope"], a.line.type == "out_of_scope") for a in answers]


def of_speed(who: str, answers: Sequence[Answer], train: float, load: float, ours: bool) -> list[Figure]:
    taken = [a.found.latency_ms for a in answers]
    rows: list[tuple[str, float, str, float]] = [
        ("phân tích một tin, p50", percentile(taken, 50) or 0.0, "ms", 5),
        ("phân tích một tin, p99", percentile(taken, 99) or 0.0, "ms", 12),
        ("nạp mô hình", load, "giây", 1),
        ("huấn luyện", train, "giây", 90),
    ]
    return [Figure(f"{who}: {what}", value, unit, limit if ours else None) for what, value, unit, limit in rows]


def of_procedures(model: nlu_models.Model, stock: nlu_models.Model) -> list[Figure]:
    """What the product answers (the articles' words and the model together), the model alone, and stock Rasa's."""
    rows = [json.loads(row) for row in (SETS / "procedures.jsonl").read_text(encoding="utf-8").splitlines()]
    texts, index = [row["text"] for row in rows], pack_index()
    lines = [Line(r["text"], "question", None, r["procedure"], None, r["register"], r) for r in rows]
    said = model.parse(texts).parses
    rankings = {
        "cả bài viết lẫn mô hình": [judged(line, s, index).said_procedures for line, s in zip(lines, said, strict=True)],
        "riêng mô hình": [[row["name"] for row in s["procedure_ranking"]] for s in said],
        "Rasa gốc": [[row["name"] for row in s["intent_ranking"]] for s in stock.parse(texts).parses],
    }
    figures = []
    for who, ranking in rankings.items():
        for first, limit in ((1, 0.85), (3, 0.95)):
            right = [row["procedure"] in found[:first] for row, found in zip(rows, ranking, strict=True)]
            aim = limit if who.startswith("cả") else None
            figures.append(figure(f"Thủ tục đúng trong {first} câu đầu, {who}", right, share, aim))
    return figures
