"""Shopify's Admin API: one GraphQL address, paid in points that come back by the second, and bulk operations.

https://shopify.dev/docs/api/usage/limits
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import NamedTemporaryFile
from typing import Any

from tasks.core.errors import DataError
from tasks.oms import shopify_queries as queries
from tasks.oms.web import Later, Web

Node = dict[str, Any]
ADOPTED_HOURS = 24
"""A bulk operation of the same query not older than this is taken up: that of a run that did not live to see it."""

_BUSY = ("THROTTLED", "INTERNAL_SERVER_ERROR", "TIMEOUT")


class _TooDear(Exception):
    """A query costs more than one call may."""


@dataclass
class Api:
    """The shop's API. `url`: its GraphQL address."""

    web: Web
    url: str
    page: int
    sleep: Callable[[float], None] = time.sleep
    _cost: dict[str, Any] = field(default_factory=dict)

    def ask(self, what: str, document: str, **variables: Any) -> dict[str, Any]:
        """`data` of an answer. Waits until its points are there; raises DataError with what Shopify says is wrong."""
        self._afford()

        def once() -> dict[str, Any] | Later:
            answer, _ = self.web.json(what, "POST", self.url, body={"query": document, "variables": variables})
            self._cost = answer.get("extensions", {}).get("cost", {})
            return self._data(what, answer)

        data: dict[str, Any] = self.web.until_answered(what, once)
        return data

    def nodes(self, what: str, fields: str, searched: str = "") -> Iterator[list[Node]]:
        """Pages of nodes, complete: lists that go on for more than a page are asked to their end."""
        after, size = None, self.page
        filtered = {} if what == "locations" else {"filter": searched}
        while True:
            try:
                data = self.ask(what, queries.page_query(what, fields), first=size, after=after, **filtered)
            except _TooDear as error:
                if size == 1:
                    raise DataError(f"{self.web.shop}: {what}: {error}; report it as a bug.") from error
                size = max(1, size // 2)
                continue
            page = data[what]
            yield [self._whole(what, node) for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def fulfilments(self, ids: list[str]) -> list[Node]:
        """What these fulfilments hold."""
        data = self.ask("fulfilments", queries.FULFILMENTS, ids=ids)
        return [self._whole("fulfilments", node) for node in data["nodes"] if node]

    def bulk(self, what: str, fields: str, searched: str, since: datetime) -> tuple[datetime, Iterator[str]]:
        """When a bulk operation was begun, and its JSON lines. One of this query begun after `since` is taken up."""
        query = queries.bulk_query(what, fields, searched)
        operation = self._adopted(what, query, since) or self._begin(what, query)
        ends_at = time.monotonic() + self.web.settings.patience_minutes * 60
        while (state := self.ask(what, queries.BULK_STATE, id=operation)["node"])["status"] in ("CREATED", "RUNNING"):
            if time.monotonic() > ends_at:
                raise DataError(f"{self.web.shop}: {what}: the bulk operation goes on; the next run takes it up.")
            self.sleep(self.web.settings.poll_seconds)
        if state["status"] != "COMPLETED":
            reason = f"{state['status']} ({state.get('errorCode')})"
            raise DataError(f"{self.web.shop}: {what}: the bulk operation ended {reason}; the next run begins another.")
        return datetime.fromisoformat(state["createdAt"]), self._lines(what, state.get("url"))

    def _lines(self, what: str, url: str | None) -> Iterator[str]:
        if not url:  # nothing was found
            return
        with NamedTemporaryFile(suffix=".jsonl") as file:
            self.web.save(what, url, file)
            file.seek(0)
            for line in file:
                yield line.decode().rstrip("\n")

    def _adopted(self, what: str, query: str, since: datetime) -> str | None:
        for one in self.ask(what, queries.BULK_OPERATIONS)["bulkOperations"]["nodes"]:
            is_new = datetime.fromisoformat(one["createdAt"]) > since
            if is_new and one["query"] == query and one["status"] in ("CREATED", "RUNNING", "COMPLETED"):
                return str(one["id"])
        return None

    def _begin(self, what: str, query: str) -> str:
        begun = self.ask(what, queries.RUN_BULK, query=query)["bulkOperationRunQuery"]
        if begun["userErrors"]:
            said = "; ".join(error["message"] for error in begun["userErrors"])
            raise DataError(f"{self.web.shop}: {what}: no bulk operation: {said}")
        return str(begun["bulkOperation"]["id"])

    def _whole(self, what: str, node: Node) -> Node:
        """The node with its nested list complete, and those of its fulfilments."""
        kind = str(node["id"]).split("/")[3]
        if kind in queries.NESTED:
            held = node[queries.NESTED[kind][0]]
            while (page := held["pageInfo"])["hasNextPage"]:
                rest = self.ask(what, queries.rest_query(kind), id=node["id"], after=page["endCursor"])["node"]
                more = rest[queries.NESTED[kind][0]]
                held["nodes"] += more["nodes"]
                held["pageInfo"] = more["pageInfo"]
        for fulfilment in node.get("fulfillments", ()):
            self._whole(what, fulfilment)
        return node

    def _data(self, what: str, answer: dict[str, Any]) -> dict[str, Any] | Later:
        errors = answer.get("errors")
        if not errors:
            data: dict[str, Any] = answer["data"]
            return data
        if isinstance(errors, str):
            raise DataError(f"{self.web.shop}: {what}: {errors}")
        codes = {error.get("extensions", {}).get("code") for error in errors}
        said = "; ".join(str(error.get("message")) for error in errors)
        if "MAX_COST_EXCEEDED" in codes:
            raise _TooDear(said)
        if codes & set(_BUSY):
            return Later(self._missing(), said)
        raise DataError(
            f"{self.web.shop}: {what}: Shopify says {said[:500]}; give the app the scope it names, "
            "or set TODOKE_SHOPIFY_VERSION to a version that has it (docs/order_systems.md)."
        )

    def _afford(self) -> None:
        """Wait until the points a call like the last one costs have come back."""
        if (seconds := self._missing()) > 0:
            self.sleep(seconds)
            self._cost = {}

    def _missing(self) -> float:
        throttle = self._cost.get("throttleStatus") or {}
        needed = self._cost.get("requestedQueryCost") or 0
        lacking = needed - throttle.get("currentlyAvailable", needed)
        return float(max(0.0, lacking / (throttle.get("restoreRate") or 50)))


def adopted_since(until: datetime) -> datetime:
    """The oldest bulk operation a run may take up."""
    return until - timedelta(hours=ADOPTED_HOURS)
