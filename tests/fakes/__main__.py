"""`python -m tests.fakes`: the three fake platforms on one port (FAKES_PORT, 8169), with a page to chat on."""

from tests.fakes.platforms.app import main

if __name__ == "__main__":
    main()
