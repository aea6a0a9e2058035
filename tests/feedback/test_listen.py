"""Unsubscribe (RFC 8058) and the preference page, over real HTTP: a GET changes nothing, a POST at once."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.feedback import Event, Kind
from tasks.core.tokens import OptOut, unsubscribe_token
from tests.feedback.conftest import KEY, LINKS, Heard, customer

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
OFFERED = {
    *("thank_you", "how_to", "check_in", "satisfaction_survey", "product_update"),
    *("warranty_reminder", "maintenance_reminder", "review_request", "replenishment", "second_order_offer"),
    *("cross_sell", "birthday", "anniversary", "win_back", "referral"),
}
"""What a customer may refuse: every touchpoint that is not transactional."""
MULTIPART = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


def everything(heard: Heard) -> list[Any]:
    """All that a request could change."""
    tables = ("feedback", "suppression", "consents", "preference", "tickets", "load")
    return [heard.rows(f"select count(*) from {table}") for table in tables]  # noqa: S608


def no_to(heard: Heard) -> list[Any]:
    """(customer, channel, topic, source) of every no on record."""
    return heard.rows("select customer_id, channel, topic, source from consents where not granted order by 1, 2, 3")


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
def test_looking_changes_nothing(heard: Heard, page: str) -> None:
    """Link scanners open every link of a mail."""
    customer(heard.database)
    before = everything(heard)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        heard.client.request(method, f"/{page}", params={"t": heard.link()})
    answer = heard.client.get(f"/{page}", params={"t": heard.link(), ONE_CLICK.split("=")[0]: "One-Click"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert '<form method="post"' in answer.text
    assert everything(heard) == before


@pytest.mark.parametrize(("kind", "body"), [(FORM, ONE_CLICK), ("multipart/form-data; boundary=b", MULTIPART)])
def test_one_click_opts_out_at_once(heard: Heard, kind: str, body: str) -> None:
    customer(heard.database)
    for _ in range(2):
        answer = heard.client.post(
            "/unsubscribe", params={"t": heard.link()}, content=body, headers={"Content-Type": kind}
        )
        assert (answer.status_code, "配信を停止しました" in answer.text) == (200, True)
    assert heard.rows("select address_key, scope, reason, source from suppression") == [
        (KEY, "marketing", "unsubscribed", "feedback:one-click")
    ]
    assert set(no_to(heard)) == {("C-O-1", "email", "marketing", "feedback:one-click")}


def test_the_address_of_the_mail_is_opted_out_even_where_the_customer_has_another(heard: Heard) -> None:
    customer(heard.database, key="key:new")
    heard.client.post("/unsubscribe", params={"t": heard.link(key="key:old")}, content=ONE_CLICK)
    assert heard.rows("select address_key from suppression") == [("key:old",)]
    assert no_to(heard) == [("C-O-1", "email", "marketing", "feedback:one-click")]


def test_somebody_erased_can_still_opt_out(heard: Heard) -> None:
    answer = heard.client.post("/unsubscribe", params={"t": heard.link("C-gone")}, content=ONE_CLICK)
    assert (answer.status_code, "/preferences" in answer.text) == (200, False)
    assert heard.suppressed() == [("marketing", "unsubscribed")]


def test_links_of_the_key_before_open_and_others_do_not(heard: Heard) -> None:
    customer(heard.database)
    good, older = heard.link(), heard.link(secret=LINKS[1])
    for token in (good, older):
        assert heard.client.get("/preferences", params={"t": token}).status_code == 200
    changed = good[:-3] + ("AAA" if good[-3:] != "AAA" else "BBB")
    for token in (changed, good[:40], "", "💌", heard.link(secret=b"a stranger's"), "A" * 2000):
        for page in ("unsubscribe", "preferences"):
            for method in ("GET", "POST"):
                answer = heard.client.request(method, f"/{page}", params={"t": token})
                assert (answer.status_code, "このリンクは使えません" in answer.text) == (404, True)
    assert heard.kinds() == []
    assert heard.refused() == {"link:forged": 24}


def test_a_token_names_neither_customer_nor_topic(heard: Heard) -> None:
    assert heard.link() == heard.link()
    assert len({heard.link(), heard.link(topic="replenishment"), heard.link("C-O-2"), heard.link(key="other")}) == 4
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,200}", heard.link())
    assert "C-O-1" not in heard.link()


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page's first form."""
    form = page.partition('action="')[2]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", form.partition("</form>")[0]):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given["type"] == "date" or tag.endswith(" checked>"):
            found.setdefault(given["name"], []).append(given["value"])
    return found


def save(heard: Heard, lang: str = "", **changes: list[str]) -> Any:
    """Open the page, change some fields, press save."""
    asked = {"t": heard.link()} | ({"lang": lang} if lang else {})
    form = fields(heard.client.get("/preferences", params=asked).text) | changes
    return heard.client.post(
        "/preferences", params=asked, content=urlencode(form, doseq=True), headers={"Content-Type": FORM}
    )


def test_saving_what_is_there_changes_nobodys_consent(heard: Heard) -> None:
    customer(heard.database, line_user_id="U1", locale="en-GB")
    assert "Your preferences are saved." in save(heard).text
    assert heard.rows("select count(*) from consents") == [(1,)]
    assert heard.suppressed() == []
    assert heard.rows("select language, preferred_channel, birthday, paused_until from preference") == [
        ("en", "email", None, None)
    ]


