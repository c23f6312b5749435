"""Silences what Rasa and its libraries would otherwise say, before they are imported."""

import logging
import os
import warnings


def quiet() -> None:
    """No telemetry, no cache of training data on disk, no warnings of old libraries, and no message text in any log.

    Rasa logs parsed text at level DEBUG through structlog, which prints everything until it is configured.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("RASA_MAX_CACHE_SIZE", "0")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    warnings.filterwarnings("ignore")
    logging.basicConfig(level=logging.ERROR)

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
