"""`langnghe nlu …`: ask the bot, judge it, compare its models, learn from what it did not understand."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.plain_help import Command, new_group

app = new_group("Thử, đánh giá và cải thiện khả năng hiểu của bot.")
FILE = typer.Argument(metavar="TỆP.jsonl", help="Mỗi dòng: text, type, category, procedure, location, register.")
MODEL = "live (đang dùng), previous (dùng trước đó), mã trong `langnghe nlu models`, hoặc một tệp .tar.gz"


@app.command("parse", cls=Command)
def parse(text: Annotated[str, typer.Argument(metavar="CÂU", help="Câu cần phân tích, đặt trong dấu nháy.")]) -> None:
    """Cho biết bot hiểu một câu thế nào (JSON)."""
    from api.cli.nlu.show import show_parse

    show_parse(text)


@app.command("evaluate", cls=Command)
def evaluate(
    file: Annotated[Path, FILE],
    errors: Annotated[Path | None, typer.Option(metavar="TỆP", help="Ghi những dòng bot hiểu sai vào tệp này.")] = None,
) -> None:
    """Chấm điểm bot trên các câu đã gán nhãn và in kết quả (JSON)."""
    from api.cli.nlu.show import show_evaluation

    show_evaluation(file, errors)


@app.command("errors", cls=Command)
def errors(
    file: Annotated[Path, FILE],
    shown: Annotated[int, typer.Option("--examples", metavar="SỐ", min=1, help="Số câu ví dụ của mỗi nhóm lỗi.")] = 10,
) -> None:
    """Liệt kê những chỗ bot hiểu sai, xếp theo nhóm, nhiều nhất trước."""
    from api.cli.nlu.show import show_errors

    show_errors(file, shown)


@app.command("compare", cls=Command)
def compare(
    old: Annotated[str, typer.Argument(metavar="CŨ", help=f"Mô hình cũ: {MODEL}.")],
    new: Annotated[str, typer.Argument(metavar="MỚI", help="Mô hình mới, gọi như trên.")],
    file: Annotated[
        Path | None, typer.Option("--file", metavar="TỆP.jsonl", help="So trên tệp này thay cho bộ câu kiểm tra cố định.")
    ] = None,
    shown: Annotated[int, typer.Option("--examples", metavar="SỐ", min=1, help="Số câu đổi kết quả được in ra.")] = 10,
) -> None:
    """So hai mô hình trên cùng các câu: điểm, câu tốt lên, câu kém đi, và khác biệt có vượt quá may rủi không."""
    from api.cli.nlu.show import show_comparison

    show_comparison(old, new, file, shown)


@app.command("models", cls=Command)
def models() -> None:
    """Liệt kê các mô hình đang giữ, mới nhất trước."""
    from api.cli.nlu.train import models as kept

    for line in kept() or ["Chưa có mô hình nào; hãy chạy `langnghe train`."]:
        typer.echo(line)


@app.command("rollback", cls=Command)
def rollback(
    to: Annotated[
        str | None, typer.Option("--to", metavar="MÃ", help="Quay lại đúng mô hình này thay vì mô hình liền trước.")
    ] = None,
) -> None:
    """Quay lại mô hình dùng trước đó; bot đang chạy chuyển sang ngay, không phải khởi động lại gì."""
    from api.cli.nlu.train import rollback as go_back

    typer.echo(go_back(to))


@app.command("export-unsure", cls=Command)
def export_unsure(
    file: Annotated[Path, typer.Argument(metavar="TỆP.jsonl", help="Tệp sẽ ghi, theo khuôn của `langnghe nlu evaluate`.")],
) -> None:
    """Ghi ra những câu bot chưa chắc, đã che thông tin riêng, kèm nhãn bot đoán để anh/chị sửa lại."""
    from api.cli.nlu.export import export_unsure as write

    typer.echo(write(file))


@app.command("export-labelled", cls=Command)
def export_labelled(
    file: Annotated[Path, typer.Argument(metavar="TỆP.yml", help="Tệp câu huấn luyện sẽ ghi; xem lại rồi đặt vào nlu_data/.")],
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", metavar="TỆP.jsonl", help="Ghi một phần năm số câu, để chấm điểm, vào tệp này."),
    ] = None,
) -> None:
    """Ghi ra những câu đã gán nhãn ở trang quản trị thành câu huấn luyện; một phần năm để dành chấm điểm."""
    from api.cli.nlu.export import export_labelled as write

    typer.echo(write(file, evaluation))
