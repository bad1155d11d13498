"""What the child that makes frames does with its pipe."""

import os

from media.kenburns import frames


def test_pipe_that_may_not_be_made_larger_stays_as_it_is(monkeypatch):
    reader, writer = os.pipe()
    os.write(writer, bytes(20_000))
    monkeypatch.setattr(frames, "PIPE_BYTES", 4096)  # less than lies in it, which the kernel refuses

    frames.widen(writer)

    assert len(os.read(reader, 30_000)) == 20_000
    os.close(reader)
    os.close(writer)
