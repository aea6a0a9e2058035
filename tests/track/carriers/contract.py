"""What every carrier keeps: inherit `CarrierContract` in the carrier's own test file."""

import pyarrow as pa
import pytest

from tasks.carriers import CARRIERS, map_words, valid_tracking_number
from tasks.carriers.base import UNKNOWN, Carrier, normalise
from tasks.core.domain import TrackingStatus
from tasks.core.paths import TEMPLATES

ENDS = frozenset(
    {
        TrackingStatus.PICKED_UP,
        TrackingStatus.OUT_FOR_DELIVERY,
        TrackingStatus.DELIVERED,
        TrackingStatus.ATTEMPT_FAILED,
        TrackingStatus.RETURNED,
    }
)


class CarrierContract:
    """Set `carrier`, and words that must mean something even though no line lists them exactly."""

    carrier: Carrier
    decorated: tuple[tuple[str, TrackingStatus], ...]
    valid_numbers: tuple[str, ...] = ("409999999006", "4099-9999-9006")
    ends = ENDS

    def test_it_is_known_by_its_name(self) -> None:
        assert CARRIERS[self.carrier.name] is self.carrier

    def test_words_are_distinct_once_normalised(self) -> None:
        words = [normalise(word) for word in self.carrier.statuses]
        assert len(words) == len(set(words))

    def test_every_word_means_what_its_line_says(self) -> None:
        assert {word: self.carrier.meaning(word) for word in self.carrier.statuses} == dict(self.carrier.statuses)

    def test_arrows_width_and_space_make_no_difference(self) -> None:
        for word, meaning in self.carrier.statuses.items():
            assert self.carrier.meaning(f" ⇒{word}　↓ ") == meaning

    def test_words_no_line_lists_exactly(self) -> None:
        assert tuple((word, self.carrier.meaning(word)[0]) for word, _ in self.decorated) == self.decorated

    @pytest.mark.parametrize(
        "word", ["", "　", "完了", "仕分け保留（新）", "配達完了予定", "お届け済み予定", "delivered soon"]
    )
    def test_an_unlisted_word_is_unknown(self, word: str) -> None:
        assert self.carrier.meaning(word) == UNKNOWN

    def test_every_end_of_a_story_has_a_word(self) -> None:
        assert {status for status, _ in self.carrier.statuses.values()} >= self.ends

    def test_columns_are_mapped_like_words(self) -> None:
        words = [*self.carrier.statuses, "仕分け保留（新）", None]
        statuses, reasons = map_words(pa.array([self.carrier.name] * len(words)), pa.array(words))
        expected = [*self.carrier.statuses.values(), UNKNOWN, UNKNOWN]
        assert list(zip(statuses.to_pylist(), reasons.to_pylist(), strict=True)) == expected

    def test_the_page_is_secure_and_names_the_number(self) -> None:
        page = self.carrier.tracking_page("4099-9999-9006")
        assert page.startswith("https://") and page.count("409999999006") == 1
        assert "&" not in self.carrier.tracking_page("1&x=2").partition("1%26")[2]

    def test_messages_link_to_the_same_page(self) -> None:
        pages = (TEMPLATES / "_shared/carrier_page.txt").read_text(encoding="utf-8")
        assert self.carrier.page.replace("{number}", "{{ parcel.tracking_number | urlencode }}") in pages

    def test_the_check_digit(self) -> None:
        for number in self.valid_numbers:
            wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
            assert valid_tracking_number(self.carrier.name, number)
            assert not valid_tracking_number(self.carrier.name, wrong)
            assert not valid_tracking_number(self.carrier.name, f"ゆう{number}")
