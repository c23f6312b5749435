"""Typer's help and complaints in plain Vietnamese."""

from typing import Any

import typer

# typer carries its own copy of click and shows no public name for these
from typer._click.exceptions import ClickException, MissingParameter, NoArgsIsHelpError, NoSuchOption, UsageError
from typer.core import TyperCommand, TyperGroup

HELP_OPTION = "Xem hướng dẫn này."


class _Plain:
    """Mixed into typer's command classes: `--help` without an English word."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = HELP_OPTION
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, self._parameters(ctx), prefix="Cách dùng: ")
        self.format_help_text(ctx, formatter)  # type: ignore[attr-defined]
        self._write_commands(ctx, formatter)
        self._write(ctx, formatter, "Cần cho biết", "argument")
        self._write(ctx, formatter, "Tùy chọn", "option")

    def _parameters(self, ctx: Any) -> str:
        words = ["LỆNH"] if isinstance(self, TyperGroup) else []
        words += [p.metavar or p.name for p in self.get_params(ctx) if p.param_type_name == "argument"]  # type: ignore[attr-defined]
        return " ".join([*words, "[TÙY CHỌN]"])

    def _write_commands(self, ctx: Any, formatter: Any) -> None:
        if isinstance(self, TyperGroup):
            found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
            with formatter.section("Lệnh"):
                formatter.write_dl([(name, command.get_short_help_str(limit=100)) for name, command in found if command])

    def _write(self, ctx: Any, formatter: Any, title: str, kind: str) -> None:
        parameters = [p for p in self.get_params(ctx) if p.param_type_name == kind]  # type: ignore[attr-defined]
        rows = [(_names(p), p.help or "") for p in parameters if not getattr(p, "hidden", False)]
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name)
    value = "" if parameter.is_flag else f" {parameter.metavar}"
    return ", ".join(parameter.opts) + value


class Group(_Plain, TyperGroup):
    """A command with commands below it."""


class Command(_Plain, TyperCommand):
    """One command."""


def complaint(error: ClickException) -> str:
    """What is wrong with the words typed, and where the help is."""
    context = error.ctx if isinstance(error, UsageError) else None
    if isinstance(error, NoArgsIsHelpError) and context:
        return context.get_help()
    where = context.command_path if context else "langnghe"
    return f"{_what(error)} Gõ `{where} --help` để xem hướng dẫn."


def _what(error: ClickException) -> str:
    if isinstance(error, NoSuchOption):
        return f"Không có tùy chọn {error.option_name}."
    if isinstance(error, MissingParameter) and error.param is not None:
        return f"Còn thiếu {_names(error.param)}."
    if isinstance(error, typer.BadParameter) and error.param is not None:
        return f"Giá trị của {_names(error.param)} chưa đúng."
    if isinstance(error, UsageError) and error.ctx and isinstance(error.ctx.command, Group):
        return "Không có lệnh này."
    return "Lệnh chưa đúng."


def new_group(text: str) -> typer.Typer:
    """An empty group of commands that speaks Vietnamese."""
    return typer.Typer(
        cls=Group, help=text, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True
    )
