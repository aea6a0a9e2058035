"""The sample shop: same seed, same bytes; sums that add up; nothing from the future; a little dirt, always the same."""

import json
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from tasks.carriers import CARRIERS
from tasks.carriers.base import is_modulo_7
from tasks.core.canonical import INSTANT, TABLES
from tasks.core.domain import TrackingStatus
from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings
from tasks.oms import SYSTEMS, order_system
from tasks.oms.base import OrderSystem
from tasks.oms.sample import CLOCK, SampleShop, ensure_sample, write_sample
from tests.oms.conftest import Drop
from tests.oms.contract import OrderSystemContract

BROKEN_ORDER = "TD99999901"
BROKEN_LINES = ("91", "92")
MONEY = ["subtotal", "shipping_fee", "fee", "discount", "points_used", "tax", "total"]
STORM = [f"JP-{number}" for number in range(40, 48)]
NEW_WORD = "仕分け保留（新）"


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, sample: SampleShop) -> OrderSystem:
        return sample


def test_every_canonical_table_is_there(sample: SampleShop) -> None:
    assert sample.tables() == tuple(TABLES)
    assert sample.warnings() == []


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.csv"))}


def _instants(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, utc=True)


def _good_orders(shop: Drop) -> pd.DataFrame:
    orders = shop["orders"]
    return orders[orders.order_id != BROKEN_ORDER].astype(dict.fromkeys(MONEY, "float"))


def _good_lines(shop: Drop) -> pd.DataFrame:
    lines = shop["order_lines"]
    lines = lines[~lines.line_no.isin(BROKEN_LINES)]
    return lines.astype({"quantity": int, "cancelled_quantity": int, "unit_price": float})


# The same again


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_shop(
    shop: Drop, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "other").mkdir()
    write_sample(tmp_path / "again", database_url, seed=1, orders=1000)
    write_sample(tmp_path / "other", database_url, seed=2, orders=1000)
    first = _files(shop.folder)
    assert first == _files(tmp_path / "again")
    assert first["orders.csv"] != (tmp_path / "other" / "orders.csv").read_bytes()


def test_it_is_generated_once_and_leaves_no_half_folder(
    sample: SampleShop, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path, *_: object, **__: object) -> None:
        (folder / "orders.csv").write_text("half", encoding="utf-8")
        raise ConfigurationError("no")

    monkeypatch.setattr("tasks.oms.sample.write_sample", fails)
    home = sample.folder.parents[1]
    assert ensure_sample(home, server, seed=1, orders=1000) == sample.folder
    with pytest.raises(ConfigurationError):
        ensure_sample(tmp_path, server, seed=1, orders=1000)
    assert list((tmp_path / "sample").iterdir()) == []


def test_it_leaves_nothing_in_the_database(database_url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sample_orders=50)
    assert order_system(settings, database_url).tables() == SYSTEMS["sample"](settings, database_url).tables()
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        count = "select count(*) from pg_class where relname like 'base\\_%'"
        assert connection.execute(count).fetchone() == (0,)


@pytest.mark.parametrize("orders", [1, 20])
def test_the_smallest_shops_work(database_url: str, tmp_path: Path, orders: int) -> None:
    write_sample(tmp_path, database_url, seed=3, orders=orders)
    assert len(Drop(tmp_path)["orders"]) == orders + 1


# Money


def test_totals_add_up(shop: Drop) -> None:
    orders = _good_orders(shop)
    sums = orders.subtotal + orders.shipping_fee + orders.fee - orders.discount - orders.points_used
    assert (sums == orders.total).all()
    assert (orders.total > 0).all()
    assert (orders.tax <= orders.total + orders.points_used).all()
    assert (orders.tax > 0).all()


def test_lines_add_up_to_the_subtotal(shop: Drop) -> None:
    lines = _good_lines(shop)
    subtotals = (lines.quantity * lines.unit_price).groupby(lines.order_id).sum()
    assert _good_orders(shop).set_index("order_id").subtotal.to_dict() == subtotals.to_dict()


def test_what_was_paid_is_the_total(shop: Drop) -> None:
    payments = shop["payments"].set_index("order_id").amount.astype(float)
    orders = _good_orders(shop).set_index("order_id")
    assert payments.to_dict() == orders.total[orders.paid_at.notna()].to_dict()


