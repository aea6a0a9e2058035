"""A simulation as one HTML file: nothing is fetched, plots are inline SVG, readable on a phone and in the dark."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import ceil, log10

from tasks.core.brand import load_brand
from tasks.core.touchpoints import load_all
from tasks.proof.simulate_report import Report, Use

CLASSES = {"T": "transactional", "S": "service", "M": "marketing"}
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 360, 190, 40, 22, 8
_TALL = _HEIGHT - _BOTTOM - _TOP
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff;
  --T: #0b6bcb; --S: #2a8a4a; --M: #c2570c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa5b1; --line: #3a424c; --paper: #0f1318;
    --T: #5aa9f5; --S: #57c27a; --M: #f2994a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 760px; padding: 16px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", sans-serif; }
h1 { font-size: 1.3rem; margin: 0 0 4px; }
h2 { font-size: 1.05rem; margin: 28px 0 8px; }
p, li { margin: 4px 0; }
small, .soft { color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85rem; }
td, th { padding: 4px 6px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; }
td.n { white-space: nowrap; }
.bar { height: 8px; border-radius: 2px; min-width: 1px; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .3em 0 .9em; }
.scroll { overflow-x: auto; }
"""


def page(found: Report) -> str:
    """The whole file."""
    section = load_brand().section(None)
    title = f"{section.name.ja} {section.name.en}: {found.days} days to come"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{found.messages:,} messages; {found.orders:,} orders to come, drawn from the shop's own past.</p>",
        f"<p>From {found.began_at:%Y-%m-%d %H:%M} UTC, {found.step_hours:g} h a step, seed {found.seed}.</p>",
        "<p>Nothing was sent.</p>",
        "<h2>Messages a day</h2>", _legend(), _days(found.by_day),
        f"<h2>Messages by hour of the day</h2>{_hours(found.by_hour)}<p class=soft>{escape(busiest(found))}</p>",
        "<h2>Touchpoints</h2>", _touchpoints(found),
        "<h2>Held, by what held it first</h2>", _reasons(found.held),
        *(["<h2>For a person to approve</h2>", _reasons(found.approvals)] if found.approvals else []),
        "<h2>Channels</h2>", _table(*channel_rows(found)),
        "<h2>Beside the recorded past, a day</h2>", _table(*calibration_rows(found)),
        "<h2>Drawn from</h2>", _table(["", "n"], [[name, f"{n:,}"] for name, n in found.n.items()]),
        "<h2>What these figures do not hold</h2><ul>", *(f"<li>{escape(note)}</li>" for note in found.notes), "</ul>",
    ]  # fmt: skip
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


# Rows that the terminal shows too


def busiest(found: Report) -> str:
    """The fullest hour in a sentence."""
    most = found.busiest
    if not most["messages"]:
        return "Nothing left."
    first = ", ".join(f"{name} {n:,}" for name, n in list(most["touchpoints"].items())[:3])
    return f"Busiest: {most['day']} {most['hour']:02}:00, {most['messages']:,} messages ({first})."


def channel_rows(found: Report) -> tuple[list[str], list[list[str]]]:
    """Messages, quota, cost and load of each channel."""
    head = ["channel", "messages", "fullest month", "cost", "busiest hour", "at the account's rate"]
    return head, [_channel(one) for one in found.channels]


def _channel(one: Use) -> list[str]:
    quota = f" of {one.quota:,} ({one.fullest / one.quota:.0%})" if one.quota else ", no quota known"
    cost = f"{float(one.cost):,.0f} {one.currency}" if one.cost is not None else "price unknown"
    rate = f"{one.busiest / one.rate / 60:.1f} min" if one.rate else "no rate set"
    return [one.channel, f"{one.messages:,}", f"{one.fullest:,}{quota}", cost, f"{one.busiest:,}", rate]


def calibration_rows(found: Report) -> tuple[list[str], list[list[str]]]:
    """Recorded beside simulated, each a day."""
    one = found.calibration
    rows = [["orders", f"{one.orders_recorded:,.1f}", f"{one.orders_simulated:,.1f}"]]
    recorded = f"{one.messages_recorded:,.1f}" if one.told else f"too few days (n = {one.days:g})"
    rows.append(["messages", recorded, f"{one.messages_simulated:,.1f}"])
    rows += [[name, f"{past:,.1f}", f"{come:,.1f}"] for name, (past, come) in one.touchpoints.items()]
    return ["", f"recorded ({one.days:g} days, {one.hours} runs)", f"simulated ({found.days} days)"], rows


