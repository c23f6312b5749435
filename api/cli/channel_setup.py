"""Connecting a channel: the platform is asked before anything is kept, then it is told where we are."""

import contextlib
import secrets as random_secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select

from api.channels import accounts
from api.channels.contract import Account, Failure, OutgoingMessage, SendFailure
from api.channels.registry import platform
from api.channels.words import words
from api.channels.zalo_oa import tokens
from api.channels.zalo_oa.client import StaleToken
from api.cli.trouble import Trouble
from api.conversations.channel_states import ChannelState, channel_states
from api.conversations.models import Conversation
from api.conversations.outbox import say
from api.core.clock import SystemClock
from api.core.db import transaction
from api.core.errors import OutsideFailure
from api.core.settings import get_settings
from api.core.words import moment, number

NAMES = {"zalo": "zalo", "zalo-oa": "zalo_oa", "telegram": "telegram"}
TITLES = {"zalo": "Zalo Bot", "zalo_oa": "Zalo Official Account", "telegram": "Telegram"}
STATES = {"connected": "đang kết nối", "refused": "nền tảng từ chối, cần kết nối lại", "off": "đã ngắt"}
LOOK_SECONDS = 1.0
clock = SystemClock()


@dataclass(frozen=True)
class Connected:
    """What became of a connection: who we are there, and what the operator still has to do."""

    account: Account
    name: str
    polling: bool
    hint: str | None


def channel_of(name: str) -> str:
    """The channel that an operator names. Raises `Trouble`."""
    if name not in NAMES:
        raise Trouble(f"Không có kênh “{name}”. Các kênh: {', '.join(NAMES)}.")
    return NAMES[name]


def connect(
    channel: str, secrets: Mapping[str, str], *, public: str | None = None, settings: Mapping[str, object] | None = None
) -> Connected:
    """Check the secrets with the platform, keep them, have events sent to us. Raises `Trouble` with what to do."""
    public = (public or get_settings().public_url).rstrip("/")
    known = dict(settings or {})
    known["mode"] = "webhook" if _reachable(public, known) else "polling"
    if known["mode"] == "polling" and channel == "zalo_oa":
        raise Trouble(
            "Zalo Official Account cần địa chỉ công khai bắt đầu bằng https://. "
            "Hãy đặt LANGNGHE_PUBLIC_URL hoặc dùng tùy chọn --public."
        )
    account, name = _checked(Account(channel, "", known, {**secrets, "webhook_secret": random_secrets.token_urlsafe(32)}))
    with transaction() as session:
        # kept before the platform hears of it: it looks at once whether we are there
        kept = {"settings": account.settings, "secrets": account.secrets}
        accounts.connect(session, channel, account.account, name=name, now=clock.now(), **kept)
    url = f"{public}/hooks/{channel}/{account.account}" if known["mode"] == "webhook" else None
    return Connected(account, name, url is None, _told(account, url))


def _checked(account: Account) -> tuple[Account, str]:
    try:
        try:
            own, name = platform(account.channel).check(account)
        except StaleToken:
            fresh = tokens.exchange(account, account.secrets)
            account = Account(account.channel, "", account.settings, {**account.secrets, **fresh})
            own, name = platform(account.channel).check(account)
    except OutsideFailure as failure:
        raise Trouble(_why(failure)) from failure
    return Account(account.channel, own, account.settings, account.secrets), name


def _told(account: Account, url: str | None) -> str | None:
    try:
        return platform(account.channel).set_webhook(account, url)
    except OutsideFailure as failure:
        with transaction() as session:
            accounts.disconnect(session, account.channel, account.account)
        raise Trouble("Nền tảng không nhận địa chỉ webhook. " + _why(failure)) from failure


def _why(failure: OutsideFailure) -> str:
    if isinstance(failure, SendFailure) and failure.kind == Failure.ACCOUNT:
        return "Nền tảng không chấp nhận khóa vừa nhập. Hãy chép lại khóa (không thừa dấu cách) rồi thử lại."
    if failure.permanent:
        return "Nền tảng từ chối yêu cầu; hãy kiểm tra lại các khóa và địa chỉ công khai."
    return "Chưa gọi được nền tảng; hãy kiểm tra kết nối mạng rồi thử lại."


def _reachable(public: str, settings: Mapping[str, object]) -> bool:
    """Whether the platform can call us: over HTTPS, or on this machine if the platform is a twin on it."""
    twin = urlsplit(str(settings.get("base_url") or "")).hostname in {"127.0.0.1", "localhost"}
    return public.startswith("https://") or (twin and public.startswith("http://"))


def send_test(account: Account, seconds: float, chat_id: str | None = None) -> bool:
    """Send the test message to `chat_id`, else to the first who writes within `seconds`. A bot may not begin a chat itself."""
    end = time.monotonic() + seconds
    since = clock.now()
    while True:
        with transaction() as session:
            query = select(Conversation.id).where(
                Conversation.channel == account.channel, Conversation.account == account.account
            )
            query = (
                query.where(Conversation.chat_id == chat_id) if chat_id else query.where(Conversation.last_message_at >= since)
            )
            found = session.scalar(query.order_by(Conversation.last_message_at.desc()).limit(1))
            if found is not None:
                say(session, found, OutgoingMessage(words()["test"]), author="system", now=clock.now())
                return True
        if time.monotonic() >= end:
            return False
        time.sleep(LOOK_SECONDS)


def disconnect(channel: str, account: str | None) -> str:
    """Forget the secrets and take the webhook away. Returns the account's id. Raises `Trouble`, `DomainError`."""
    with transaction() as session:
        mine = [row.account for row in accounts.listing(session) if row.channel == channel and row.state != "off"]
        own = account or (mine[0] if len(mine) == 1 else None)
        if own is None:
            raise Trouble(f"Hãy nêu mã tài khoản cần ngắt: {', '.join(mine)}." if mine else "Kênh này chưa được kết nối.")
        row = accounts.find(session, channel, own)
        known = accounts.opened(row) if row is not None else None
        accounts.disconnect(session, channel, own)
    # the token may be dead already; we no longer take anything anyway
    with contextlib.suppress(OutsideFailure):
        if known is not None:
            platform(channel).set_webhook(known, None)
    return own


def listing() -> list[str]:
    """One line for each account."""
    with transaction() as session:
        return [_line(state) for state in channel_states(session, clock.now())]


def _line(state: ChannelState) -> str:
    row = state.account
    last = moment(row.last_event_at, get_settings().zone) if row.last_event_at else "chưa có"
    parts = [
        f"{TITLES.get(row.channel, row.channel):<22} {row.account:<24} {row.name}",
        f"  {STATES.get(row.state, row.state)}{' (tự hỏi tin mới)' if state.polling else ''}; tin cuối: {last}",
        f"  chờ gửi {number(state.waiting)}, hỏng {number(state.failed)}, chưa rõ {number(state.unknown)} trong 24 giờ qua",
    ]
    if state.quota is not None:
        parts.append(
            f"  tháng này đã gửi {number(state.quota.used)}/{number(state.quota.limit)} tin; {state.citizens} người dùng"
        )
    if row.last_error and row.last_error_at:
        parts.append(f"  lỗi gần nhất {moment(row.last_error_at, get_settings().zone)}: {row.last_error}")
    return "\n".join(parts)
