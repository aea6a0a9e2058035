"""`todoke listen`: providers' events, one-click unsubscribe (RFC 8058), preference and photo pages over HTTP.

A GET never changes anything: mail scanners open every link. Whatever is answered with 2xx is committed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tasks.core import preferences
from tasks.core.accounts import OrderEventSettings
from tasks.core.brand import load_brand
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DatabaseUnreachable, FeedbackRefused, StoreError
from tasks.core.mentions import mention_of, record_permission
from tasks.core.preference_pages import PreferencePages
from tasks.core.preferences import Person, choice, events, read_person
from tasks.core.settings import Settings
from tasks.core.tokens import OptOut, Photo
from tasks.feedback import PARSERS
from tasks.feedback.base import MAX_BODY, Incoming, needed, same
from tasks.feedback.one_click import opt_out_of, photo_of
from tasks.feedback.receive import Receiver
from tasks.oms import order_webhooks
from tasks.tracking import webhooks

_log = logging.getLogger(__name__)
STATUS = {"malformed": 400, "too_large": 413, "no_such_path": 404}
"""Reason of a refusal -> HTTP status; anything else is 403."""
ANSWERS = {"yes": True, "no": False}
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
}


@dataclass(frozen=True)
class Listener:
    """The app's routes."""

    receiver: Receiver
    pages: PreferencePages
    zone: ZoneInfo
    """The shop's: which day it is."""
    settings: Settings

    order_placed: Callable[[], None] | None = None
    """Tells the express lane of a new order; None: nobody runs one."""

    def app(self) -> Starlette:
        """The ASGI application."""
        paths = [*(path for path in PARSERS if path != "/unsubscribe"), *webhooks.WEBHOOKS, *order_webhooks.WEBHOOKS]
        heard = [Route(path, self.event, methods=["POST"]) for path in paths]
        return Starlette(
            routes=[
                *heard,
                Route("/orders/placed", self.placed, methods=["POST"]),
                Route("/unsubscribe", self.unsubscribe, methods=["GET", "POST"]),
                Route("/preferences", self.preferences, methods=["GET", "POST"]),
                Route("/photo", self.photo, methods=["GET", "POST"]),
                Route("/health", self.health, methods=["GET"]),
            ]
        )

    async def health(self, _request: Request) -> Response:
        """Is the database there?"""
        return await run_in_threadpool(self._health)

    def _health(self) -> Response:
        try:
            with self.receiver.database.transaction():
                return PlainTextResponse("ok")
        except DatabaseUnreachable as error:
            return PlainTextResponse(str(error), 503)

    async def event(self, request: Request) -> Response:
        """What a provider says of messages, or a carrier of parcels."""
        return await run_in_threadpool(self._event, await read(request))

    def _event(self, incoming: Incoming) -> Response:
        try:
            self._take(incoming)
        except FeedbackRefused as error:
            return PlainTextResponse(f"{error.reason}: {error}", STATUS.get(error.reason, 403))
        except (ConfigurationError, DatabaseUnreachable, StoreError) as error:
            _log.error("not taken: %s", error)
            return PlainTextResponse("not taken, come again later", 503, {"Retry-After": "60"})
        return PlainTextResponse("ok")

    def _take(self, incoming: Incoming) -> None:
        take = self._taker(incoming)
        try:
            take(incoming)
        except FeedbackRefused as error:
            if take != self.receiver.receive:  # which counts itself
                self.receiver.count(webhooks.source_of(incoming), error)
            raise

    def _taker(self, incoming: Incoming) -> Callable[[Incoming], object]:
        path = urlsplit(incoming.path).path
        if path in order_webhooks.WEBHOOKS:
            return self._take_order
        if webhooks.is_tracking(incoming):
            return partial(webhooks.receive, self.receiver.database)
        return self.receiver.receive

    def _take_order(self, incoming: Incoming) -> None:
        """What a shop's webhook says; the express lane is told of an order."""
        if order_webhooks.receive(self.settings, incoming) and self.order_placed:
            self.order_placed()

    async def placed(self, request: Request) -> Response:
        """An order system says that an order was placed. Which one it is read from the order system itself."""
        return await run_in_threadpool(self._placed, await read(request))

    def _placed(self, incoming: Incoming) -> Response:
        try:
            token = needed(OrderEventSettings().token, "TODOKE_ORDERS_TOKEN")
            if not same(incoming.header("authorization"), f"Bearer {token}"):
                raise FeedbackRefused("forged", "the token is not ours")
        except ConfigurationError as error:
            _log.error("not taken: %s", error)
            return PlainTextResponse("not taken: no token is set here", 503)
        except FeedbackRefused as error:
            self.receiver.count("orders", error)
            return PlainTextResponse(f"{error.reason}: {error}", STATUS.get(error.reason, 403))
        if self.order_placed is None:
            return PlainTextResponse("not taken: no express lane here", 503)
        self.order_placed()
        return PlainTextResponse("ok", 202)

    async def unsubscribe(self, request: Request) -> Response:
        """GET asks, POST does: a person's button and a mailbox provider's one click are the same POST."""
        return await run_in_threadpool(self._unsubscribe, await read(request), request.method, _language(request))

    def _unsubscribe(self, incoming: Incoming, method: str, language: str) -> Response:
        try:
            opt_out = opt_out_of(incoming, self.receiver.trust)
        except FeedbackRefused as error:
            return self._no_link(incoming, language, error)
        if method == "POST":
            self.receiver.receive(incoming)
        person = self._person(opt_out)
        shown = language or (person.language if person else "ja")
        page = self.pages.unsubscribe(_token(incoming), shown, person is not None, done=method == "POST")
        return HTMLResponse(page, headers=PRIVATE)

    async def preferences(self, request: Request) -> Response:
        """GET shows, POST saves and shows what counts now."""
        return await run_in_threadpool(self._preferences, await read(request), request.method, _language(request))

    def _preferences(self, incoming: Incoming, method: str, language: str) -> Response:
        try:
            opt_out = opt_out_of(incoming, self.receiver.trust)
        except FeedbackRefused as error:
            return self._no_link(incoming, language, error)
        person = self._person(opt_out)
        if person is None:
            return self._no_link(incoming, language, FeedbackRefused("unknown_customer", "nobody has this id any more"))
        if method != "POST":
            return self._page(incoming, person, language)
        try:
            self._save(incoming, person, opt_out)
        except ValueError:
            return self._page(incoming, person, language, wrong_birthday=True)
        after = self._person(opt_out) or person
        changed = after.language != person.language
        return self._page(incoming, after, after.language if changed else language, saved=True)

    def _save(self, incoming: Incoming, person: Person, opt_out: OptOut) -> None:
        chosen = choice(_form(incoming), person, incoming.received_at.astimezone(self.zone).date())
        self.receiver.keep(events(person, chosen, opt_out, incoming.received_at))

    def _page(
        self, incoming: Incoming, person: Person, language: str, saved: bool = False, wrong_birthday: bool = False
    ) -> Response:
        today = incoming.received_at.astimezone(self.zone).date()
        shown = language or person.language
        page = self.pages.preferences(_token(incoming), shown, person, today, saved, wrong_birthday)
        return HTMLResponse(page, 422 if wrong_birthday else 200, PRIVATE)

    async def photo(self, request: Request) -> Response:
        """May the shop show the photo of a post? GET asks, POST answers."""
        return await run_in_threadpool(self._photo, await read(request), request.method, _language(request))

    def _photo(self, incoming: Incoming, method: str, language: str) -> Response:
        try:
            asked = photo_of(incoming, self.receiver.trust)
        except FeedbackRefused as error:
            return self._no_link(incoming, language, error)
        mention = self._mention(asked)
        if mention is None:
            return self._no_link(incoming, language, FeedbackRefused("unknown_mention", "this post is gone"))
        answer = _form(incoming).get("answer", [""])[0] if method == "POST" else ""
        if answer in ANSWERS:
            self._answer(asked, ANSWERS[answer])
            mention |= {"given": ANSWERS[answer]}
        person = self._person(OptOut(asked.customer_id, "", None))
        shown = language or (person.language if person else "ja")
        return HTMLResponse(self.pages.photo(_token(incoming), shown, mention, answer in ANSWERS), headers=PRIVATE)

    def _answer(self, asked: Photo, given: bool) -> None:
        by, proof = f"customer {asked.customer_id}", "link of the mail"
        record_permission(
            self.receiver.database, self.receiver.secret, asked.mention_id, given, by, proof, preferences.PROVIDER
        )

    def _mention(self, asked: Photo) -> dict[str, Any] | None:
        """The post of a link, while it is still that customer's."""
        with self.receiver.database.transaction() as connection:
            found = mention_of(connection, asked.mention_id)
        return found if found and asked.customer_id in (found["customer_id"], found["person_id"]) else None

    def _no_link(self, incoming: Incoming, language: str, error: FeedbackRefused) -> Response:
        self.receiver.count("link", error)
        return HTMLResponse(self.pages.no_link(_token(incoming), language or "ja"), 404, PRIVATE)

    def _person(self, opt_out: OptOut) -> Person | None:
        with self.receiver.database.transaction() as connection:
            return read_person(connection, opt_out.customer_id, opt_out.address_key)


