"""A loop of django-anymail over rendered messages, to Postmark's API as the sink plays it. FILE COUNT ADDRESS."""

import json
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection


def main(file: Path, count: int, address: str) -> dict[str, float]:
    """Send one by one on one kept connection, without rendering and without a ledger."""
    settings.configure(
        EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
        ANYMAIL={"POSTMARK_SERVER_TOKEN": "none", "POSTMARK_API_URL": address},
        INSTALLED_APPS=["anymail"],
    )
    django.setup()
    messages = json.loads(file.read_text(encoding="utf-8"))[:count]
    began = time.perf_counter()
    with get_connection() as connection:
        for one in messages:
            message = EmailMultiAlternatives(
                one["subject"], one["text"], one["from_address"], ["someone@mail.invalid"], connection=connection
            )
            message.attach_alternative(one["html"], "text/html")
            message.send()
    return {"messages": len(messages), "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
