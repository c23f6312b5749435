"""Start Rasa: `bot/.venv/bin/python -m bot.serve`, from the project's root.

It reads the same variables as the platform: LANGNGHE_DATABASE_URL, LANGNGHE_BOT_PORT, LANGNGHE_ACTION_URL, and
LANGNGHE_ACTION_TOKEN or the secret it is made of, LANGNGHE_SECRET_KEY. LANGNGHE_BOT_HOST is 127.0.0.1 unless a container's
own network is the boundary. Rasa keeps its conversations in a schema of its own in the platform's database.
"""

import hashlib
import hmac
import os
import sys
from pathlib import Path

from bot import quiet_log

BOT = Path(__file__).resolve().parent
SCHEMA = "rasa"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "POSTGRESQL_SCHEMA": SCHEMA,
    # below WARNING Rasa writes what citizens say into its log
    "LOG_LEVEL": "WARNING",
    "FORCE_JSON_LOGGING": "1",  # the form that bot.quiet_log can read
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "LOG_LEVEL_MATPLOTLIB": "ERROR",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def psycopg2_address(url: str) -> str:
    """The platform's PostgreSQL address as SQLAlchemy 1.4 wants it."""
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg2://" + url.removeprefix(prefix)
    sys.exit("LANGNGHE_DATABASE_URL phải là địa chỉ PostgreSQL (postgresql://…).")


def action_token() -> str:
    """The same signature as `actions.server.action_token` makes from the same secret."""
    given = os.environ.get("LANGNGHE_ACTION_TOKEN")
    return given or hmac.new(os.environ["LANGNGHE_SECRET_KEY"].encode(), b"actions", hashlib.sha256).hexdigest()


def make_schema(address: str) -> None:
    import psycopg2

    connection = psycopg2.connect(address.replace("+psycopg2", "", 1))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"create schema if not exists {SCHEMA}")
    finally:
        connection.close()


def arguments() -> list[str]:
    return [
        "rasa", "run", "--enable-api",
        "--model", str(BOT / "models" / "langnghe.tar.gz"),
        "--endpoints", str(BOT / "endpoints.yml"),
        "--credentials", str(BOT / "credentials.yml"),
        "--interface", os.environ.get("LANGNGHE_BOT_HOST", "127.0.0.1"),
        "--port", os.environ.get("LANGNGHE_BOT_PORT", "5005"),
    ]  # fmt: skip


def main() -> None:
    os.environ.update(QUIET)
    address = psycopg2_address(os.environ.get("LANGNGHE_DATABASE_URL", ""))
    make_schema(address)
    os.environ["LANGNGHE_BOT_DATABASE_URL"] = address
    os.environ["LANGNGHE_ACTION_TOKEN"] = action_token()
    sys.argv = arguments()
    quiet_log.install()
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
