"""What a person gets, whatever the channel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Content:
    """`subject`: of a mail, LINE's altText, a note's title. `text`: plain text; LINE's messages or a note as JSON."""

    subject: str
    html: str
    text: str
