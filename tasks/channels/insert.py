"""Package inserts (同梱物) for the warehouse: one row an order, to be packed into its first parcel."""

from tasks.channels.drop import Drop
from tasks.core.domain import ChannelName


class Insert(Drop):
    """`inserts.csv`. `location_id` is the warehouse where the order names one; `link` is for a QR code."""

    name = ChannelName.INSERT
    provider = "warehouse"
    table = "inserts.csv"
    fields = ("order_id", "location_id", "name", "title", "body", "link")
    needed = frozenset({"order_id", "title", "body"})
