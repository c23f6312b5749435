"""What Rasa's log may say of a failed turn."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot import quiet_log

WORDS = "nhà tôi ở ngõ 12"


@pytest.fixture
def installed() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    quiet_log.install()
    yield
    logging.setLogRecordFactory(before)


def test_a_structured_failure_keeps_kind_and_place_only() -> None:
    frame = {"filename": "a.py", "lineno": 7, "name": "f", "locals": {"text": WORDS}}
    message = {
        "event": "rest.message.received.failure",
        "text": WORDS,
        "exception": [{"exc_type": "KeyError", "exc_value": WORDS, "frames": [frame, {**frame, "lineno": 9}]}],
    }
    found = quiet_log.reduced(json.dumps(message))
    assert found == "rest.message.received.failure (KeyError at a.py:9 < a.py:7)"


@pytest.mark.parametrize("message", ["plain words", "{not json", ""])
def test_what_is_not_structured_stays(message: str) -> None:
    assert quiet_log.reduced(message) == message


def test_a_traceback_loses_its_words(installed: None, caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("rasa.x").exception("failed in %s", "turn")
    assert WORDS not in caplog.text
    assert "failed in turn (ValueError at " in caplog.text
    assert "test_quiet_log.py" in caplog.text
