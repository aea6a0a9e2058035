"""A bell that many press and few hear: a hundred orders in a minute start four runs, not a hundred."""

import logging
from collections.abc import Callable
from threading import Lock, Timer

_log = logging.getLogger(__name__)


class Bell:
    """Rings at once; pressed again within `pause` seconds, once more when they are over.

    Whoever pressed hears a ring that began after the press. A ring that fails is logged: the schedule comes anyway.
    """

    def __init__(self, ring: Callable[[], None], pause: float) -> None:
        self._ring = ring
        self._pause = pause
        self._lock = Lock()
        self._rests = False
        self._is_pressed = False

    def press(self) -> None:
        """Somebody has news."""
        with self._lock:
            if self._rests:
                self._is_pressed = True
                return
            self._rests = True
        self._go()

    def _wake(self) -> None:
        with self._lock:
            self._rests, self._is_pressed = self._is_pressed, False
            if not self._rests:
                return
        self._go()

    def _go(self) -> None:
        timer = Timer(self._pause, self._wake)
        timer.daemon = True
        timer.start()
        try:
            self._ring()
        except Exception as error:  # whatever Prefect's client raises: an order is never refused for it
            _log.error("nobody was told of a new order: %s; the schedule sees to it", error)
