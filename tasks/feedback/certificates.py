"""Signing certificates of SNS and their issuers: fetched once, from addresses sns.py and chain.py have checked."""

from functools import lru_cache

import httpx

from tasks.core.errors import StoreError


@lru_cache(maxsize=16)
def fetch(url: str) -> bytes:
    """The certificate as it lies there. Raises StoreError: the request may come again, it proves nothing yet."""
    try:
        answer = httpx.get(url, timeout=5, follow_redirects=False)
    except httpx.HTTPError as error:
        raise StoreError(f"{url} cannot be fetched: {error}; the event is taken when it comes again.") from error
    if answer.status_code != 200:
        raise StoreError(f"{url} answered {answer.status_code}; the event is taken when it comes again.")
    return answer.content
