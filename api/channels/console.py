"""The twin for development: prints what a citizen would read, in plain words with numbered choices."""

import sys
from typing import TextIO

from api.channels.contract import Account, Address, Capabilities, Piece


class ConsoleChannel:
    name = "console"
    capabilities = Capabilities(buttons=False, location_request=False, images=False, cards=False, text_limit=100_000)

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out

    def send(self, to: Address, piece: Piece, *, key: str, account: Account) -> str | None:
        self._out.write(piece.text + "\n")
        self._out.flush()
        return key
