"""What a storm came to, for a person."""

import pytest

from tests.rental.storm import SAID


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it; nothing if there was none."""
    for line in SAID:
        terminalreporter.write_line(f"faults-rental: {line}")
