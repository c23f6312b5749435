"""A notice to a phone number, from a template that Zalo approved."""

from collections.abc import Mapping
from dataclasses import replace

from api.channels.contract import Account
from api.channels.zalo_oa.channel import with_token

ZNS_URL = "https://business.openapi.zalo.me"
PATH = "/message/template"


def send_zns(account: Account, phone: str, template: str, data: Mapping[str, str], key: str) -> str | None:
    """Send one notice; `phone` is ten digits, 0…. Returns the platform's id. Raises `SendFailure`."""
    body = {
        "phone": "84" + phone.removeprefix("0"),
        "template_id": template,
        "template_data": dict(data),
        "tracking_id": key,
    }
    address = account.settings.get("zns_url") or account.base_url(ZNS_URL)
    there = replace(account, settings={**account.settings, "base_url": address})
    told = with_token(there, "POST", PATH, json=body)
    return str(told["msg_id"]) if told.get("msg_id") else None
