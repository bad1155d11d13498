"""The host itself: a thread for each job's process, and the Blenders that these take turns with."""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from media.renderer_host.blenders import Blenders
from media.renderer_host.connection import Connection
from media.renderer_host.conversation import Conversation
from media.renderer_host.lanes import Lanes
from media.renderer_host.messages import Began, Ended, GaveUp, Heard, Request
from media.renderer_host.outcome import Outcome
from media.renderer_host.quarantine import Quarantine
from media.renderer_host.room import Room
from media.renderer_host.warm_blender import Terms, WarmBlender, made_of

logger = logging.getLogger(__name__)

LONGEST_REQUEST_S = 10.0
LOOK_S = 2.0  # between two looks whether a Blender was idle for too long


class RendererHost:
    """Serves jobs on a listening socket."""

    def __init__(
        self,
        listening: socket.socket,
        folder: Path,
        terms: Terms,
        free_bytes: Callable[[], float] | None = None,
    ) -> None:
        """Serve on `listening`, with Blenders whose homes are below `folder`."""
        self._listening = listening
        self._terms = terms
        self._lanes = Lanes(free_bytes or Room())
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
        with closing(Connection(connected)) as connection:
            try:
                self._serve_one(connection)
            except (ConnectionError, TimeoutError) as error:
                logger.info("a job's process has gone, or takes nothing: %s", error)
            except Exception as error:
                logger.exception("a job was given up")
                sorry = GaveUp(kind="ToolFailed", message=f"renderer host: {error}; its log says more")
                with suppress(OSError):
                    connection.send(sorry)
            finally:
                self._last_job = time.monotonic()

    def _serve_one(self, connection: Connection) -> None:
        request = connection.receive(Request, LONGEST_REQUEST_S)
        if request is None:
            return
        connection.send(Heard())
        with self._lanes.turn(request.lane, lambda: _is_there(connection)) as yours:
            if yours:
                connection.send(self._answer(request, connection))

    def _answer(self, request: Request, connection: Connection) -> Ended | GaveUp:
        """Have a Blender do the job, unless it is known to kill; returns what is to be said at its end."""
        known_as = request.name, made_of(request.blender)
        if refusal := self._quarantine.refusal(*known_as):
            return refusal
        connection.send(Began())
        began = time.monotonic()
        with self._blenders.taken(request.lane, request.scene) as blender:
            outcome = self._outcome(blender, request, connection)
        seconds = time.monotonic() - began
        logger.info("job %s: %s after %.1f s", request.name[:16], outcome.word, seconds)
        return self._verdict(known_as, outcome) or Ended(
            returncode=outcome.finished.returncode, log_tail=outcome.finished.log_tail, seconds=seconds
        )

    def _outcome(self, blender: WarmBlender, request: Request, connection: Connection) -> Outcome:
        """Have this Blender do the job, or its successor if it ended, or hung, since its last one."""
        try:
            with Conversation(connection, request.job, self._terms) as conversation:
                while True:
                    child, is_new = blender.ready_for(request.blender), not blender.jobs
                    outcome = conversation.hold(child, partial(blender.end, child))
                    if outcome.heard or is_new or conversation.gone:
                        break
                    blender.end()
        except BaseException:
            blender.end()  # it may be in the middle of the job
            raise
        if outcome.may_go_on:
            blender.used(
                child, scene=request.scene if not outcome.failed else "", held=outcome.resident_bytes
            )
        else:
            blender.end()
        return outcome

    def _verdict(self, known_as: tuple[str, str], outcome: Outcome) -> GaveUp | None:
        """Say why the job does not go on; None if it has ended, or Blender has by itself."""
        if outcome.done:
            if not outcome.failed:
                self._quarantine.done(*known_as)
            return None
        if outcome.why:
            message = f"job {known_as[0][:16]}: {outcome.why}; it goes on when it is run again"
            return GaveUp(kind="TimedOut", message=message)
        return self._quarantine.died(*known_as, outcome)


def _is_there(connection: Connection) -> bool:
    """Tell a job's process that it still waits, and whether it still does."""
    try:
        connection.send(Heard())
    except OSError:
        return False
    return True
