"""The checks of tasks/core/suites.py, run by Great Expectations on one frame of text: which rows fail which check."""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from tasks.core.suites import Check, Expectation, Severity

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read when the package is imported
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its imports of sre_parse and others
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.expectations.expectation import Expectation as GreatExpectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

_POSITIONS = {"result_format": "COMPLETE", "include_unexpected_rows": False, "partial_unexpected_count": 0}
"""Positional indexes: index columns would double the time and put personal data into the results (measured)."""
_COUNTS = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Failure:
    """One failed check: positions of the failing rows, none where it fails as a whole."""

    check: Check
    positions: tuple[int, ...] = ()
    broken: str | None = None

    @property
    def stops(self) -> bool:
        """Whether the feed is closed: a stop, or an expectation that could not be evaluated at all."""
        return self.check.severity is Severity.STOP or self.broken is not None


def failures(frame: pd.DataFrame, checks: Sequence[Check]) -> list[Failure]:
    """Every failed check of a frame of text columns with a RangeIndex, in the order of `checks`.

    A column that is missing makes its EXISTS check fail; other checks of it are left out.
    """
    present = _present(frame, checks)
    results = _batch(frame).validate(_suite("feed", present), result_format=_POSITIONS)
    found = {result.expectation_config.meta["number"]: result for result in results.results}
    return [_failure(check, found[number]) for number, check in enumerate(present) if not found[number].success]


def page(frame: pd.DataFrame, checks: Sequence[Check], name: str, stop: str) -> str:
    """The Data Docs page of one validation, as HTML: SUMMARY, and not one of the values."""
    suite = _suite(name, _present(frame, checks))
    result = _batch(frame).validate(suite, result_format=_COUNTS)
    result.meta.setdefault("run_id", {"run_name": stop, "run_time": None})
    document = ValidationResultsPageRenderer().render(result)
    html: str = DefaultJinjaPageView().render(document)  # type: ignore[no-untyped-call]
    return html


def _present(frame: pd.DataFrame, checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.expectation is Expectation.EXISTS or check.column in frame.columns]


def _suite(name: str, checks: Sequence[Check]) -> Any:
    """All at once: add_expectation() would let a second regex of a column replace the first."""
    return gx.ExpectationSuite(name=name, expectations=[_expectation(*numbered) for numbered in enumerate(checks)])


def _expectation(number: int, check: Check) -> GreatExpectation:
    column = "column_A" if check.expectation is Expectation.AFTER else "column"
    arguments: dict[str, Any] = {column: check.column, **check.arguments}
    made = ExpectationConfiguration(type=str(check.expectation), kwargs=arguments, meta={"number": number})
    return made.to_domain_obj()


def _batch(frame: pd.DataFrame) -> Any:
    return _definition().get_batch(batch_parameters={"dataframe": frame})


@cache
def _definition() -> Any:
    """One ephemeral context a process; without docs sites, which would leave a folder in /tmp each."""
    in_memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=in_memory))
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("feed").add_dataframe_asset("feed")
    return asset.add_batch_definition_whole_dataframe("feed")


def _failure(check: Check, result: ExpectationValidationResult) -> Failure:
    positions = tuple(result.result.get("unexpected_index_list") or ())
    if positions or check.expectation is Expectation.EXISTS:
        return Failure(check, positions)
    return Failure(check, broken=f"the expectation broke: {_exception(result.exception_info)}")


def _exception(info: dict[str, Any]) -> str:
    """GE keeps either one exception or one per metric."""
    nested = [value for value in info.values() if isinstance(value, dict)] or [info]
    return "; ".join(sorted({str(one.get("exception_message")) for one in nested}))