# Plots


def _legend() -> str:
    keys = (f'<span class=key style="background:var(--{one})"></span>{name}' for one, name in CLASSES.items())
    return f"<p><small>{''.join(keys)}</small></p>"


def _days(by_day: Mapping[str, Mapping[str, int]]) -> str:
    bars = [(day[5:], [(kind, counts.get(kind, 0)) for kind in CLASSES]) for day, counts in by_day.items()]
    return _bars(bars, "messages a day, by class")


def _hours(by_hour: Mapping[int, int]) -> str:
    return _bars([(f"{hour}", [("T", n)]) for hour, n in by_hour.items()], "messages by hour of the day")


def _bars(bars: Sequence[tuple[str, Sequence[tuple[str, int]]]], label: str) -> str:
    """Stacked bars; every bar has a tooltip, about six have a label."""
    most = nice(max((sum(n for _, n in parts) for _, parts in bars), default=1))
    width = (_WIDTH - _LEFT) / max(len(bars), 1)
    shapes = [_grid(share, most) for share in (0, 0.5, 1)]
    for place, (name, parts) in enumerate(bars):
        x = _LEFT + place * width
        shapes += _bar(x + width * 0.1, width * 0.8, name, parts, most)
        if place % max(1, ceil(len(bars) / 6)) == 0:
            shapes.append(f'<text x="{x + width / 2:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(name)}</text>')
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(shapes)}</svg>'


def _bar(x: float, width: float, name: str, parts: Sequence[tuple[str, int]], most: int) -> Iterable[str]:
    told = ", ".join(f"{n:,} {CLASSES[kind]}" if len(parts) > 1 else f"{n:,}" for kind, n in parts)
    y = float(_HEIGHT - _BOTTOM)
    for kind, n in parts:
        tall = n / most * _TALL
        y -= tall
        shape = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{tall:.1f}" style="fill:var(--{kind})"'
        yield f"<rect {shape}><title>{escape(name)}: {told}</title></rect>"


def _grid(share: float, most: int) -> str:
    y = _TOP + _TALL * (1 - share)
    line = f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" style="stroke:var(--line)"/>'
    return f'{line}<text x="{_LEFT - 4}" y="{y + 4:.1f}" text-anchor="end">{most * share:,.0f}</text>'


def nice(most: int) -> int:
    """The end of an axis: 1, 2, 4, 6 or 10 times a power of ten, not below `most`."""
    scale = 10 ** int(log10(max(most, 1)))
    return int(next(scale * step for step in (1, 2, 4, 6, 10) if scale * step >= most)) or 1


# Tables


def _touchpoints(found: Report) -> str:
    most = max((sum(counts.values()) for counts in found.touchpoints.values()), default=1)
    rows = []
    for name in sorted(load_all(), key=lambda one: (-sum(found.touchpoints.get(one, {}).values()), one)):
        counts = found.touchpoints.get(name, {})
        n = sum(counts.values())
        kind = load_all()[name].touchpoint_class
        bar = f'<div class=bar style="width:{n / most:.1%};background:var(--{kind})"></div>' if n else ""
        by = ", ".join(f"{channel} {count:,}" for channel, count in counts.items()) if len(counts) > 1 else ""
        rows.append(f"<tr><td>{name}<br><small>{by}</small>{bar}</td><td class=n>{n:,}</td></tr>")
    return f"<table><tr><th>touchpoint</th><th class=n>messages</th></tr>{''.join(rows)}</table>"


def _reasons(held: Mapping[str, Mapping[str, int]]) -> str:
    def most(counts: Mapping[str, int]) -> str:
        return ", ".join(f"{name} {n:,}" for name, n in list(counts.items())[:6])

    rows = [[name.replace("_", " "), f"{sum(counts.values()):,}", most(counts)] for name, counts in held.items()]
    return _table(["reason", "messages", "most of them"], rows) if rows else "<p>None.</p>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    def line(cells: Iterable[str], tag: str) -> str:
        shown = (f"<{tag}{' class=n' if place == 1 else ''}>{escape(cell)}</{tag}>" for place, cell in enumerate(cells))
        return f"<tr>{''.join(shown)}</tr>"

    return f"<div class=scroll><table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table></div>"
