"""Receivers of notices on this machine: one of web requests, which may stand in for every service, and one of mail."""

import email
import email.message
import email.policy
import json
import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest.mock import patch

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter


@dataclass
class Receiver:
    """`address` is for apprise; `meant_for` has the address each of the received was sent to."""

    address: str
    received: list[dict[str, Any]] = field(default_factory=list)
    meant_for: list[str] = field(default_factory=list)


@contextmanager
def web_receiver() -> Generator[Receiver]:
    """A web server that takes every JSON posted to it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            receiver.meant_for.append(self.headers.get("X-Meant-For", ""))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"json://127.0.0.1:{server.server_port}")
    with _served(server):
        yield receiver


@contextmanager
def standing_in_for_everybody(receiver: Receiver) -> Generator[None]:
    """Whatever is sent to a web address meanwhile arrives at the receiver instead, byte for byte."""
    original = HTTPAdapter.send

    def send(self: HTTPAdapter, request: PreparedRequest, *given: Any, **named: Any) -> Response:
        request.headers["X-Meant-For"] = str(request.url)
        request.url = receiver.address.replace("json://", "http://") + "/"
        return original(self, request, *given, **named)

    with patch.object(HTTPAdapter, "send", send):
        yield


@dataclass
class MailReceiver:
    """`address` is for apprise."""

    address: str
    received: list[email.message.EmailMessage] = field(default_factory=list)


@contextmanager
def mail_receiver() -> Generator[MailReceiver]:
    """A mail server that takes every message, without a password."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                verb = line.strip().upper()
                if verb == b"DATA":
                    self._say("354 go on")
                    receiver.received.append(
                        email.message_from_bytes(self._message(), policy=email.policy.default)  # type: ignore[arg-type]
                    )
                self._say("221 bye" if verb == b"QUIT" else "250 ok")

        def _message(self) -> bytes:
            lines: list[bytes] = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return b"".join(lines)

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
    receiver = MailReceiver(
        f"mailto://127.0.0.1:{server.server_address[1]}"
        "?mode=insecure&from=callboard@example.org&to=supervisors@example.org"
    )
    with _served(server):
        yield receiver


@contextmanager
def _served(server: socketserver.BaseServer) -> Generator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
