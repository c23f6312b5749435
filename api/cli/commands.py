"""The words of the command line. Each command is one call into a module that does the work."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from typer._click.exceptions import ClickException

from api.cli import channel, places
from api.cli.nlu import commands as nlu_commands
from api.cli.plain_help import Command, complaint, new_group
from api.cli.trouble import Trouble
from api.core.errors import DomainError

app = new_group("Lắng Nghe: trợ lý tiếp nhận, giải đáp và theo dõi phản ánh của người dân.")
users = new_group("Tài khoản của cán bộ.")
demo = new_group("Dữ liệu minh họa: 12 tháng phản ánh được dựng lên, có đánh dấu riêng.")
app.add_typer(users, name="user")
app.add_typer(nlu_commands.app, name="nlu")
app.add_typer(demo, name="demo")
app.add_typer(channel.app, name="channel")
app.add_typer(places.app, name="places")


@app.command(cls=Command)
def up(
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Nạp thêm dữ liệu minh họa (bỏ đi bằng `langnghe demo remove`).")
    ] = False,
    fake_channels: Annotated[
        bool, typer.Option("--fake-channels", help="Thêm Zalo và Telegram giả lập trên máy này để thử, không cần token.")
    ] = False,
    port: Annotated[int | None, typer.Option(metavar="CỔNG", help="Cổng của trang web và API; mặc định 8000.")] = None,
    bot_port: Annotated[int | None, typer.Option(metavar="CỔNG", help="Cổng nội bộ của bot; mặc định 5005.")] = None,
    data: Annotated[Path | None, typer.Option(metavar="THƯ_MỤC", help="Thư mục dữ liệu; mặc định `var`.")] = None,
    steps_before: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Khởi động toàn bộ sản phẩm và giữ cho nó chạy; Ctrl-C để dừng."""
    from api.cli.supervise import up as run_all

    _set(LANGNGHE_PORT=port, LANGNGHE_BOT_PORT=bot_port, LANGNGHE_DATA_DIR=data and data.absolute())
    run_all(with_demo=with_demo, fake_channels=fake_channels, steps_before=steps_before)


@app.command(cls=Command)
def train(
    force: Annotated[
        bool, typer.Option("--force", help="Huấn luyện dù không có gì đổi, và đưa vào dùng dù mô hình mới kém hơn.")
    ] = False,
) -> None:
    """Huấn luyện bot nếu nlu_data/, bot/ hoặc config.yml đã thay đổi; mô hình mới chỉ được dùng khi không kém hơn."""
    from api.cli.nlu.train import train as run_training

    typer.echo(run_training(force))


@app.command(cls=Command)
def migrate() -> None:
    """Đưa cơ sở dữ liệu lên phiên bản hiện tại và nạp gói dữ liệu địa phương."""
    from api.cli.database import available
    from api.cli.migrate import migrate as run_migrations

    with available(migrated=False):
        run_migrations()
    typer.echo("Cơ sở dữ liệu đã ở phiên bản mới nhất.")


@users.command("add", cls=Command)
def add_user(
    name: Annotated[str, typer.Argument(metavar="TÊN_ĐĂNG_NHẬP", help="Chữ thường, không dấu, ví dụ: lan.")],
    role: Annotated[
        str,
        typer.Option(
            metavar="VAI_TRÒ",
            help="clerk (cán bộ), head (lãnh đạo đơn vị), dispatcher (điều phối), leader (lãnh đạo), admin (quản trị).",
        ),
    ],
    department: Annotated[
        str | None, typer.Option(metavar="MÃ", help="Mã đơn vị, cần cho clerk và head, ví dụ: chieu_sang.")
    ] = None,
    full_name: Annotated[str | None, typer.Option("--name", metavar="HỌ_TÊN", help="Tên hiện trên trang quản trị.")] = None,
) -> None:
    """Thêm một tài khoản; mật khẩu được tạo ngẫu nhiên và hiện một lần."""
    from api.cli import accounts
    from api.cli.database import available

    with available():
        password = accounts.add(name, full_name or name, role, department)
    typer.echo(f"Đã thêm tài khoản {name}. Mật khẩu: {password}")


@users.command("list", cls=Command)
def list_users() -> None:
    """Liệt kê các tài khoản."""
    from api.cli import accounts
    from api.cli.database import available

    with available():
        for line in accounts.listing():
            typer.echo(line)


@demo.command("load", cls=Command)
def load_demo() -> None:
    """Nạp dữ liệu minh họa."""
    from api.cli.demo import load

    typer.echo(load())


@demo.command("remove", cls=Command)
def remove_demo() -> None:
    """Xóa toàn bộ dữ liệu minh họa, không đụng đến dữ liệu thật."""
    from api.cli.demo import remove

    typer.echo(remove())


def _set(**variables: object) -> None:
    """Options win over the environment: the settings and every child process read them there."""
    import os

    os.environ.update({name: str(value) for name, value in variables.items() if value is not None})


def run() -> None:
    """Entry point: every foreseeable trouble is one Vietnamese sentence and a non-zero exit."""
    try:
        sys.exit(app(prog_name="langnghe", standalone_mode=False))
    except ClickException as error:
        _end(complaint(error), 2)
    except (Trouble, DomainError) as error:
        _end(str(error), 1)
    except ValidationError as error:
        _end(_bad_setting(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        _end("Đã dừng theo yêu cầu.", 130)


def _bad_setting(error: ValidationError) -> str:
    names = ", ".join(f"LANGNGHE_{str(item['loc'][0]).upper()}" for item in error.errors() if item["loc"])
    return f"Giá trị của {names or 'một thiết lập'} chưa đúng; bảng thiết lập nằm trong README.md."


def _end(sentence: str, code: int) -> None:
    typer.echo(sentence, err=True)
    sys.exit(code)