def _token(incoming: Incoming) -> str:
    given = parse_qs(incoming.path.partition("?")[2]).get("t", [""])[0]
    return given[:1000]


def _form(incoming: Incoming) -> dict[str, list[str]]:
    return parse_qs(incoming.body.decode("utf-8", "replace"), max_num_fields=200)


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return asked if asked in ("ja", "en") else ""


async def read(request: Request) -> Incoming:
    """The request, no more of its body than one byte too many."""
    body = b""
    async for part in request.stream():
        body += part[: MAX_BODY + 1 - len(body)]
    query = request.scope["query_string"].decode("latin-1")
    path = request.url.path + (f"?{query}" if query else "")
    return Incoming(path, {name.lower(): value for name, value in request.headers.items()}, body, datetime.now(UTC))


def listener(
    receiver: Receiver, public_url: str, settings: Settings, order_placed: Callable[[], None] | None = None
) -> Listener:
    """The listener of this installation's brand. `public_url`: what its pages link to."""
    brand = load_brand()
    return Listener(receiver, PreferencePages(brand, public_url), brand.calendar.timezone, settings, order_placed)


def serve(settings: Settings, database: Database, host: str, port: int, order_placed: Callable[[], None]) -> None:
    """Listen until stopped (SIGINT, SIGTERM). `order_placed`: called for each order an order system tells of."""
    receiver = Receiver.of(settings, database)
    receiver.settle()
    app = listener(receiver, settings.listen_url or f"http://{host}:{port}", settings, order_placed).app()
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=10)
