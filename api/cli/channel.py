"""`langnghe channel …`: connect, list and disconnect Zalo and Telegram."""

import os
from typing import Annotated

import typer

from api.channels.contract import Account
from api.cli.plain_help import Command, new_group

app = new_group("Kết nối với Zalo và Telegram.")
Kind = Annotated[str, typer.Argument(metavar="KÊNH", help="zalo (Zalo Bot), zalo-oa (Zalo Official Account) hoặc telegram.")]

# what is asked for: name among the secrets, the question, and whether the screen may show the answer
QUESTIONS = {
    "zalo": [("token", "Token của Zalo Bot", False)],
    "telegram": [("token", "Token của bot Telegram (do @BotFather cấp)", False)],
    "zalo_oa": [
        ("app_id", "Mã ứng dụng (App ID)", True),
        ("app_secret", "Khóa bí mật của ứng dụng", False),
        ("oa_secret", "OA Secret Key (mục Webhook, khác với khóa bí mật của ứng dụng)", False),
        ("access_token", "Access token", False),
        ("refresh_token", "Refresh token", False),
    ],
}


@app.command("connect", cls=Command)
def connect(
    kind: Kind,
    public: Annotated[str | None, typer.Option(metavar="URL", help="Địa chỉ https:// mà nền tảng gọi tới.")] = None,
    wait: Annotated[int, typer.Option(metavar="GIÂY", help="Chờ tin đầu tiên để gửi tin thử; 0 để bỏ qua.")] = 60,
    chat: Annotated[str | None, typer.Option(metavar="MÃ", help="Gửi tin thử cho cuộc trò chuyện này.")] = None,
    monthly_limit: Annotated[
        int | None, typer.Option(metavar="SỐ", help="Số tin mỗi tháng theo gói đang dùng; 0 là không giới hạn.")
    ] = None,
    api: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Hỏi khóa, kiểm tra với nền tảng, đặt webhook và gửi tin thử. Khóa cũng đọc được từ biến LANGNGHE_<KÊNH>_<KHÓA>."""
    from api.cli import channel_setup as setup
    from api.cli.database import available

    channel = setup.channel_of(kind)
    secrets = {name: _secret(channel, name, question, visible) for name, question, visible in QUESTIONS[channel]}
    settings: dict[str, object] = {"base_url": api, "monthly_limit": monthly_limit}
    if api and channel == "zalo_oa":
        settings["token_url"] = f"{api}/v4/oa/access_token"
    with available():
        done = setup.connect(channel, secrets, public=public, settings={k: v for k, v in settings.items() if v is not None})
        typer.echo(f"Đã kết nối {setup.TITLES[channel]}: {done.name} ({done.account.account}).")
        if done.polling:
            typer.echo("Chưa có địa chỉ https:// công khai nên tiến trình nền sẽ tự hỏi tin mới. Cách này chỉ để chạy thử.")
        if done.hint:
            typer.echo(done.hint)
        _test(done.account, wait, chat)


def _test(account: Account, wait: int, chat: str | None) -> None:
    from api.cli import channel_setup as setup

    if wait <= 0 and not chat:
        return
    if not chat:
        typer.echo(f"Hãy nhắn một tin bất kỳ cho tài khoản này trong {wait} giây (Lắng Nghe phải đang chạy) …")
    if setup.send_test(account, wait, chat):
        typer.echo("Đã gửi tin thử.")
    else:
        typer.echo("Chưa nhận được tin nào nên chưa gửi tin thử; kênh vẫn đã kết nối.")


@app.command("list", cls=Command)
def listing() -> None:
    """Liệt kê các kênh: tình trạng, tin cuối, hàng chờ, lỗi, hạn mức."""
    from api.cli import channel_setup as setup
    from api.cli.database import available

    with available():
        lines = setup.listing()
    for line in lines or ["Chưa kết nối kênh nào. Gõ `langnghe channel connect --help` để xem hướng dẫn."]:
        typer.echo(line)


@app.command("disconnect", cls=Command)
def disconnect(
    kind: Kind,
    account: Annotated[str | None, typer.Argument(metavar="MÃ", help="Mã tài khoản, khi kênh có nhiều tài khoản.")] = None,
) -> None:
    """Ngắt một kênh: gỡ webhook và xóa khóa; các cuộc trò chuyện vẫn được giữ."""
    from api.cli import channel_setup as setup
    from api.cli.database import available

    with available():
        own = setup.disconnect(setup.channel_of(kind), account)
    typer.echo(f"Đã ngắt {own}.")


def _secret(channel: str, name: str, question: str, visible: bool) -> str:
    """From the environment if it is there (for scripts), else asked; never on the command line, where others can read it."""
    given = os.environ.get(f"LANGNGHE_{channel}_{name}".upper())
    answer = given if given is not None else typer.prompt(question, hide_input=not visible)
    return str(answer).strip()
