"""The skip policy: an allowed reason skips, another fails, TODOKE_TEST_EVERYTHING=1 lets none pass."""

import pytest

CONFTEST = """
from tests.skip_policy import SkipPolicy

def pytest_configure(config):
    config.pluginmanager.register(SkipPolicy(allowed=("no such tool", r"port \\d+ is taken"), everything={everything}))
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST.format(everything=False))
    return pytester


def test_an_allowed_reason_skips(run: pytest.Pytester) -> None:
    run.makepyfile("import pytest\ndef test_a(): pytest.skip('port 4200 is taken')\n")
    run.runpytest_inprocess().assert_outcomes(skipped=1)


def test_another_reason_fails_and_is_named(run: pytest.Pytester) -> None:
    run.makepyfile("import pytest\n@pytest.mark.skip(reason='later')\ndef test_a(): pass\n")
    result = run.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*not a reason of allowed_skips.toml: later*"])


def test_a_skipped_module_is_judged_too(run: pytest.Pytester) -> None:
    run.makepyfile("import pytest\npytest.importorskip('no_such_module_at_all')\n")
    run.runpytest_inprocess().assert_outcomes(errors=1)


def test_an_expected_failure_is_no_skip(run: pytest.Pytester) -> None:
    run.makepyfile("import pytest\n@pytest.mark.xfail\ndef test_a(): assert False\n")
    run.runpytest_inprocess().assert_outcomes(xfailed=1)


def test_everything_lets_no_skip_pass(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.format(everything=True))
    pytester.makepyfile("import pytest\ndef test_a(): pytest.skip('no such tool')\n")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*allows no skip: no such tool*"])
