"""Say where a video can be cut without encoding it: a child process of its own, since demuxers are C.

    python -I closed.py mov video 0 240

reads the packets of stream 0 and reports one JSON line on file descriptor 3: {"event": "found", "whole": …,
"frames": …, "closed": …}: whether its first packet begins to show it and each has a time, how many there are,
and the least number of packets from 240 on that shows as many frames without a gap; 0 if there is none.
Imports nothing of ours.
"""

import json
import os
import sys
from itertools import accumulate
from typing import Any

import av

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Report on one stream of a file."""
    demuxer, path, index, wanted = argv[1:]
    options = {"protocol_whitelist": "file", "format_whitelist": demuxer}
    with os.fdopen(REPORT_FD, "w") as reports:
        try:
            with av.open(f"file:{path}", format=demuxer.partition(",")[0], options=options) as container:
                found = {"event": "found", **cuts_of(container, int(index), int(wanted))}
        except (av.FFmpegError, IndexError, OSError, ValueError) as problem:
            found = {"event": "refused", "found": str(problem)}
        reports.write(json.dumps(found) + "\n")


def cuts_of(container: Any, index: int, wanted: int) -> dict[str, object]:  # noqa: ANN401 - PyAV has no types
    """Read all packets: those before a cut must show just the frames before it, whatever their order."""
    times: list[int] = []
    whole = True
    for packet in container.demux(container.streams[index]):
        if packet.size and packet.pts is not None:
            whole = whole and not packet.is_discard and not packet.is_corrupt
            whole = whole and (packet.is_keyframe or bool(times))
            times.append(packet.pts)
        elif packet.size:
            whole = False
    shown = sorted(times)
    closed = [count for count, last in enumerate(accumulate(times, max), 1) if last == shown[count - 1]]
    return {
        "whole": whole and bool(times) and times[0] == shown[0] and len(set(times)) == len(times),
        "frames": len(times),
        "closed": next((count for count in closed if count >= wanted), 0),
    }


if __name__ == "__main__":
    main(sys.argv)
