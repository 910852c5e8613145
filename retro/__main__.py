"""`python -m retro` is the command `retro`."""

from retro.cli import main

main()
