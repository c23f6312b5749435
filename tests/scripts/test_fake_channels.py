"""`langnghe up --fake-channels`: Zalo and Telegram without tokens, answered by the real bot, start after start."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from api.core.settings import ROOT
from tests.fakes.control import Control, until
from tests.product import ANSWER_SECONDS, Product, free_port

pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("product")]
PLATFORMS = ("zalo", "zalo_oa", "telegram")
LAN = "5001"  # as the page calls her


class Town:
    """One folder of data, started again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ports, self.fakes = folder, (free_port(), free_port()), free_port()

    def up(self, *options: str) -> Product:
        run = Product(self.folder, *self.ports, [str(ROOT / ".venv" / "bin" / "langnghe"), "up", *options])
        run.wait_ready()
        return run


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    # pytest's own folders are too long for PostgreSQL's socket
    with TemporaryDirectory(prefix="ln-fakes", dir="/tmp", ignore_cleanup_errors=True) as name:
        made = Town(Path(name))
        monkeypatch.setenv("LANGNGHE_FAKES_PORT", str(made.fakes))
        yield made


def states(product: Product) -> set[tuple[str, str]]:
    return set(product.query("select channel, state from channel_account"))


def test_a_demo_without_tokens(town: Town) -> None:
    address = f"http://127.0.0.1:{town.fakes}"
    with httpx.Client(trust_env=False, timeout=20) as client:
        for start in (1, 2):  # the second time the fakes have forgotten what the product remembers
            product = town.up("--fake-channels")
            try:
                assert f"{address}/" in product.said
                assert "Nền tảng giả lập" in client.get(address).text
                assert states(product) == {(name, "connected") for name in PLATFORMS}
                for name in PLATFORMS:
                    lan = Control(address, name, client)
                    lan.say(LAN, "xin chào", name="Lan")
                    heard = until(lambda lan=lan: lan.heard(LAN), ANSWER_SECONDS)  # type: ignore[misc]
                    assert heard[0]["text"], (start, name)
            finally:
                assert product.interrupt() == 0, product.said
        plain = town.up()
        try:
            assert states(plain) == {(name, "off") for name in PLATFORMS}
            assert address not in plain.said
            with pytest.raises(httpx.ConnectError):
                client.get(address)
        finally:
            plain.interrupt()
