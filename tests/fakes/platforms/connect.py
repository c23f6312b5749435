"""Connect a running Lắng Nghe with the fakes, by the same code as `langnghe channel connect`: a demo without tokens.

Needs the product's environment: LANGNGHE_DATABASE_URL, LANGNGHE_DATA_DIR, LANGNGHE_HOST, LANGNGHE_PORT.
"""

import os
import threading
import time

import httpx
from fastapi import FastAPI

from api.channels import accounts
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
        settings[accounts.TWIN] = True
        done = connect(name, secrets, public=public, settings=settings)
        webhook = f"{public}/hooks/{name}/{done.account.account}"
        httpx.post(f"{base}/control/{name}/set", json={"values": {"webhook": webhook}}, trust_env=False).raise_for_status()


def when_both_are_up(base: str, app: FastAPI) -> None:
    """In a thread: wait for the fakes and for the product, then connect them. What cannot be connected ends the process."""

    def work() -> None:
        public = get_settings().own_address
        try:
            _wait(f"{base}/")
            _wait(f"{public}/health")
            connect_all(base, public)
        except Exception as error:
            print(f"Không nối được các kênh giả lập với Lắng Nghe tại {public}: {error}", flush=True)
            os._exit(1)
        app.state.connected = True
        print(f"Ba kênh giả lập đã kết nối. Mở {base} để nhắn tin như một người dân.", flush=True)

    threading.Thread(target=work, daemon=True).start()


def _wait(address: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not _up(address):
        if time.monotonic() > end:
            raise TimeoutError(f"{address} không trả lời")
        time.sleep(0.5)


def _up(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
