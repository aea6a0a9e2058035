"""The tables of touchpoints in README.md and README.ja.md, made from the declarations.

`python -m tasks.core.touchpoint_table` writes them between their markers; a test fails while a README disagrees.
"""

from tasks.core.domain import ChannelName, Mode, TouchpointClass
from tasks.core.readme import JAPANESE, README, between
from tasks.core.touchpoints import Touchpoint, load_all

START, END = "<!-- touchpoints: made by `python -m tasks.core.touchpoint_table` -->", "<!-- /touchpoints -->"
_CLASSES = {
    TouchpointClass.TRANSACTIONAL: "取引",
    TouchpointClass.SERVICE: "サービス",
    TouchpointClass.MARKETING: "販促",
}
_MODES = {Mode.DRAFT: "下書き", Mode.APPROVAL: "承認して送る", Mode.LIVE: "自動"}
_CHANNELS = {
    ChannelName.EMAIL: "メール",
    ChannelName.LINE: "LINE",
    ChannelName.SMS: "SMS",
    ChannelName.PUSH: "アプリ",
    ChannelName.POSTCARD: "はがき",
    ChannelName.INSERT: "同梱物",
}


def table() -> str:
    """One row a touchpoint, in English: name, class, what it is for, channels, mode."""
    rows = [
        f"| `{one.name}` | {one.touchpoint_class} | {one.purpose} | {', '.join(one.channels)} | {one.mode} |"
        for one in _in_order()
    ]
    return "\n".join(["| Touchpoint | Class | What it is for | Channels | Mode |", "|---|---|---|---|---|", *rows])


def japanese_table() -> str:
    """The same in Japanese, with titles."""
    rows = [
        f"| `{one.name}` | {one.title.partition(' / ')[0]} | {_CLASSES[one.touchpoint_class]} "
        f"| {'、'.join(_CHANNELS[channel] for channel in one.channels)} | {_MODES[one.mode]} |"
        for one in _in_order()
    ]
    return "\n".join(["| 名前 | お知らせ | 区分 | 届け方 | 送り方 |", "|---|---|---|---|---|", *rows])


def written(text: str) -> str:
    """README.md with its table made anew."""
    return between(text, START, END, table())


def written_japanese(text: str) -> str:
    """README.ja.md with its table made anew."""
    return between(text, START, END, japanese_table())


def _in_order() -> list[Touchpoint]:
    """As they go before each other: T before S before M, then by priority."""
    classes = list(_CLASSES)
    return sorted(load_all().values(), key=lambda one: (classes.index(one.touchpoint_class), -one.priority, one.name))


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
    JAPANESE.write_text(written_japanese(JAPANESE.read_text(encoding="utf-8")), encoding="utf-8")
