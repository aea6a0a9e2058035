"""Finds promotion that a person without consent would see.

Follow-up mail that carries advertising needs prior consent in Japan (特定商取引法 12-3), even to customers. So class
T and S templates may promote only inside `{% if consent %}`. The templates are parsed, not rendered: a branch that no
sample reaches is seen as well.
"""

import re
from collections.abc import Iterator

from jinja2 import Environment, nodes

_WORDS = re.compile(
    r"クーポン|セール|キャンペーン|ポイントアップ|お買い得|期間限定|おすすめ|新着|新商品|プレゼント企画"
    r"|\bcoupons?\b|\bsale\b|\bspecial offers?\b|% off\b|\bdiscount codes?\b|\bpromo(?:tion)?s?\b|\bnew arrivals?\b"
    r"|\byou (?:may|might) also like\b|\brecommended for you\b|data-promotion",
    re.IGNORECASE,
)
_MARKERS = frozenset({"promotion", "coupon"})
"""Names that are promotion whatever their text: `blocks.promotion()`, `shop.promotion.…`, `coupon`."""


def unguarded(source: str) -> list[str]:
    """Promotional words and blocks of a template that are not inside `{% if consent %}`, with their line."""
    return [f"line {line}: {what}" for line, what in _walk(Environment(autoescape=True).parse(source))]


def _walk(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.If | nodes.CondExpr) and _asks_consent(node.test):
        for rest in _otherwise(node):
            yield from _walk(rest)
        return
    yield from _found(node)
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _otherwise(node: nodes.If | nodes.CondExpr) -> list[nodes.Node]:
    if isinstance(node, nodes.If):
        return [*node.elif_, *node.else_]
    return [node.expr2] if node.expr2 else []


def _asks_consent(test: nodes.Node) -> bool:
    """`consent`, or `consent and …`; an `or` would let others in."""
    if isinstance(test, nodes.And):
        return _asks_consent(test.left) or _asks_consent(test.right)
    return isinstance(test, nodes.Name) and test.name == "consent"


def _found(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Getattr) and node.attr in _MARKERS:
        yield node.lineno, node.attr
    if isinstance(node, nodes.Name) and node.name in _MARKERS:
        yield node.lineno, node.name
    if isinstance(node, nodes.TemplateData):
        yield from ((node.lineno, match[0]) for match in _WORDS.finditer(node.data))
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield from ((node.lineno, match[0]) for match in _WORDS.finditer(node.value))
