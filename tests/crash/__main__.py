"""``python -m tests.crash``: the crash test; see ``driver``. In a file of its own, which no child process imports."""

from .driver import main

main()
