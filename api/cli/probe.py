"""For a container's health check: `python -m api.cli.probe ADDRESS [PART]` ends with 0 if that part of /health is up."""

import sys
from collections.abc import Sequence

from api.cli.plan import fetch


def main(arguments: Sequence[str]) -> int:
    address, *parts = arguments
    try:
        found = fetch(address)
        return 0 if all(found[part]["state"] == "up" for part in parts) else 1
    except (OSError, ValueError, KeyError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
