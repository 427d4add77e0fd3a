"""A server that speaks S3 on loopback: moto's, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.waiting import until

NAME = "pages"


@contextmanager
def bucket() -> Iterator[tuple[str, dict[str, str]]]:
    """The server with one empty bucket: its address, and the environment in which programs of AWS find it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env={**os.environ, "PYTHONWARNINGS": "ignore"}, **quiet) as server:
        try:
            until("the bucket is made", lambda: _made(f"{address}/{NAME}"))
            yield (
                f"s3://{NAME}/dateline",
                {
                    "AWS_ENDPOINT_URL": address,
                    "AWS_ACCESS_KEY_ID": "reader",
                    "AWS_SECRET_ACCESS_KEY": "secret",
                    "AWS_DEFAULT_REGION": "us-east-1",
                },
            )
        finally:
            server.terminate()


def _made(url: str) -> bool:
    try:
        return requests.put(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
