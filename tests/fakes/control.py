"""A test's hand on the fake platforms: be a citizen, cause faults, read what arrived."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from api.channels.contract import Account
from tests.fakes.platforms import telegram, zalo, zalo_oa

T = TypeVar("T")
WEBHOOK_SECRET = "a-secret-of-the-webhook"


@dataclass
class Control:
    """One platform of the fakes at `base`."""

    base: str
    platform: str
    client: httpx.Client

    def _post(self, path: str, **body: Any) -> Any:
        answer = self.client.post(f"{self.base}/control/{self.platform}/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def _get(self, path: str) -> Any:
        return self.client.get(f"{self.base}/control/{self.platform}/{path}").json()

    def say(self, user: str, text: str | None = None, **act: Any) -> Any:
        return self._post("say", user=user, text=text, **act)

    def faults(self, *once: str, **more: Any) -> None:
        self._post("faults", once=list(once), **more)

    def set(self, **values: Any) -> None:
        self._post("set", values=values)

    def block(self, user: str, blocked: bool = True) -> None:
        self._post(f"block/{user}/{str(blocked).lower()}")

    def reset(self) -> None:
        self._post("reset")

    def log(self) -> dict[str, Any]:
        return dict(self._get("log"))

    def chat(self, user: str) -> list[dict[str, Any]]:
        return list(self._get(f"chat/{user}"))

    def heard(self, user: str) -> list[dict[str, Any]]:
        """What the product said to a citizen."""
        return [line for line in self.chat(user) if not line["mine"]]

    def account(self, **settings: Any) -> Account:
        """Our account on this platform, as `connect` would keep it."""
        settings = {"base_url": f"{self.base}/{self.platform}", **settings}
        if self.platform == "telegram":
            secrets = {"token": telegram.TOKEN, "webhook_secret": WEBHOOK_SECRET}
            return Account("telegram", telegram.BOT["username"], settings, secrets)  # type: ignore[arg-type]
        if self.platform == "zalo":
            return Account("zalo", "2002", settings, {"token": zalo.TOKEN, "webhook_secret": WEBHOOK_SECRET})
        settings["token_url"] = f"{self.base}/zalo_oa/v4/oa/access_token"
        secrets = {"app_id": zalo_oa.APP_ID, "app_secret": zalo_oa.APP_SECRET, "oa_secret": zalo_oa.OA_SECRET}
        secrets |= {"access_token": zalo_oa.FIRST_ACCESS, "refresh_token": zalo_oa.FIRST_REFRESH}
        return Account("zalo_oa", zalo_oa.OA_ID, settings, secrets)


def until(look: Callable[[], T], seconds: float = 15.0) -> T:
    """What `look` gives once it gives something; fails after `seconds`. For other processes that tell no event."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.03)
    return found
