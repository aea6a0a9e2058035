"""Headless Chromium, spoken to over the DevTools protocol: pages at a width and in a colour scheme, and what they show.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import connect
from websockets.sync.connection import Connection

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    *("--headless=new", "--remote-debugging-port=0", "--no-first-run", "--disable-gpu", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # pictures of a shop that is not there
    "--disable-features=IsolateSandboxedIframes",  # a process for each frame of a gallery takes seconds
)
_HEIGHT = 900

_MISSING = """
((letters, family) => {
  const canvas = document.createElement("canvas"), size = 40;
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = "24px " + (family ?? getComputedStyle(document.body).fontFamily);
  const drawn = (letter) => {
    pen.clearRect(0, 0, size, size);
    pen.fillText(letter, 4, 30);
    return pen.getImageData(0, 0, size, size).data.join();
  };
  const nothing = drawn("\\u0378");  // a code point that is no letter: every font draws its box for it
  const asked = letters ?? document.body.innerText;
  return [...new Set(asked)].filter((letter) => letter.trim() && drawn(letter) === nothing).join("");
})
"""


def chromium() -> str | None:
    """Where it is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One tab, used again and again."""

    def __init__(self, socket: Connection) -> None:
        self._socket, self._numbers = socket, count(1)
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one command. Raises AssertionError for what Chromium refuses."""
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(asked | ({"sessionId": self._session} if self._session else {})))
        answer = self._until(lambda said: said.get("id") == number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _until(self, wanted: Any) -> dict[str, Any]:
        while True:
            said: dict[str, Any] = json.loads(self._socket.recv(timeout=60))
            if wanted(said):
                return said

    def open(self, file: Path, width: int, dark: bool = False) -> None:
        """Show a page and wait until it is loaded."""
        self.become(width, dark)
        self.call("Page.navigate", url=file.as_uri())
        self._until(lambda said: said.get("method") == "Page.loadEventFired")

    def become(self, width: int, dark: bool = False) -> None:
        """Another screen, for what is shown already too."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=_HEIGHT, deviceScaleFactor=1, mobile=width < 500
        )

    def evaluate(self, script: str) -> Any:
        """What an expression is worth, a promise once it is kept."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, file: Path) -> None:
        """The whole page as PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browsing(program: str, profile: Path) -> Iterator[Browser]:
    """A browser of our own, ended with the block. `profile`: an empty folder."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    command = [program, *_FLAGS, *sandbox, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port, path = _address(profile / "DevToolsActivePort", process)
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as socket:
            yield Browser(socket)
    finally:
        process.terminate()
        process.wait(20)


def _address(file: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    for _ in range(600):
        if file.exists() and len(lines := file.read_text(encoding="ascii").split("\n")) == 2:
            return lines[0], lines[1]
        assert process.poll() is None, f"Chromium ended with {process.returncode}"
        time.sleep(0.05)
    raise AssertionError("Chromium does not open its port")


def missing_letters(browser: Browser, letters: str | None = None, family: str | None = None) -> str:
    """Those of `letters` (default: of the page) that no installed font has; drawn as `font-family` says."""
    found: str = browser.evaluate(f"({_MISSING.strip()})({json.dumps(letters)}, {json.dumps(family)})")
    return found
