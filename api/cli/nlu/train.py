"""Train a candidate, judge it against the model in use, put it into use if it is not worse: `python -m api.cli.nlu.train`.

The rule. A candidate that was made with the same bot/ as the model in use (only nlu_data/ or config.yml changed) goes into use
unless it is significantly worse on the frozen sets, see `paired`. If bot/ changed too, an upgrade came with new dialogue,
which belongs to the actions of the same version: the candidate goes into use, and a worse judgement is only told. The first
model, and one that is asked for by --force, always goes into use.
"""

import sys

import httpx

from api.cli.nlu.bot_python import call_bot
from api.cli.nlu.freshness import UNCHANGED, sources, store
from api.cli.nlu.frozen import frozen_lines, judged_once
from api.cli.nlu.judge import parse
from api.cli.nlu.model_store import ModelStore, Record, State
from api.cli.nlu.paired import Paired, Verdict, compare, figures, overall
from api.cli.nlu.words import figures_words, table
from api.cli.trouble import Trouble
from api.core.settings import ROOT, get_settings

LOAD_SECONDS = 60.0  # a busy bot unpacks a model in a few


class Refused(Trouble):
    """The candidate is worse; the model in use stays."""


def train(force: bool = False) -> str:
    """Train if something changed. Returns what happened, in a sentence. Raises `Refused`, or `Trouble` if training failed."""
    kept = store()
    with kept.locked():
        made_of = sources()
        if not force and kept.settled(made_of["sources"]):
            return UNCHANGED
        if call_bot("train", "--candidate", stdout=sys.stderr).returncode:
            raise Trouble("Huấn luyện bot không thành công; nguyên nhân nằm ở các dòng ngay phía trên.")
        before = kept.live
        candidate = kept.take_candidate(made_of["code"])
        if before is None:
            kept.promote(candidate)
            return "Mô hình đầu tiên đã được đưa vào dùng."
        _settle(kept, before, candidate, force=force)
    return f"{candidate.note} {tell_bot()}"


def ensure() -> None:
    """A model that fits the sources, before a question is put to it; what training says goes to standard error."""
    try:
        print(train(), file=sys.stderr)
    except Refused as refused:
        print(refused, file=sys.stderr)


def _settle(kept: ModelStore, before: Record, candidate: Record, *, force: bool) -> None:
    rows = _judgement(kept, before, candidate)
    print(*table(rows), sep="\n", file=sys.stderr)
    worse = overall(rows) == Verdict.WORSE
    if worse and not force and before.code == candidate.code:
        candidate.note = "Kém hơn mô hình đang dùng nên không được đưa vào dùng."
        kept.refuse(candidate)
        raise Refused(
            f"Mô hình mới ({candidate.id}) kém mô hình đang dùng trên bộ câu kiểm tra, nên chưa được đưa vào dùng. "
            f"Xem chỗ kém: langnghe nlu compare live {candidate.id}; vẫn muốn dùng: langnghe train --force."
        )
    told = "dù kém hơn trên bộ câu kiểm tra" if worse else "sau khi đạt bộ câu kiểm tra"
    candidate.note = f"Mô hình mới ({candidate.id}) đã được đưa vào dùng {told if rows else 'mà không so được với mô hình cũ'}."
    kept.promote(candidate)


def _judgement(kept: ModelStore, before: Record, candidate: Record) -> list[Paired]:
    """Both models on the frozen sets; nothing where there are no sets, or the old model can no longer speak."""
    try:
        lines = frozen_lines()
    except OSError as error:
        raise Trouble(f"Không đọc được bộ câu kiểm tra {error.filename} (LANGNGHE_FROZEN_SETS).") from error
    if not lines:
        return []
    new = judged_once(kept, kept.file(candidate), lines)
    candidate.figures = figures(new)
    try:
        old = judged_once(kept, kept.file(before), lines)
    except Trouble:
        return []
    before.figures = figures(old)
    return compare(old, new)


def rollback(to: str | None = None) -> str:
    """Put the model that was in use before (or the one named) back into use; nothing but the bot notices."""
    kept = store()
    with kept.locked():
        back = kept.of_file(kept.find(to)) if to else kept.previous()
        if back is None or back == kept.live:
            raise Trouble("Không có mô hình trước đó để quay lại; `langnghe nlu models` liệt kê các mô hình đang giữ.")
        next(iter(parse(["xin chào"], kept.file(back))))  # a model that today's components cannot load stays where it is
        kept.promote(back, leaving=State.ROLLED_BACK)
        if back.code and back.code != sources()["code"]:
            print("Lưu ý: mô hình này thuộc phiên bản phần mềm khác; nếu bot trả lời lạ, hãy chạy `langnghe train --force`.")
    return f"Đã quay lại mô hình {back.id}. {tell_bot()}"


def models() -> list[str]:
    """One line for each kept model, the newest first."""
    kept = store()
    with kept.locked():
        return [figures_words(record) for record in reversed(kept.records)]


def tell_bot() -> str:
    """Have the running bot load the model in use, without a restart of anything. Returns what became of it."""
    settings = get_settings()
    if settings.bot_url:
        return "Bot chạy ở nơi khác (LANGNGHE_BOT_URL): hãy chép bot/models sang đó rồi khởi động lại bot."
    model = str(ROOT / "bot" / "models" / "langnghe.tar.gz")
    try:
        with httpx.Client(base_url=settings.bot_address, trust_env=False, timeout=LOAD_SECONDS) as bot:
            answer = bot.put("/model", json={"model_file": model})
    except httpx.ConnectError:
        return "Bot đang tắt; lần khởi động tới sẽ dùng mô hình này."
    except httpx.HTTPError as error:
        raise Trouble(f"Bot chưa nhận mô hình ({type(error).__name__}); hãy khởi động lại bot.") from error
    if answer.is_error:
        raise Trouble(f"Bot không nạp được mô hình (mã {answer.status_code}) và vẫn dùng mô hình cũ; xem nhật ký của bot.")
    return "Bot đang chạy đã chuyển sang mô hình này."


def main() -> None:
    """A step of `langnghe up`: a refused candidate is told, and the bot goes on with the model it has."""
    try:
        print(train())
    except Refused as refused:
        print(refused)
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