def test_every_choice_is_recorded_and_shown_again(heard: Heard) -> None:
    customer(heard.database, line_user_id="U1", phone="+819000000000", locale="ja")
    before = datetime.now(UTC)
    page = save(
        heard,
        topic=["thank_you", "replenishment"],
        channel=["sms"],
        preferred=["line"],
        language=["en"],
        birthday=["1990-05-17"],
        pause=["1"],
    ).text
    assert ('lang="en"' in page, "Your preferences are saved." in page, "TANJOBI300" in page) == (True, True, True)
    told = {(channel, topic) for _, channel, topic, _ in no_to(heard)}
    others = OFFERED - {"thank_you", "replenishment"}
    assert told == {("line", "all"), *(("email", topic) for topic in others)}
    assert {source for *_, source in no_to(heard)} == {"feedback:page"}
    [(language, preferred, birthday, until)] = heard.rows(
        "select language, preferred_channel, birthday::text, paused_until from preference"
    )
    assert (language, preferred, birthday) == ("en", "line", "1990-05-17")
    assert timedelta(days=29) < until - before < timedelta(days=31)
    shown = fields(page)
    assert shown["topic"] == ["thank_you", "replenishment"]
    assert (shown["channel"], shown["preferred"], shown["language"]) == (["sms"], ["line"], ["en"])
    assert (shown["birthday"], shown["pause"]) == (["1990-05-17"], ["1"])
    assert heard.rows("select language, preferred_channel, recipient ->> 'locale' from contactable") == [
        ("en", "line", "en")
    ]
    save(heard, pause=[], topic=["thank_you", "replenishment", "how_to"])
    assert heard.rows("select paused_until from preference") == [(None,)]
    newest = "select topic, granted from consents where source = 'feedback:page' order by at desc limit 1"
    assert heard.rows(newest) == [("how_to", True)]


def test_no_to_marketing_and_yes_again(heard: Heard) -> None:
    customer(heard.database)
    assert "checked" in save(heard, marketing=[]).text
    assert heard.suppressed() == [("marketing", "unsubscribed")]
    assert no_to(heard) == [("C-O-1", "email", "marketing", "feedback:page")]
    assert "marketing" not in fields(heard.client.get("/preferences", params={"t": heard.link()}).text)
    save(heard, marketing=["1"])
    assert heard.suppressed() == []
    assert fields(heard.client.get("/preferences", params={"t": heard.link()}).text)["marketing"] == ["1"]


def test_a_yes_on_the_page_lifts_no_complaint(heard: Heard) -> None:
    customer(heard.database)
    heard.receiver.keep([Event("ses", "1", Kind.COMPLAINED, datetime.now(UTC), address_key=KEY)])
    save(heard, marketing=["1"])
    assert heard.suppressed() == [("all", "complained")]


@pytest.mark.parametrize("birthday", ["2999-01-01", "1899-01-01", "1900-01-01", "yesterday", "1990-13-40"])
def test_an_impossible_birthday_saves_nothing(heard: Heard, birthday: str) -> None:
    customer(heard.database)
    answer = save(heard, birthday=[birthday], marketing=[])
    assert (answer.status_code, 'role="alert"' in answer.text, heard.kinds()) == (422, True, [])


def test_words_nobody_offered_are_dropped(heard: Heard) -> None:
    """A forged form can refuse no transactional topic, nor reach a channel without an address."""
    customer(heard.database)
    save(heard, topic=["shipped", "<script>"], channel=["line"], preferred=["line"], language=["fr"])
    assert {topic for _, _, topic, _ in no_to(heard)} == OFFERED
    assert heard.rows("select language, preferred_channel from preference") == [("ja", None)]


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_pages_need_no_script_and_say_their_language(heard: Heard, page: str, lang: str) -> None:
    customer(heard.database, name="<script>alert(1)</script>", email='"<b>x"@example.invalid')
    html = heard.client.get(f"/{page}", params={"t": heard.link(), "lang": lang}).text
    assert f'<html lang="{lang}">' in html
    assert "<script" not in html
    assert 'name="robots" content="noindex' in html
    assert "o-1@example.invalid" not in html
    inputs = [tag for tag in re.findall(r"<input[^>]+>", html) if 'type="hidden"' not in tag]
    labelled = len(re.findall(r'<label class="choice"><input', html)) + len(
        re.findall(r"<input[^>]+aria-labelledby", html)
    )
    assert labelled == len(inputs)
    assert html.count("<fieldset>") == html.count("<legend")


def test_health(heard: Heard) -> None:
    assert heard.client.get("/health").text == "ok"
    assert heard.client.get("/feedback/ses").status_code == 405
    assert heard.client.post("/feedback/nobody").status_code == 404


def test_the_command_listens_until_it_is_stopped(database: Database, tmp_path: Path) -> None:
    """A process of its own: a click is a fact when it is answered, and SIGTERM ends it."""
    customer(database)
    own = {"DATABASE_URL": database.url, "HOME": str(tmp_path), "LINK_SECRET": "the key of links of a shop"}
    environment = os.environ | {f"TODOKE_{name}": value for name, value in own.items()}
    port = free_port()
    command = [sys.executable, "-m", "flows.cli.main", "listen", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(address, process)
        token = unsubscribe_token(own["LINK_SECRET"].encode(), OptOut("C-O-1", "review_request", KEY))
        answer = httpx.post(f"{address}/unsubscribe", params={"t": token}, content=ONE_CLICK)
        assert (answer.status_code, f"{address}/preferences" in answer.text) == (200, True)
        with database.transaction() as connection:
            assert connection.scalar(text("select address_key from suppression")) == KEY
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM, output  # uvicorn ends its requests, then as it was told
    assert "set TODOKE_LISTEN_URL" in output


def wait_until_healthy(address: str, process: subprocess.Popen[str]) -> None:
    """Up to 30 s."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/health").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"not listening, exit code {process.poll()}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
