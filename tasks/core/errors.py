"""Everything Todoke raises on purpose, split by what the caller may do about it.

TodokeError
├── ConfigurationError   a setting, template or SQL file is wrong: a person changes it, then runs again
├── DatabaseUnreachable  no connection: start or restore the server, then run again
├── StoreError           archive or pages cannot be reached: the ledger is untouched, the next run catches up
├── GuardError           the run was refused to protect people; the message names the command that lifts it
├── DataError            the source's data cannot be used; what was already stored is untouched
│   ├── FeedbackRefused  one request of a provider is unsigned, forged, stale or malformed: kept nowhere, counted
│   └── TemplateRejected one message cannot be rendered from its context; only that message fails
└── DeliveryError        one attempt to hand over a batch failed
    ├── NotWritten       provably nothing left: safe to try again later
    │   └── AccountStopped   the account may send nothing at all now: stop at this answer
    ├── Rejected         the provider refused: do not repeat
    │   └── AddressGone      the one address of the call reaches nobody any more: suppress it
    └── UnknownOutcome   no proof either way: look it up, never resend blindly
"""


class TodokeError(Exception):
    """What happened, to which object, and what to do next: one sentence each."""


class ConfigurationError(TodokeError):
    """A setting, template, touchpoint or SQL file is wrong."""


class DatabaseUnreachable(TodokeError):
    """No connection to PostgreSQL: nothing was read or written."""


class StoreError(TodokeError):
    """The archive or the published pages cannot be read or written now."""


class GuardError(TodokeError):
    """A guard of DESIGN's invariant 11 refused the run."""


class DataError(TodokeError):
    """Source data that cannot be used."""


class FeedbackRefused(DataError):
    """A request that claims to be a provider's and is not, or cannot be read. `reason` is one word, for counting."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class TemplateRejected(DataError):
    """One message could not be rendered: a missing or mistyped field, or an error inside its template."""


class DeliveryError(TodokeError):
    """One attempt to hand over a batch failed."""


class NotWritten(DeliveryError):
    """Provably nothing was taken: the rows go back to planned. `retry_after_seconds` is the provider's wish, if any."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class AccountStopped(NotWritten):
    """Account suspended, quota used up, token refused: the next call would end the same way."""


class Rejected(DeliveryError):
    """The provider refused the batch or the message."""


class AddressGone(Rejected):
    """The provider says that the address of the one message of a call is dead, as an uninstalled app's."""


class UnknownOutcome(DeliveryError):
    """The provider may or may not have taken it."""
