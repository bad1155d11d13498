"""The host itself: a thread for each job's process, and the Blenders that these take turns with."""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from media.errors import MediaError
from media.renderer_host.blenders import Blenders
from media.renderer_host.connection import Connection
from media.renderer_host.conversation import Conversation, ended
from media.renderer_host.lanes import Lanes
from media.renderer_host.messages import Answer, Ended, Request
from media.renderer_host.quarantine import Quarantine
from media.renderer_host.room import has_room
from media.renderer_host.warm_blender import Terms, WarmBlender

logger = logging.getLogger(__name__)

LONGEST_REQUEST_S = 10.0
LOOK_S = 2.0  # between two looks whether a Blender was idle for too long


class RendererHost:
    """Serves jobs on a listening socket."""

    def __init__(
        self, listening: socket.socket, folder: Path, terms: Terms, room: Callable[[], bool] = has_room
    ) -> None:
        """Serve on `listening`, with Blenders whose homes are below `folder`."""
        self._listening = listening
        self._terms = terms
        self._lanes = Lanes(room)
        self._blenders = Blenders(folder, terms)
        self._quarantine = Quarantine()
        self._last_job = time.monotonic()

    def serve(self, keeper: int | None = None) -> None:
        """Serve until the process that the pidfd `keeper` is of has ended; without one, until idle for long.

        Whatever ends it, no Blender is left.
        """
        poller = select.poll()
        for source in [self._listening.fileno(), *([] if keeper is None else [keeper])]:
            poller.register(source, select.POLLIN)
        try:
            while keeper is not None or not self._is_idle():
                ready = [source for source, _ in poller.poll(min(LOOK_S, self._terms.idle_s) * 1000)]
                if keeper in ready:
                    logger.info("whoever started this host has ended; so it ends too")
                    return
                if ready:
                    connected, _ = self._listening.accept()
                    threading.Thread(target=self._attend, args=(connected,), daemon=True).start()
                self._blenders.end_if_idle()
        finally:
            self._blenders.end()

    def _is_idle(self) -> bool:
        idle_s = time.monotonic() - self._last_job
        return self._lanes.is_empty() and idle_s >= self._terms.idle_s

    def _attend(self, connected: socket.socket) -> None:
        """Do what one process asks for, if its turn comes."""
        connection = Connection(connected)
        try:
            request = connection.receive(Request, LONGEST_REQUEST_S)
            if request is None:
                return
            connection.send(Answer(heard=True))
            with self._lanes.turn(request.lane, lambda: _is_there(connection)) as yours:
                if yours:
                    connection.send(self._answer(request, connection))
        except (OSError, MediaError) as error:  # it has gone, or makes no sense
            logger.info("a job's process was given up: %s", error)
        finally:
            self._last_job = time.monotonic()
            connection.close()

    def _answer(self, request: Request, connection: Connection) -> Answer:
        """Have a Blender do the job, unless it is known to kill; returns what is to be said at its end."""
        if refusal := self._quarantine.refusal(request.name):
            return Answer(gave_up=refusal)
        connection.send(Answer(began=True))
        with self._blenders.taken(request.lane, request.scene) as blender:
            return self._done_by(blender, request, connection)

    def _done_by(self, blender: WarmBlender, request: Request, connection: Connection) -> Answer:
        began, name = time.monotonic(), request.name[:16]
        was_warm = blender.is_warm
        child = blender.ready_for(request.blender)
        outcome = Conversation(connection, child, lambda: blender.end(child)).hold(request)
        if outcome.unheard and was_warm:  # it ended just now, for some other reason
            blender.end()
            return self._done_by(blender, request, connection)
        finished = ended(child, outcome)
        if outcome.may_go_on:
            blender.used(scene=request.scene if not outcome.failed else "", held=outcome.resident_bytes)
        else:
            blender.end()
        seconds = time.monotonic() - began
        logger.info("job %s: %s after %.1f s", name, outcome.word, seconds)
        if outcome.word == "died" and (
            verdict := self._quarantine.died(request.name, outcome.frame, finished)
        ):
            return Answer(gave_up=verdict)
        code = Ended(returncode=finished.returncode, log_tail=finished.log_tail, seconds=seconds)
        return Answer(ended=code)


def _is_there(connection: Connection) -> bool:
    """Tell a job's process that it still waits, and whether it still does."""
    try:
        connection.send(Answer(heard=True))
    except OSError:
        return False
    return True
