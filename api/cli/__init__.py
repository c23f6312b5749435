"""The command `langnghe`."""


def main() -> None:
    # imported here: `api.cli.migrate` and others must not pay for the command line
    from api.cli.commands import run

    run()
