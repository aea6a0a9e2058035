"""A skip is a promise to test elsewhere: only reasons of tests/allowed_skips.toml may skip, any other skip fails.

TODOKE_TEST_EVERYTHING=1 (set by .ci/run, which installs what the reasons name) turns every skip into a failure.
"""

import os
import re
import tomllib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

ALLOWED = Path(__file__).with_name("allowed_skips.toml")


@dataclass(frozen=True)
class SkipPolicy:
    """A pytest plugin: which skips stay skips."""

    allowed: tuple[str, ...]
    everything: bool

    @classmethod
    def from_environment(cls, path: Path = ALLOWED) -> "SkipPolicy":
        """The policy of the committed list and of TODOKE_TEST_EVERYTHING."""
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["skip"]
        return cls(tuple(entry["reason"] for entry in entries), os.environ.get("TODOKE_TEST_EVERYTHING") == "1")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge the skip of one test."""
        report = yield
        if not hasattr(report, "wasxfail"):
            self._judge(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Judge the skip of a whole module."""
        report = yield
        self._judge(report)
        return report

    def _judge(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = _reason(report)
        if not report.skipped or (self._is_allowed(reason) and not self.everything):
            return
        rule = "TODOKE_TEST_EVERYTHING=1 allows no skip" if self.everything else f"not a reason of {ALLOWED.name}"
        report.outcome = "failed"
        report.longrepr = f"skipped, but {rule}: {reason}"

    def _is_allowed(self, reason: str) -> bool:
        return any(re.fullmatch(pattern, reason) for pattern in self.allowed)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    where = report.longrepr
    return where[2].removeprefix("Skipped: ") if isinstance(where, tuple) else str(where)
