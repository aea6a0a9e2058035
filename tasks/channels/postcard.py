"""Postcards for a print house: one row a card, with all that is printed on it. The PDF is theirs."""

from tasks.channels.drop import Drop
from tasks.core.domain import ChannelName


class Postcard(Drop):
    """`cards.csv`. `link` and `stop` are for QR codes; `design` names the picture side."""

    name = ChannelName.POSTCARD
    provider = "print_house"
    table = "cards.csv"
    fields = ("postal_code", "region", "address", "name", "title", "body", "link", "stop")
    needed = frozenset({"postal_code", "address", "name", "title", "body"})
