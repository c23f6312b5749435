"""Serve the web application: `python -m api.serve`, with address and port from the settings."""

import sys

import uvicorn

from api.core import logs
from api.core.settings import get_settings

GOODBYE_SECONDS = 1  # open streams of browsers are cut after that; they reconnect by themselves


def main(factory: str = "api.app:create_app") -> None:
    """Serve the app that `factory` makes ("module:function") until told to end."""
    logs.set_up()
    uvicorn.Server(config(factory)).run()


def config(factory: str) -> uvicorn.Config:
    settings = get_settings()
    return uvicorn.Config(
        factory,
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        # behind a proxy that is not named here every citizen has the proxy's address, and all share one rate limit
        forwarded_allow_ips=settings.trusted_proxies,
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
