"""What a person gets, whatever the channel."""

from dataclasses import dataclass

from tasks.core.outgoing import Attachment


@dataclass(frozen=True)
class Content:
    """`subject`: of a mail, LINE's altText, a note's title. `text`: plain text; LINE's messages or a note as JSON."""

    subject: str
    html: str
    text: str
    attachments: tuple[Attachment, ...] = ()
