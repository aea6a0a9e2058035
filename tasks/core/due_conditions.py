"""What a due file asks, taken from its own text: its joins, its conditions, its checks, and the columns they look at.

An explanation runs these very words again for one customer and shows which of them is not true, and the values it saw.
Nothing of a rule is written a second time. A due file is one select (docs/architecture.md), so parts on its outermost
level are found by counting brackets; what stands inside a bracket is never taken apart.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from tasks.core.errors import ConfigurationError
from tasks.core.queries import Statement, parse, without_comments

_STRING = re.compile(r"'(?:[^']|'')*'")
_CLAUSE = re.compile(r"\b(?:select|from|where|group by|order by|limit)\b")
_JOIN = re.compile(r"\b(?:left join|cross join|join)\b")
_AND = re.compile(r"\band\b")
_COMMA = re.compile(",")
_WINDOW = re.compile(r":(?:since|until|touched)\b")
_PARAMETER = re.compile(r"(?<!:):([a-z]\w*)")
_COLUMN = re.compile(r"\b[a-z]\w*\.[a-z]\w*\b(?!\()(?:\s*->>?\s*'\w+')*")
_INNER = re.compile(r"\b(?:from|join)\s+\w+\s+(?!on\b|using\b|where\b|join\b)(\w+)")
_SAYS_NOTHING = ("order_id", "customer_id", "subject_id", "shipment_id", "merged_ids", "ids")
"""Columns that only lead to what a condition looks at."""


@dataclass(frozen=True)
class Part:
    """A join, a condition or a check, in the due file's words. `columns`: `alias.column` of the joins it looks at."""

    text: str
    columns: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Its columns as `seen` names them."""
        return [_seen_as(column) for column in self.columns]

    @property
    def is_window(self) -> bool:
        """It compares the anchor with the window: not true means that what the touchpoint hangs on is not there."""
        return _WINDOW.search(self.text) is not None


@dataclass(frozen=True)
class Conditions:
    """The outermost select of one due file."""

    name: str
    given: str
    """`with …`, or nothing."""
    steps: tuple[Part, ...]
    """What it selects from, join by join."""
    conditions: tuple[Part, ...]
    """Of its where, joined by `and`; not the one that asks for a customer."""
    of_customer: str
    subject: str
    order: str
    checks: dict[str, Part]

    def reached(self, steps: int, without: int | None = None, order: bool = False) -> Statement:
        """Does the customer come through the first so many joins, less one of them? One row if so."""
        taken = [step for number, step in enumerate(self.steps[:steps]) if number != without]
        return self._statement(
            f"reached {steps} {without}", f"select 1 as yes{_from(taken)}\nwhere {self._whose(order)}\nlimit 1"
        )

    def found(self, order: bool = False) -> Statement:
        """Rows of the customer with nothing asked of them: `held` (each condition, in order) and `seen` (values)."""
        held = ", ".join(f"coalesce(({one.text}), false)" for one in self.conditions)
        seen = _object([column for one in self.conditions for column in one.columns])
        select = f"select array[{held}]::boolean[] as held, {seen} as seen{_from(self.steps)}"
        return self._statement("found", f"{select}\nwhere {self._whose(order)}")

    def looked_at(self, checks: frozenset[str]) -> Statement:
        """subject_id and `seen`, what these checks looked at, of the customer's due rows."""
        seen = _object([column for name, one in self.checks.items() if name in checks for column in one.columns])
        where = " and ".join([self.of_customer, *(one.text for one in self.conditions)])
        return self._statement(
            f"looked_at_{'_'.join(sorted(checks))}",
            f"select {self.subject} as subject_id, {seen} as seen{_from(self.steps)}\nwhere {where}",
        )

    def first_step(self, order: bool = False) -> int:
        """How many joins it takes until the customer can be asked for, and the order."""
        wanted = _aliases_in(self._whose(order))
        known: set[str] = set()
        for number, step in enumerate(self.steps, 1):
            known.add(_alias(step.text))
            if wanted <= known:
                return number
        return len(self.steps)

    def removable(self, steps: int, order: bool = False) -> list[int]:
        """Of the first so many joins those that nothing else of them, nor the customer, needs."""
        taken = [step.text for step in self.steps[:steps]]
        whose = _aliases_in(self._whose(order))
        return [
            number
            for number in range(1, steps)
            if not step_is_optional(taken[number])
            and (name := _alias(taken[number])) not in whose
            and all(name not in _aliases_in(other) for at, other in enumerate(taken) if at != number)
        ]

    def _whose(self, order: bool) -> str:
        return f"{self.of_customer} and {self.order} = :order_id" if order else self.of_customer

    def _statement(self, kind: str, select: str) -> Statement:
        body = f"{self.given}\n{select}"
        params = ", ".join(sorted(set(_PARAMETER.findall(_STRING.sub("''", body)))))
        return parse(f"due/{self.name} ({kind})", f"-- Params: {params or 'none'}\n{body}")


