"""The product from `langnghe up` to its end: first answer, refusals, a dead child, SIGKILL and a second start, Ctrl-C."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psutil
import pytest

from api.core.settings import ROOT
from tests.product import ANSWER_SECONDS, Citizen, Product, free_port, gone

QUESTIONS = 4  # of the report's form that may be skipped
pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("product")]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # pytest's own folders are too long for PostgreSQL's socket
    with TemporaryDirectory(prefix="ln-up", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Product]:
    run = Product(folder, free_port(), free_port())
    run.wait_ready()
    yield run
    run.interrupt()


def refused(*options: object) -> str:
    """What `langnghe up` says when it does not start."""
    command = [str(ROOT / ".venv" / "bin" / "langnghe"), "up", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def test_it_says_where_everything_is_and_it_is_there(product: Product) -> None:
    for path in ("/", "/admin", "/docs", "/health"):
        assert f"{product.address}{path}" in product.said
        assert httpx.get(product.address + path, follow_redirects=True).status_code == 200
    assert httpx.get(f"{product.address}/health").json()["status"] == "ok"


def test_the_accounts_are_printed_and_readable_by_their_owner_only(product: Product, folder: Path) -> None:
    notes = folder / "accounts.txt"
    assert notes.stat().st_mode & 0o077 == 0
    for line in notes.read_text().splitlines():
        assert line in product.said


def test_the_bot_answers(product: Product) -> None:
    assert Citizen(product.address).ask("xin chào")[0]["text"]


def test_a_second_one_on_the_same_folder_is_refused(product: Product, folder: Path) -> None:
    said = refused("--data", folder, "--port", free_port(), "--bot-port", free_port())
    assert "đang chạy trên thư mục dữ liệu" in said


def test_a_taken_port_is_refused(product: Product, tmp_path: Path) -> None:
    said = refused("--data", tmp_path, "--port", product.port, "--bot-port", free_port())
    assert f"Cổng {product.port} đang bị chương trình khác dùng" in said


def test_only_loopback_reaches_the_bot(product: Product) -> None:
    listening = [c for p in product.family() for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.port for c in listening} == {product.port, product.bot_port}
    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_no_citizens_words_in_the_logs(product: Product, folder: Path) -> None:
    words = "bí mật mười hai con mèo"
    Citizen(product.address).ask(f"xin chào, {words}")
    logs = [*folder.glob("logs/*"), folder / "postgres" / "log"]
    assert not [path.name for path in logs if words in path.read_text(encoding="utf-8", errors="replace")]


@pytest.mark.parametrize("module", ["bot.serve", "api.worker", "api.serve"])
def test_no_message_is_lost_and_no_second_ticket_opened_when_a_part_is_killed(product: Product, module: str) -> None:
    lan = Citizen(product.address)
    street = f"Đèn đường ngõ {len(module)} Nguyễn Lương Bằng phường Thanh Bình hỏng 3 hôm rồi"
    answers = insist(lan, product.child(module), street)
    for _ in range(QUESTIONS):
        if consent := pressed(answers, "Đồng ý gửi"):
            break
        answers = lan.ask("bỏ qua")
    assert consent, lan.history()
    answers = insist(lan, product.child(module), "Đồng ý gửi", consent)
    assert any("HD-" in answer["text"] for answer in answers), lan.history()
    mine = "from ticket join message on message.conversation_id = ticket.conversation_id where message.id = %s"
    assert product.query(f"select count(*) {mine}", answers[0]["id"]) == [(1,)]


def insist(citizen: Citizen, part: psutil.Process, text: str, payload: str | None = None) -> list[dict[str, Any]]:
    """Send, kill `part` as soon as the message is acknowledged, hear the answer; once more if it says to come back later."""
    message = citizen.send(text, payload)
    part.kill()
    answers = patiently(citizen, message)
    assert message in [m["id"] for m in citizen.history()]
    if any("nhắn lại sau ít phút" in answer["text"] for answer in answers):
        return patiently(citizen, citizen.send(text, payload))
    return answers


def pressed(answers: list[dict[str, Any]], title: str) -> str | None:
    """The payload of the button with that title."""
    return next((b["payload"] for a in answers for b in a["buttons"] if b["title"] == title), None)


def patiently(citizen: Citizen, message: int) -> list[dict[str, Any]]:
    """What a page hears that connects again when the API is gone for a while."""
    end = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < end:
        try:
            return citizen.answers_to(message)
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the API did not come back")


def test_kill_and_start_again_and_ctrl_c(folder: Path, product: Product) -> None:
    """Last on purpose: it ends the product of the tests above."""
    lan = Citizen(product.address)
    lan.ask("xin chào")
    before = lan.history()
    family = product.family()
    servers = product.database()
    product.kill()
    assert gone([p for p in family if p not in servers])
    again = Product(folder, product.port, product.bot_port)
    try:
        again.wait_ready()
        assert lan.history() == before
        assert lan.ask("cảm ơn")
        family = again.family()
    finally:
        code = again.interrupt()
    assert code == 0, again.said
    assert gone(family)
    assert not again.database()
    with pytest.raises(ProcessLookupError):
        os.killpg(again.process.pid, signal.SIGKILL)
