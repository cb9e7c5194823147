"""`python -m batti`."""

from batti.cli import main

main()
