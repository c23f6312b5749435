"""`python -m tests.fakes`: the three fake platforms on one port (FAKES_PORT, 8169), with a page to chat on.

`--connect`: also connect the Lắng Nghe whose environment this is, as soon as it is up: a demo without tokens.
"""

from tests.fakes.platforms.app import main

if __name__ == "__main__":
    main()