def test_both_tax_rates_and_every_way_to_pay_occur(shop: Drop) -> None:
    assert set(shop["order_lines"].tax_rate) == {"0.10", "0.08"}
    methods = {"card", "konbini", "cod", "bank_transfer", "paypay", "carrier_billing"}
    orders = shop["orders"]
    assert set(orders.payment_method) == methods
    assert (orders[orders.payment_method == "konbini"].payment_due_at.notna()).all()
    assert (orders.status == "awaiting_payment").any()


# People


def test_every_address_ends_in_invalid_and_every_telephone_is_fictional(shop: Drop) -> None:
    emails = pd.concat([shop["customers"].email, shop["orders"].buyer_email, shop["consents"].address]).dropna()
    assert emails.str.endswith(".invalid").all()
    phones = pd.concat([shop["customers"].phone, shop["orders"].buyer_phone]).dropna()
    assert phones.str.startswith("090-0000-").all()


def test_hard_cases_are_there(shop: Drop) -> None:
    customers = shop["customers"]
    assert customers.email.isna().any()
    assert customers.email.duplicated().sum() > customers.email.isna().sum() - 1  # a shared address
    assert (customers.email.str.count("@") != 1).sum() >= 2
    assert {"active", "do_not_contact", "deceased"} <= set(customers.status)
    assert customers.name.str.contains("髙|﨑|邉|𠮷").any()
    assert customers.company.notna().any()
    assert (customers.locale == "en").any()
    assert set(shop["consents"].granted) == {"true", "false"}
    orders = shop["orders"]
    assert orders.customer_id.isna().any()
    assert set(orders.customer_id.dropna()) <= set(customers.customer_id)
    assert (shop["recipients"].recipient_no == "2").any()


def test_all_prefectures_are_served(database_url: str, tmp_path: Path) -> None:
    write_sample(tmp_path, database_url, seed=1, orders=5000)
    orders = Drop(tmp_path)["orders"]
    assert set(orders.ship_to_region) == {f"JP-{number:02}" for number in range(1, 48)}
    assert orders.ship_to_region.isin(STORM).mean() > 0.18


# Time


def test_nothing_comes_from_the_future(shop: Drop) -> None:
    planned = {
        ("orders", "payment_due_at"),
        ("subscriptions", "change_until"),
        ("contents", "ends_at"),
        ("campaigns", "ends_at"),
    }
    for path in sorted(shop.folder.glob("*.csv")):
        table = shop[path.stem]
        for field in TABLES[path.stem].schema:
            if field.type == INSTANT and field.name in table and (path.stem, field.name) not in planned:
                latest = _instants(table[field.name]).max()
                assert pd.isna(latest) or latest <= CLOCK, f"{path.stem}.{field.name}"


def test_an_orders_life_is_in_order(shop: Drop) -> None:
    orders = _good_orders(shop).merge(shop["shipments"], on="order_id", suffixes=("", "_of_parcel"))
    placed, shipped = _instants(orders.placed_at), _instants(orders.shipped_at)
    arrived, paid = _instants(orders.delivered_at), _instants(orders.paid_at)
    assert not (shipped < placed).any()
    assert not (arrived < shipped).any()
    assert not ((paid > shipped) & (orders.payment_method != "cod")).any()
    assert orders.cancelled_at.isna().all()
    assert not (_instants(orders.updated_at) < placed).any()


def test_the_last_days_have_work_for_every_touchpoint(shop: Drop) -> None:
    placed = _instants(shop["orders"].placed_at)
    shipped = _instants(shop["shipments"].shipped_at)
    scans = shop["tracking_events"].drop_duplicates(["tracking_number", "raw_status"])
    arrived = _instants(scans.occurred_at)[scans.raw_status.str.contains("完了|済み$")]
    day, week = pd.Timedelta("1D"), pd.Timedelta("7D")
    assert (placed > CLOCK - day).sum() >= 8
    assert (shipped > CLOCK - day).sum() >= 5
    assert (arrived > CLOCK - 2 * day).sum() >= 5
    assert ((arrived > CLOCK - 2 * week) & (arrived < CLOCK - week)).sum() >= 30


# Parcels


def test_tracking_numbers_have_their_check_digit_and_are_unique(shop: Drop) -> None:
    numbers = shop["shipments"].tracking_number
    assert numbers.is_unique
    assert numbers.map(is_modulo_7).all()
    assert shop["tracking_events"].tracking_number.map(is_modulo_7).all()


