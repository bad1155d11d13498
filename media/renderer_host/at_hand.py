"""A renderer host within a process that makes many pictures itself, for as long as it makes them.

Its Blenders are children like any other's: however this process dies, their keepers end them
(media/keeper.py). So there is nothing beside it to be left behind, and nothing to start before the first job.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from media.blender import Blender
from media.errors import BadInput
from media.renderer_host.server import RendererHost
from media.renderer_host.socket_file import listening_at
from media.renderer_host.warm_blender import Terms
from media.workspace import workspace

logger = logging.getLogger(__name__)


@contextmanager
def kept_warm(blender: Blender) -> Iterator[Blender]:
    """Keep a Blender warm between the jobs of the block, unless a host is said to do so already.

    Yields the same Blender, with the socket where its jobs find it warm. When the block ends, it has ended.
    """
    if blender.host:
        yield blender
        return
    with ExitStack() as stack:
        folder = stack.enter_context(workspace())
        try:
            listening = stack.enter_context(listening_at(folder / "socket"))
        except (BadInput, OSError) as error:  # such as a temporary folder of a long name
            logger.warning("each picture starts a Blender of its own: %s", error)
            yield blender
            return
        assert listening is not None  # noqa: S101 - only who has a keeper may wait in vain
        ended, life = os.pipe()
        stack.callback(os.close, ended)
        host = threading.Thread(
            target=RendererHost(listening, folder, Terms()).serve, args=(ended,), name="renderer host"
        )
        host.daemon = True  # a process that wants to end waits for no Blender: their keepers see to them
        host.start()
        stack.callback(host.join)
        stack.callback(os.close, life)
        yield replace(blender, host=folder / "socket")
