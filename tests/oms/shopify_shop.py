"""A shop of Shopify over HTTP: the part of its Admin API that is asked here, in the public schema.

It knows GraphQL as far as selections, arguments and aliases go: an answer holds what was asked for, and a field that is
not in its data is refused as Shopify refuses it. Points are taken for each call and come back by the second.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.deliver.scripted import Answer, Request, Scripted

Node = dict[str, Any]
TOKEN = "shpat_0123456789abcdef"
_TOKEN = re.compile(r"\.\.\.|[{}()]|\w+:|\w+|\"[^\"]*\"|\$\w+|[^\s]")


class Refused(Exception):
    """A GraphQL error with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Field:
    """One selected field."""

    name: str
    alias: str
    fields: list["Field"]


def parse(query: str) -> list[Field]:
    """The selection of an operation; arguments are skipped, fragments are merged into it."""
    tokens = _TOKEN.findall(query[query.index("{") :])
    return _selection(iter(tokens[1:]))


def _selection(tokens: Iterator[str]) -> list[Field]:
    found: list[Field] = []
    alias = ""
    for token in tokens:
        if token == "}":
            break
        if token == "...":
            next(tokens), next(tokens), next(tokens)  # on Type {
            found += _selection(tokens)
        elif token == "{":
            found[-1].fields = _selection(tokens)
        elif token == "(":
            _skip(tokens)
        elif token.endswith(":"):
            alias = token[:-1]
        else:
            found.append(Field(token, alias or token, []))
            alias = ""
    return found


def _skip(tokens: Iterator[str]) -> None:
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(next(tokens), 0)


@dataclass
class Connection:
    """A list that is asked page by page."""

    nodes: list[Node] = field(default_factory=list)


