"""Connect a running Lắng Nghe with the fakes, by the same code as `langnghe channel connect`: a demo without tokens.

Needs the product's environment: LANGNGHE_DATABASE_URL, LANGNGHE_DATA_DIR, LANGNGHE_PORT.
"""

import threading
import time
from collections.abc import Callable

import httpx

from api.cli.channel_setup import connect
from api.core.settings import get_settings
from tests.fakes.platforms import telegram, zalo, zalo_oa

SECRETS = {
    "telegram": {"token": telegram.TOKEN},
    "zalo": {"token": zalo.TOKEN},
    "zalo_oa": {
        "app_id": zalo_oa.APP_ID,
        "app_secret": zalo_oa.APP_SECRET,
        "oa_secret": zalo_oa.OA_SECRET,
        "access_token": zalo_oa.FIRST_ACCESS,
        "refresh_token": zalo_oa.FIRST_REFRESH,
    },
}
PATIENCE_SECONDS = 120.0


def connect_all(base: str, public: str) -> None:
    """Connect all three to the product at `public`. The Official Account's webhook is set by hand at the real platform too."""
    for name, secrets in SECRETS.items():
        settings: dict[str, object] = {"base_url": f"{base}/{name}", "token_url": f"{base}/zalo_oa/v4/oa/access_token"}
        done = connect(name, secrets, public=public, settings=settings)
        webhook = f"{public}/hooks/{name}/{done.account.account}"
        httpx.post(f"{base}/control/{name}/set", json={"values": {"webhook": webhook}}, trust_env=False).raise_for_status()


def when_both_are_up(base: str, say: Callable[[str], None]) -> None:
    """In a thread: wait for the fakes and for the product, then connect them."""

    def work() -> None:
        public = f"http://127.0.0.1:{get_settings().port}"
        end = time.monotonic() + PATIENCE_SECONDS
        while not (_up(f"{base}/") and _up(f"{public}/health")):
            if time.monotonic() > end:
                say(f"Không thấy Lắng Nghe tại {public}; các kênh chưa được kết nối.")
                return
            time.sleep(0.5)
        connect_all(base, public)
        say(f"Ba kênh giả lập đã kết nối. Mở {base} để nhắn tin như một người dân.")

    threading.Thread(target=work, daemon=True).start()


def _up(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
