"""The database work of a start, in a process of its own so that its memory is given back: `python -m api.cli.prepare`."""

import sys
from collections.abc import Sequence

from sqlalchemy.exc import OperationalError

from api.channels.accounts import disconnect_twins
from api.cli import accounts
from api.cli.migrate import migrate
from api.core import logs
from api.core.db import transaction


def main(arguments: Sequence[str]) -> None:
    logs.set_up()
    try:
        migrate()
    except OperationalError:
        sys.exit("Không kết nối được PostgreSQL ở LANGNGHE_DATABASE_URL; hãy kiểm tra địa chỉ, tài khoản và máy chủ đó.")
    with transaction() as session:
        accounts.make_cast(session)
        if "--fake-channels" not in arguments:
            disconnect_twins(session)
    if "--demo" in arguments:
        from api.cli import demo  # here: it brings half of the product along, and every start waits for this process

        print(demo.load())


if __name__ == "__main__":
    main(sys.argv[1:])
