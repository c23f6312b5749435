"""`python -m tests.fakes`: the three fake platforms on one port (LANGNGHE_FAKES_PORT), with a page to chat on.

`--connect`: also connect the Lắng Nghe whose environment this is, as soon as it is up. `langnghe up --fake-channels` does
both: a demo without tokens.
"""

from tests.fakes.platforms.app import main

if __name__ == "__main__":
    main()
