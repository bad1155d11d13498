"""A Docker engine on loopback that knows some images and can do nothing but tell of them."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@contextmanager
def engine_with(images: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Serve the digests of `images`, by name and tag, until the block ends; yields its DOCKER_HOST."""

    class Engine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path)
            if path.endswith("/version"):
                self._say(200, {"ApiVersion": "1.41"})
                return
            name = path.partition("/images/")[2].removesuffix("/json")
            if name in images:
                self._say(200, {"Id": f"sha256:{'0' * 64}", "RepoDigests": list(images[name])})
            else:
                self._say(404, {"message": f"No such image: {name}"})

        def _say(self, status: int, answer: Mapping[str, object]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