def test_every_word_but_the_new_one_is_known(shop: Drop) -> None:
    words = shop["tracking_events"][["carrier", "raw_status"]].drop_duplicates()
    unknown = {
        word for carrier, word in words.itertuples(index=False)
        if CARRIERS[carrier].meaning(word)[0] is TrackingStatus.UNKNOWN
    }  # fmt: skip
    assert set(words.carrier) == {"yamato", "sagawa", "japanpost"}
    assert unknown == {NEW_WORD}


def test_parcels_hold_every_quantity_that_was_not_cancelled(shop: Drop) -> None:
    shipments, orders = shop["shipments"], shop["orders"]
    packed = shop["shipment_lines"].merge(shipments[["shipment_id", "order_id"]], on="shipment_id")
    shipped = packed.quantity.astype(int).groupby([packed.order_id, packed.line_no]).sum()
    lines = _good_lines(shop).set_index(["order_id", "line_no"])
    ordered = lines.quantity - lines.cancelled_quantity
    complete = orders[orders.status == "completed"].order_id
    expected = ordered[ordered.index.get_level_values(0).isin(complete) & (ordered > 0)]
    assert len(expected) > 1000
    assert shipped.reindex(expected.index).to_dict() == expected.to_dict()
    parcels = shipments.order_id.value_counts()
    assert 0.05 < (parcels > 1).mean() < 0.15


def test_feeds_habits_are_in_the_scans(shop: Drop) -> None:
    scans = shop["tracking_events"]
    key = ["tracking_number", "raw_status", "occurred_at", "location"]
    assert scans.duplicated(key).any()
    ordered = _instants(scans.occurred_at).groupby(scans.tracking_number).apply(lambda at: at.is_monotonic_increasing)
    assert 0 < (~ordered).mean() < 0.2
    assert scans.drop_duplicates(key).duplicated(["tracking_number", "occurred_at"]).any()
    assert scans.raw_status.str.contains("不在").any()
    assert scans.eta_on.notna().any()
    assert scans.eta_on.isna().any()


def test_the_typhoon_stops_parcels_to_kyushu_and_okinawa(shop: Drop) -> None:
    scans = shop["tracking_events"].sort_values("occurred_at").drop_duplicates("tracking_number", keep="last")
    parcels = shop["shipments"].merge(shop["orders"][["order_id", "ship_to_region"]], on="order_id")
    parcels = parcels.merge(scans[["tracking_number", "raw_status", "occurred_at"]], on="tracking_number")
    shipped, last = _instants(parcels.shipped_at), _instants(parcels.occurred_at)
    waiting = (shipped < CLOCK - pd.Timedelta("3D")) & ~parcels.raw_status.str.contains("完了|済み|返")
    stalled = waiting & (last < CLOCK - pd.Timedelta("48h")) & parcels.recipient_no.isna()
    assert parcels[stalled].ship_to_region.isin(STORM).sum() >= 3
    southern = shop["tracking_events"]
    southern = southern[southern.region.isin(STORM)]
    assert _instants(southern.occurred_at).max() < pd.Timestamp("2026-09-13T06:00:00+09:00")


def test_warnings_of_the_typhoon_lie_beside_the_tables(sample: SampleShop) -> None:
    assert sample.hazards is not None
    hazards = pd.read_csv(sample.hazards / "hazards.csv", dtype=str)
    assert set(hazards.severity) == {"advisory", "warning", "emergency"}
    assert set(STORM) <= set(hazards.region)
    assert hazards.hazard_id.is_unique
    assert set(hazards.supersedes.dropna()) <= set(hazards.hazard_id)


# Dirt


@pytest.mark.parametrize("orders", [20, 1000])
def test_four_bad_rows_at_every_size(database_url: str, tmp_path: Path, orders: int) -> None:
    write_sample(tmp_path, database_url, seed=5, orders=orders)
    shop = Drop(tmp_path)
    lines, shipments = shop["order_lines"], shop["shipments"]
    assert list(lines[~lines.quantity.str.fullmatch("[1-9][0-9]*")].quantity) == ["二", "0"]
    assert list(shipments[~shipments.order_id.isin(shop["orders"].order_id)].order_id) == ["TD99999999"]
    assert list(shop["orders"].query("total.str.startswith('-')").order_id) == [BROKEN_ORDER]


def test_attributes_are_json(shop: Drop) -> None:
    for table in ("products", "customers"):
        assert all(isinstance(json.loads(text), dict) for text in shop[table].attributes.dropna())
