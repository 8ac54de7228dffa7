"""The process's first moments: a stop that is asked for while the rest is still being imported is not lost."""

import os
import signal


def main() -> None:
    """Run the command."""
    # in a container this is process 1, which a signal reaches only when there is a handler
    signal.signal(signal.SIGTERM, lambda number, _frame: os._exit(128 + number))
    from tocsin.cli.main import main as command

    command()
