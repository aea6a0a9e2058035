"""A loop of prefect-email's task over rendered messages, to an SMTP server that takes everything. FILE COUNT."""

import asyncio
import json
import socketserver
import sys
import threading
import time
from pathlib import Path

from prefect import flow
from prefect_email import EmailServerCredentials, email_send_message


class Taker(socketserver.StreamRequestHandler):
    """As much of SMTP as smtplib speaks."""

    def handle(self) -> None:
        """One connection."""
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


@flow(name="bench-prefect-email")
async def loop(file: Path, count: int, port: int) -> tuple[int, float]:
    """Send one by one, each a task run with a connection of its own: the way the package offers."""
    messages = json.loads(file.read_text(encoding="utf-8"))[:count]
    credentials = EmailServerCredentials(smtp_server="127.0.0.1", smtp_type="INSECURE", smtp_port=port)
    began = time.perf_counter()
    for one in messages:
        await email_send_message(
            email_server_credentials=credentials,
            subject=one["subject"],
            msg=one["html"],
            msg_plain=one["text"],
            email_from=one["from_address"],
            email_to="someone@mail.invalid",
        )
    return len(messages), time.perf_counter() - began


def main(file: Path, count: int) -> dict[str, float]:
    """Start the taker, run the flow."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Taker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sent, seconds = asyncio.run(loop(file, count, server.server_address[1]))
        server.shutdown()
    return {"messages": sent, "seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
