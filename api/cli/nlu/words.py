"""What the learning commands print, for people: tables of figures, changed lines, grouped errors."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from api.cli.nlu.lines import Line
from api.cli.nlu.metrics import NOTHING, Judged
from api.cli.nlu.model_store import Record, State
from api.cli.nlu.paired import Outcome, Paired, Verdict, changed, compare, overall
from api.core.settings import get_settings
from api.core.words import moment, number
from api.localities import taxonomy

MEASURE = {
    "type": "loại",
    "category": "lĩnh vực",
    "procedure": "thủ tục",
    "location": "địa điểm",
    "emergency": "nhận ra khẩn cấp",
    "denunciation": "nhận ra tố cáo",
}
STATE = {
    State.LIVE: "đang dùng",
    State.KEPT: "đã dùng trước đó",
    State.REFUSED: "không đạt",
    State.ROLLED_BACK: "đã bị bỏ",
}
VERDICT = {Verdict.BETTER: "tốt hơn", Verdict.SAME: "không khác rõ", Verdict.WORSE: "KÉM HƠN"}
OVERALL = {
    Verdict.BETTER: "Kết luận: mô hình mới tốt hơn.",
    Verdict.SAME: "Kết luận: không có khác biệt nào vượt quá may rủi.",
    Verdict.WORSE: "Kết luận: mô hình mới kém hơn.",
}
SHOWN = 10  # lines of each kind


def table(rows: Sequence[Paired]) -> Iterator[str]:
    """Old and new side by side. p: how often chance alone brings so many losses (or gains) of so many changed lines."""
    if rows:
        yield f"{'':<18}{'số câu':>8}{'cũ':>9}{'mới':>9}{'mất':>6}{'được':>6}{'p':>8}  nhận xét"
    for row in rows:
        p = min(row.p_worse, row.p_better)
        yield (
            f"{MEASURE[row.measure]:<18}{row.n:>8}{percent(row.old_right, row.n):>9}{percent(row.new_right, row.n):>9}"
            f"{row.lost:>6}{row.gained:>6}{number(p, 3):>8}  {VERDICT[row.verdict]}"
        )


def percent(part: int, whole: int) -> str:
    return f"{number(100 * part / whole, 1)} %"


def comparison(old: Sequence[Outcome], new: Sequence[Outcome], shown: int = SHOWN) -> Iterator[str]:
    """The whole of `langnghe nlu compare`."""
    rows = compare(old, new)
    yield from table(rows)
    better, worse = changed(old, new)
    for title, pairs in (("Kém đi", worse), ("Tốt lên", better)):
        if pairs:
            yield f"\n{title}: {len(pairs)} câu"
        for before, after in pairs[:shown]:
            arrow = f"{labels(before.said)} → {labels(after.said)}" if before.said != after.said else "địa điểm"
            yield f"  {before.text}\n      đúng: {labels(before.expected)} | {arrow}"
        if len(pairs) > shown:
            yield f"  … và {len(pairs) - shown} câu nữa"
    yield f"\n{OVERALL[overall(rows)]}"


def labels(code: str) -> str:
    """`report/waste` in words."""
    known = taxonomy.message_types() | taxonomy.categories() | taxonomy.procedures()
    return " · ".join(known.get(part, part) for part in code.split("/"))


def figures_words(record: Record) -> str:
    """One line of `langnghe nlu models`."""
    made = moment(datetime.fromisoformat(record.made_at), get_settings().zone)
    told = ", ".join(f"{MEASURE[name]} {percent(*record.figures[name])}" for name in MEASURE if name in record.figures)
    return f"{record.id}  {made}  {STATE[record.state]:<18}  {told or 'chưa chấm'}"


def errors(lines: Sequence[Line], judged: Sequence[Judged], shown: int = SHOWN) -> Iterator[str]:
    """What went wrong, grouped by what was taken for what, the most frequent confusion first."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    wrong = 0
    for line, found in zip(lines, judged, strict=True):
        missed = [key for key in found.wrong() if key != "location" or "location" in line.raw]
        wrong += bool(missed)
        for key in missed:
            groups[key, _confusion(key, found)].append(_example(key, line, found))
    yield f"{len(lines)} câu, {wrong} câu có chỗ hiểu sai."
    for measure in MEASURE:
        found_groups = sorted((g for g in groups.items() if g[0][0] == measure), key=lambda g: (-len(g[1]), g[0]))
        if found_groups:
            yield f"\n{MEASURE[measure].upper()}: {sum(len(texts) for _, texts in found_groups)} câu"
        for (_, what), texts in found_groups:
            yield f"  {what}: {len(texts)} câu"
            yield from (f"      {text}" for text in texts[:shown])
            if len(texts) > shown:
                yield f"      … và {len(texts) - shown} câu nữa"


def _confusion(key: str, found: Judged) -> str:
    if key == "location":
        if not found.said_places:
            return "bỏ sót địa điểm"
        return "lấy lệch địa điểm" if found.location else "thấy địa điểm ở chỗ không có"
    expected, said = {
        "type": (found.type, found.said_type),
        "category": (found.category, found.said_category),
        "procedure": (found.procedure, next(iter(found.said_procedures), None)),
    }[key]
    return f"{labels(expected or NOTHING)} → hiểu thành {labels(said or NOTHING)}"


def _example(key: str, line: Line, found: Judged) -> str:
    if key != "location":
        return line.text
    return f"{line.text}  (đúng: {line.location or 'không có'}; bot: {'; '.join(found.said_places) or 'không có'})"