@dataclass
class ShopifyShop(Scripted):
    """`held`: what -> nodes by id. `bucket`, `restore_rate`: its points. `inner_page`: most nodes of a nested page."""

    held: dict[str, dict[str, Node]] = field(
        default_factory=lambda: {"orders": {}, "customers": {}, "products": {}, "locations": {}}
    )
    bucket: float = 20_000
    restore_rate: float = 1000
    dearest: float = 1000
    inner_page: int = 50
    gone: set[str] = field(default_factory=set)
    seen_at: list[float] = field(default_factory=list)
    throttled: int = 0
    emptied: int = 0
    """So many calls find that another app of the shop took all points."""
    operations: list[Node] = field(default_factory=list)
    before_page: Callable[[int], None] = lambda _: None
    now: datetime | None = None
    _spent: float = 0
    _spent_at: float = field(default_factory=time.monotonic)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1001))
    pages: int = 0

    def __post_init__(self) -> None:
        self.handler = self._answer

    def answer(self, request: Request) -> Answer:
        """Remembers when it was asked."""
        self.seen_at.append(time.monotonic())
        return super().answer(request)

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/bulk/"):
            assert "X-Shopify-Access-Token" not in request.headers, "the key is for the shop alone"
            return Answer(200, self._file(request.path.rpartition("/")[2]))
        assert request.path == "/admin/api/2026-07/graphql.json"
        if request.headers.get("X-Shopify-Access-Token") != TOKEN:
            return _json({"errors": "[API] Invalid API key or access token"}, 401)
        asked = json.loads(request.body)
        try:
            cost = self._pay(asked)
            return _json({"data": self._data(asked["query"], asked["variables"]), "extensions": {"cost": cost}})
        except Refused as error:
            refusal = {"message": str(error), "extensions": {"code": error.code}}
            return _json({"errors": [refusal], "extensions": {"cost": self._cost(asked)}})

    def _cost(self, asked: Node) -> Node:
        back = (time.monotonic() - self._spent_at) * self.restore_rate
        left = min(self.bucket, self.bucket - self._spent + back)
        throttle = {"maximumAvailable": self.bucket, "currentlyAvailable": left, "restoreRate": self.restore_rate}
        return {"requestedQueryCost": 2 + 10 * asked["variables"].get("first", 1), "throttleStatus": throttle}

    def _pay(self, asked: Node) -> Node:
        cost = self._cost(asked)
        if cost["requestedQueryCost"] > self.dearest:
            raise Refused("MAX_COST_EXCEEDED", "Query cost exceeds the single query max cost limit")
        if self.emptied:
            self.emptied -= 1
            self._spent, self._spent_at = self.bucket, time.monotonic()
        left = self._cost(asked)["throttleStatus"]["currentlyAvailable"] - cost["requestedQueryCost"]
        if left < 0:
            self.throttled += 1
            raise Refused("THROTTLED", "Throttled")
        self._spent, self._spent_at = self.bucket - left, time.monotonic()
        cost["throttleStatus"]["currentlyAvailable"] = left
        return cost

    def _data(self, query: str, variables: Node) -> Node:
        (top,) = parse(query)
        if top.name == "bulkOperationRunQuery":
            return {top.name: self._run(variables["query"])}
        if top.name == "bulkOperations":
            return {top.name: {"nodes": [self._shown(one) for one in reversed(self.operations)]}}
        if top.name in ("node", "nodes"):
            ids = variables.get("ids") or [variables["id"]]
            found = [self._node(one, top.fields, variables) for one in ids]
            return {top.name: found if top.name == "nodes" else found[0]}
        return {top.name: self._page(top, variables)}

    def _page(self, top: Field, variables: Node) -> Node:
        self.pages += 1
        self.before_page(self.pages)
        found = self._found(top.name, variables.get("filter") or "")
        found = [node for node in found if _cursor(node) > (variables["after"] or "")]
        page = found[: variables["first"]]
        nodes = next(one for one in top.fields if one.name == "nodes")
        end = _cursor(page[-1]) if page else None
        return {
            "nodes": [self._project(node, nodes.fields) for node in page],
            "pageInfo": {"hasNextPage": len(found) > len(page), "endCursor": end},
        }

    def _found(self, what: str, searched: str) -> list[Node]:
        said = dict(re.findall(r"updated_at:([<>]=?)'([^']+)'", searched))
        tests = {
            ">": lambda at, limit: at > limit,
            ">=": lambda at, limit: at >= limit,
            "<=": lambda at, limit: at <= limit,
        }
        kept = [
            node
            for node in self.held[what].values()
            if all(tests[word](node["updatedAt"], limit) for word, limit in said.items())
        ]
        return sorted(kept, key=_cursor)

    def _node(self, gid: str, fields: list[Field], variables: Node) -> Node:
        for one in self.operations:
            if one["id"] == gid:
                return self._polled(one)
        for order in self.held["orders"].values():
            for node in (order, *order["fulfillments"]):
                if node["id"] == gid:
                    found: Node = self._project(node, fields, int(variables.get("after") or 0))
                    return found
        raise Refused("NOT_FOUND", gid)

    def _project(self, node: Any, fields: list[Field], after: int = 0) -> Any:
        """What was asked for of a node; connections and lists alike."""
        if isinstance(node, Connection):
            size = self.inner_page
            nodes = next(one for one in fields if one.name == "nodes")
            shown = node.nodes[after : after + size]
            page = {"hasNextPage": len(node.nodes) > after + size, "endCursor": str(after + size)}
            return {"nodes": [self._project(one, nodes.fields) for one in shown], "pageInfo": page}
        if isinstance(node, list) and fields:
            return [self._project(one, fields) for one in node]
        if not isinstance(node, dict) or not fields:
            return node
        for one in fields:
            if one.name in self.gone or one.alias not in node:
                kind = str(node.get("id", "?/?/?/?")).split("/")[3]
                raise Refused("undefinedField", f"Field '{one.name}' doesn't exist on type '{kind}'")
        return {one.alias: self._project(node[one.alias], one.fields, after) for one in fields}

    # Bulk operations

    def _run(self, query: str) -> Node:
        if any(one["status"] == "RUNNING" for one in self.operations):
            return {"bulkOperation": None, "userErrors": [{"message": "five operations are in progress already"}]}
        parse(query)
        gid = f"gid://shopify/BulkOperation/{len(self.operations) + 1}"
        at = self.now or datetime.now(UTC)
        made = {"id": gid, "status": "RUNNING", "createdAt": iso(at), "query": query, "errorCode": None}
        self.operations.append(made | {"lines": self._lines(query), "left": 1})
        return {"bulkOperation": {"id": gid}, "userErrors": []}

    def _polled(self, one: Node) -> Node:
        one["left"] -= 1
        if one["left"] < 0 and one["status"] == "RUNNING":
            one["status"] = "COMPLETED"
        return self._shown(one)

    def _shown(self, one: Node) -> Node:
        done = one["status"] == "COMPLETED" and one["lines"]
        return one | {"url": f"{self.url}/bulk/{one['id'].rpartition('/')[2]}" if done else None, "lines": None}

    def _file(self, number: str) -> bytes:
        return b"".join(json.dumps(line).encode() + b"\n" for line in self.operations[int(number) - 1]["lines"])

    def _lines(self, query: str) -> list[Node]:
        (top,) = parse(query)
        fields = top.fields[0].fields[0].fields  # edges { node {
        lines: list[Node] = []
        for node in self._found(top.name, query):
            nested = [one for one in fields if isinstance(node.get(one.name), Connection)]
            lines.append(self._project(node, [one for one in fields if one not in nested]))
            for one in nested:
                inner = one.fields[0].fields[0].fields
                parent = {"__parentId": node["id"]}
                lines += [self._project(child, inner) | parent for child in node[one.name].nodes]
        return lines

    # What happens in the shop

    def put(self, what: str, node: Node) -> Node:
        """A node as it is now."""
        self.held[what][node["id"]] = node
        return node

    def number(self) -> int:
        """An id nobody has yet."""
        return next(self._numbers)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cursor(node: Node) -> str:
    return f"{node.get('updatedAt', '')}|{node['id']}"


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
