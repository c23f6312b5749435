from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: Session, now: datetime) -> Cast:
    return make_cast(db, now)
