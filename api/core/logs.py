"""What a process writes down: its own trouble, never a citizen's words, an address with a token in it, or a query's values."""

import logging

from api.core.settings import get_settings

# these name every address they call, and a bot's token is part of its address; python-zalo-bot (most of its loggers are below
# "zaloBot") also writes down what it sends: a webhook's secret, a citizen's words
TALKATIVE = ("httpx", "httpcore", "telegram", "zalo_bot", "zaloBot", "urllib3")


def set_up() -> None:
    """Log to standard error from LANGNGHE_LOG_LEVEL up; libraries that would name addresses only from WARNING up."""
    level = logging.getLevelName(get_settings().log_level.upper())
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