@cache
def conditions_of(due: Statement) -> Conditions:
    """Take a due file apart; raises ConfigurationError where its outermost select is not as the contract says."""
    body = without_comments(due.source).strip().rstrip(";")
    clauses = {name: at for at, name in reversed([(match.start(), match[0]) for match in _outermost(_CLAUSE, body)])}
    try:
        select, start, where = clauses["select"], clauses["from"], clauses["where"]
    except KeyError as error:
        raise ConfigurationError(f"sql/{due.name}.sql: no {error} on its outermost level") from None
    end = min([at for name, at in clauses.items() if at > where and name != "from"], default=len(body))
    steps = _parts(_JOIN, body[start + len("from") : where], keep=True)
    aliases = {_alias(step) for step in steps}
    asked = [Part(text, _columns(text, aliases)) for text in _parts(_AND, body[where + len("where") : end])]
    items = _items(body[select + len("select") : start])
    return Conditions(
        due.name.removeprefix("due/"),
        body[:select].strip(),
        tuple(Part(step, _columns(step, aliases)) for step in steps),
        tuple(one for one in asked if not _is_of_customer(one)),
        _of_customer(due, asked, items),
        items["subject_id"],
        items["order_id"],
        {name: Part(text, _columns(text, aliases)) for name, text in _checks(items["checks"])},
    )


def _of_customer(due: Statement, asked: list[Part], items: dict[str, str]) -> str:
    """The file's own condition on the customer; where only its inner selects have one, its column."""
    own = [one.text for one in asked if _is_of_customer(one)]
    if len(own) > 1:
        raise ConfigurationError(f"sql/{due.name}.sql: asks for the customer {len(own)} times on its outermost level")
    return own[0] if own else f"{items['customer_id']} = :customer_id"


def _is_of_customer(condition: Part) -> bool:
    """An inner select may narrow by the customer too, which is no condition of its own."""
    return ":customer_id" in condition.text and "select" not in condition.text


def _items(select: str) -> dict[str, str]:
    """Output column -> expression."""
    bare = re.sub(r"^\s*distinct on \([^)]*\)", "", select)
    return dict(_named(item) for item in _parts(_COMMA, bare))


def _named(item: str) -> tuple[str, str]:
    expression, separator, name = item.rpartition(" as ")
    if separator and re.fullmatch(r"\w+", name):
        return name, expression.strip()
    return item.rpartition(".")[2], item


def _checks(expression: str) -> Iterator[tuple[str, str]]:
    """name, condition of `json_build_object('name', condition, …)`."""
    inner = expression[expression.index("(") + 1 : expression.rindex(")")]
    words = _parts(_COMMA, inner)
    for name, condition in zip(words[::2], words[1::2], strict=True):
        yield name.strip("'"), condition


def _parts(separator: re.Pattern[str], text: str, keep: bool = False) -> list[str]:
    """Text between separators on its outermost level. `keep`: each separator begins the part after it."""
    cuts = [(match.start(), match.start() if keep else match.end()) for match in _outermost(separator, text)]
    starts, ends = [0, *(after for _, after in cuts)], [*(before for before, _ in cuts), len(text)]
    parts = [" ".join(text[start:end].split()) for start, end in zip(starts, ends, strict=True)]
    return [part for part in parts if part]


def _outermost(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Matches outside of brackets, strings and case … end."""
    bare = _STRING.sub(lambda match: "_" * len(match[0]), text)
    depth = [0] * (len(bare) + 1)
    for at, letter in enumerate(bare):
        depth[at + 1] = depth[at] + (letter == "(") - (letter == ")") + (letter == "[") - (letter == "]")
    inside = [0] * (len(bare) + 1)
    for match in re.finditer(r"\b(?:case|end)\b", bare):
        step = 1 if match[0] == "case" else -1
        for at in range(match.start(), len(inside)):
            inside[at] += step
    for match in pattern.finditer(bare):
        if depth[match.start()] == 0 and inside[match.start()] == 0:
            yield match


def _alias(step: str) -> str:
    """The name a join gives to what it joins."""
    text = re.sub(r"^(?:left join|cross join|join)\b", "", step).strip()
    text = re.sub(r"^lateral\b", "", text).strip()
    if (opening := text.find("(")) == 0 or re.match(r"\w+\(", text):
        text = _after_bracket(text[opening:]).strip()
        return re.sub(r"^as\b", "", text).split()[0].partition("(")[0]
    words = text.split()
    return words[1] if len(words) > 1 and words[1] not in ("on", "using") else words[0]


def _after_bracket(text: str) -> str:
    depth = 0
    for at, letter in enumerate(_STRING.sub(lambda match: "_" * len(match[0]), text)):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[at + 1 :]
    return ""


def step_is_optional(step: str) -> bool:
    """It takes no row away."""
    return step.startswith("left join")


def _from(steps: Iterable[Part]) -> str:
    return "\nfrom " + "\n".join(step.text for step in steps)


def _aliases_in(text: str) -> set[str]:
    return {column.split(".")[0] for column in _COLUMN.findall(_STRING.sub("''", text))}


def _columns(text: str, aliases: set[str]) -> tuple[str, ...]:
    """What of the joins a condition looks at; a name that one of its inner selects gives anew is not of them."""
    outer = aliases - set(_INNER.findall(text))
    found = [" ".join(one.split()) for one in _COLUMN.findall(text)]
    kept = [one for one in found if one.split(".")[0] in outer and one.split(".")[1] not in _SAYS_NOTHING]
    return tuple(dict.fromkeys(kept))


def _object(columns: list[str]) -> str:
    """A JSON object of columns by name: `f.money ->> 'total'` is `f.money.total`."""
    named = {_seen_as(column): column for column in columns}
    pairs = ", ".join(f"('{name}', to_jsonb({column}))" for name, column in named.items())
    of_pairs = f"(select jsonb_object_agg(k, v) from (values {pairs}) seen (k, v))"  # noqa: S608  # the due file's words
    return of_pairs if pairs else "'{}'::jsonb"


def _seen_as(column: str) -> str:
    return re.sub(r"\s*->>?\s*'(\w+)'", r".\1", column)
