"""The log of a catalogue's run is as long as people read."""

import logging

from media.catalogue.order import Problem
from tasks.catalogue import MOST_SAID, warn_of


def test_log_names_as_many_bad_lines_as_are_read_and_counts_the_others(caplog):
    problems = [Problem(place=f"line {number}", product="", reason="no") for number in range(MOST_SAID + 7)]

    warn_of(problems, logging.getLogger("run"))

    assert len(caplog.messages) == MOST_SAID + 1
    assert caplog.messages[-1] == "7 more are left out; the table and the index have them"
