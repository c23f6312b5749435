from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.cast import Cast, make_cast
from tests.learning.rasa import Memory


@pytest.fixture
def cast(db: Session, now: datetime) -> Cast:
    return make_cast(db, now)


@pytest.fixture
def memory(db: Session, now: datetime) -> Memory:
    return Memory(db, now)
