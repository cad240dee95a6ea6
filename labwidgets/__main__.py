"""``python -m labwidgets``: the command line without its script, as the workers call it."""

from labwidgets.cli import main

main()
