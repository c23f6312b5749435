"""Every setting of the platform, read once. Environment variables carry the prefix LANGNGHE_; README has the table."""

import secrets
from functools import cached_property, lru_cache
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """The one settings object. A value that cannot work stops the process with the variable's name."""

    model_config = SettingsConfigDict(env_prefix="LANGNGHE_", env_file=ROOT / ".env", extra="ignore")

    data_dir: Path = Field(ROOT / "var", description="database, photos, logs and the generated secret")
    database_url: str = Field("", description="PostgreSQL address; empty: the embedded server in data_dir")
    host: str = Field("127.0.0.1", description="address on which API and console listen")
    port: int = Field(8000, ge=1, le=65535, description="port of API and console")
    bot_port: int = Field(5005, ge=1, le=65535, description="loopback port of Rasa, started by `langnghe up`")
    fakes_port: int = Field(8169, ge=1, le=65535, description="loopback port of the fake platforms of `--fake-channels`")
    bot_url: str = Field("", description="address of Rasa; empty: 127.0.0.1 and bot_port")
    bot_timeout_seconds: float = Field(20, gt=0, description="how long one turn of the bot may take")
    action_url: str = Field("", description="where Rasa reaches the actions; empty: this API")
    public_url: str = Field("", description="address under which citizens reach the chat; empty: host and port")
    secret_key: str = Field("", description="signs links and tokens; empty: generated once in data_dir")
    locality: str = Field("hai_duong", description="folder of the locality pack below api/localities")
    timezone: str = Field("Asia/Ho_Chi_Minh", description="time zone of clocks and calendars")
    max_upload_mb: int = Field(10, ge=1, le=50, description="largest photo taken, in megabytes")
    worker_concurrency: int = Field(8, ge=1, le=64, description="jobs that the worker runs side by side")
    console: bool = Field(True, description="serve the staff console beside the API; false where it runs by itself")
    raw_retention_days: int = Field(30, ge=1, le=3650, description="how long the channels' raw payloads are kept, in days")
    trusted_proxies: str = Field(
        "127.0.0.1", description="proxies whose X-Forwarded-For names the client: addresses and networks, separated by commas"
    )
    secure_cookies: bool = Field(False, description="send the console's cookies over HTTPS only")
    log_level: str = Field("WARNING", description="DEBUG, INFO, WARNING or ERROR; texts of citizens are never logged")
    frozen_sets: str = Field("", description="further labelled files on which a new model may not be worse, comma-separated")
    map_tiles_url: str = Field("", description="tile server of the authority for maps; empty: circles without tiles")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            ip_network(part, strict=False)
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @property
    def bot_address(self) -> str:
        return self.bot_url or f"http://127.0.0.1:{self.bot_port}"

    @property
    def action_address(self) -> str:
        return self.action_url or f"http://127.0.0.1:{self.port}/bot/actions"

    @property
    def own_address(self) -> str:
        """Where this machine itself reaches API and console."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def fakes_address(self) -> str:
        return f"http://127.0.0.1:{self.fakes_port}"

    @property
    def public_address(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @cached_property
    def secret(self) -> str:
        """The signing secret: the setting, else one generated once and kept in data_dir, readable by its owner only."""
        return self.secret_key or _kept_secret(self.data_dir / "secret")


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    return Settings()  # type: ignore[call-arg]


def conninfo() -> str:
    """Our database's address as psycopg wants it, for what speaks with it directly."""
    return get_settings().database_url.replace("postgresql+psycopg://", "postgresql://")
