"""The middleware: every case of http-requests, in real servers, and what is of Python."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import twiml_refer as tr
from conftest import cases, given, print_at_the_end
from test_examples import free_port, running
from twiml_refer import asgi, wsgi

TOKEN = "a-token-for-the-tests"
VALIDATOR = tr.RequestValidator(TOKEN, "https://voice.example.com")
SERVERS = [
    ("starlette", "h11"),
    ("starlette", "httptools"),
    ("fastapi", "h11"),
    ("litestar", "httptools"),
    ("django-asgi", "h11"),
    ("wsgi", "gunicorn"),
    ("flask", "gunicorn"),
    ("flask", "werkzeug"),
    ("django", "gunicorn"),
    ("django", "runserver"),
    ("wsgi", "wsgiref"),
]


def wire(number: int, case: dict[str, Any]) -> bytes:
    """A case as it is sent."""
    body = given(case, "body")
    headers = [*case["headers"], ["X-Case", str(number)], ["Connection", "close"]]
    names = {name.lower() for name, _ in headers}
    if "transfer-encoding" in names:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif "content-length" not in names:
        headers.append(["Content-Length", str(len(body))])
    if "content-type" not in names:
        headers.append(["Content-Type", "application/x-www-form-urlencoded"])
    if "host" not in names and "Host" not in case["name"]:
        headers.append(["Host", "10.0.0.1:8080"])
    head = f"{case['method']} {case['target']} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode() + b"\r\n" + body


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        answer = b""
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass
    status = int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0
    return status, answer.partition(b"\r\n\r\n")[2]


def test_every_server_answers_as_the_vectors_say() -> None:
    all_cases = list(enumerate(cases("http-requests")))
    table = {}
    for app, server in SERVERS:
        port = free_port()
        program = [sys.executable, str(Path(__file__).with_name("web_apps.py"))]
        with running([*program, app, server, str(port)], port):
            for number, case in all_cases:
                if "error" not in case:
                    status, body = ask(port, wire(number, case))
                    table[app, server, number] = status, body
    for number, case in all_cases:
        print(number, case["name"], case.get("status"), [table[a, s, number][0] for a, s in SERVERS if (a, s, number) in table])
