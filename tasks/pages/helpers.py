"""Many tracking pages at once: batches go to helper processes, because one interpreter renders on one core.

A helper (`python -m tasks.pages.helpers`) reads its settings, then one batch of rows a line from stdin, and answers
each with a line (JSON). It ends when its stdin does, so none outlives the run. No fork: Prefect's threads would come
along.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from itertools import chain, islice
from queue import SimpleQueue
from typing import IO

import orjson

from tasks.core.errors import StoreError
from tasks.core.paths import ROOT
from tasks.core.secrets import link_secrets, secret
from tasks.core.settings import Settings
from tasks.pages.files import Done, Publisher, Row

Batch = Sequence[Row]
ALONE = 4
"""Batches for which helpers would start too late to be of use."""
MOST_HELPERS = 4


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def publish_batches(settings: Settings, batches: Iterable[Batch]) -> Iterator[tuple[Batch, list[Done]]]:
    """Each batch with what became of it, in order; a few at a time are in memory. One helper a core."""
    count = min(cores(), MOST_HELPERS)
    left = iter(batches)
    publisher = Publisher(settings)
    for batch in islice(left, ALONE) if count > 1 else left:
        yield batch, publisher.publish(batch)
    following = next(left, None)
    if following is not None:
        yield from _helped(settings, chain([following], left), count)


def _helped(settings: Settings, batches: Iterable[Batch], count: int) -> Iterator[tuple[Batch, list[Done]]]:
    with ExitStack() as stack:
        free: SimpleQueue[Helper] = SimpleQueue()
        for _ in range(count):
            free.put(stack.enter_context(Helper(settings)))
        pool = stack.enter_context(ThreadPoolExecutor(count))

        def publish(batch: Batch) -> list[Done]:
            helper = free.get()
            try:
                return helper.publish(batch)
            finally:
                free.put(helper)

        waiting: deque[tuple[Batch, Future[list[Done]]]] = deque()
        for batch in batches:
            waiting.append((batch, pool.submit(publish, batch)))
            if len(waiting) > count:
                first, done = waiting.popleft()
                yield first, done.result()
        while waiting:
            first, done = waiting.popleft()
            yield first, done.result()


class Helper:
    """One process, one batch at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> "Helper":
        command = [sys.executable, "-m", "tasks.pages.helpers"]
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._tell(_told(self._settings))
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def publish(self, batch: Batch) -> list[Done]:
        """As Publisher.publish. Raises StoreError too where the process died."""
        self._tell(orjson.dumps(list(batch)))
        answer = self._pipe(self._process.stdout).readline()
        if not answer:
            raise StoreError(
                f"A process that writes tracking pages ended with {self._process.wait()}; its pages are not recorded "
                "as published, the next run writes them."
            )
        found = orjson.loads(answer)
        if isinstance(found, str):
            raise StoreError(found)
        return [Done(**one) for one in found]

    def _tell(self, line: bytes) -> None:
        try:
            self._pipe(self._process.stdin).write(line + b"\n")
            self._pipe(self._process.stdin).flush()
        except BrokenPipeError:
            return  # its silence is told by publish

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101  # both were asked for
        return pipe


def _told(settings: Settings) -> bytes:
    """What a helper cannot know from its environment; through the pipe, because everybody reads a command line."""
    named = settings.model_dump(mode="json", include={"home", "publish_url", "base_url", "listen_url"})
    secrets = {"secret": secret(settings).decode(), "link_secret": link_secrets(settings)[0].decode()}
    return orjson.dumps(named | secrets)


def serve(told: IO[bytes], answers: IO[bytes]) -> None:
    """A helper's life."""
    publisher = Publisher(Settings(**orjson.loads(told.readline())))
    for line in iter(told.readline, b""):
        try:
            answer = orjson.dumps([asdict(one) for one in publisher.publish(orjson.loads(line))])
        except StoreError as error:
            answer = orjson.dumps(str(error))
        answers.write(answer + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
