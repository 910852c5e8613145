"""A forge on this machine's own address: answers with pages that a test writes, and with the faults that it asks for."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Reply:
    """What the server sends; `is_cut` ends the connection in the middle of the body."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


@dataclass
class Forge:
    """A running server: `answer` gets method, path with query and the question's JSON; `faults` come before any answer."""

    answer: Callable[[str, str, dict], Reply]
    url: str = ""
    faults: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)

    def paths(self) -> list[str]:
        """Method and path of each question, without its query."""
        return [f"{method} {urlsplit(path).path} {status}" for method, path, status in self.asked]

    def reply(self, method: str, path: str, question: dict, etag: str | None) -> Reply:
        """The next fault, else the answer; 304 when the asker has it already."""
        reply = self.faults.pop(0) if self.faults else self.answer(method, path, question)
        if method == "GET" and reply.status == 200 and not reply.is_cut:
            own = f'"{hashlib.sha256(json.dumps(reply.body).encode()).hexdigest()[:16]}"'
            reply = Reply(reply.body, 304 if etag == own else 200, reply.headers | {"ETag": own})
        return reply


@contextmanager
def running(answer: Callable[[str, str, dict], Reply]) -> Iterator[Forge]:
    """A server for the time of the block."""
    forge = Forge(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.serve("GET", {})

        def do_POST(self) -> None:
            self.serve("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def serve(self, method: str, question: dict) -> None:
            forge.tokens.add(self.headers.get("Authorization"))
            reply = forge.reply(method, self.path, question, self.headers.get("If-None-Match"))
            forge.asked.append((method, self.path, reply.status))
            body = (
                b""
                if reply.status == 304
                else reply.body
                if isinstance(reply.body, bytes)
                else json.dumps(reply.body).encode()
            )
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if reply.is_cut else body)
            self.close_connection = reply.is_cut

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
