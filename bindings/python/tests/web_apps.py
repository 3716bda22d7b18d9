"""Serves the cases of http-requests by one framework and one server: `web_apps.py APP SERVER PORT`.

The header `X-Case` chooses the case, whose settings the middleware then has. The app answers a
verified request with its parameters, and with the body as the framework reads it, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import twiml_refer as tr
from conftest import cases
from twiml_refer import asgi, wsgi

CASES = cases("http-requests")


def settings(case: dict[str, Any]) -> dict[str, Any]:
    """The arguments of middleware for a case."""
    secrets, sid = case["secrets"], case.get("account_sid")
    validator = tr.RequestValidator(
        # With the tokens of the account that it claims to be of.
        "of another account" if sid else secrets,
        case.get("public_base"),
        algorithm=case.get("algorithm", "sha1"),
        max_body_bytes=case.get("max_body_bytes"),
    )
    origin = case.get("origin", "public-base").removesuffix("-https").removesuffix("-http")
    methods = set(case.get("allowed_methods", "post").upper().split("-AND-"))
    made = {"validator": validator, "origin": origin, "allowed_methods": methods}
    return {**made, "auth_tokens": {sid: secrets}.get if sid else None}


def answer(request: tr.VoiceRequest, body: bytes, form: Any = ()) -> str:
    return json.dumps([request.params, body.decode("latin-1"), sorted(form)])


def by_case(make: Callable[[int], Any], header: Callable[..., str]) -> Any:
    """An app of ASGI or WSGI that calls the one of the case."""
    made = cache(make)

    def app(*arguments: Any) -> Any:
        return made(int(header(arguments[0])))(*arguments)

    async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)

    return asgi_app if header is asgi_header else app


def asgi_header(scope: Any) -> str:
    return str(dict(scope["headers"])[b"x-case"].decode())


def wsgi_header(environ: Any) -> str:
    return str(environ["HTTP_X_CASE"])


def starlette(number: int) -> Any:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def view(request: Request) -> Response:
        body, form = await request.body(), await request.form()
        return Response(answer(request.scope[asgi.KEY], body, form.multi_items()))

    routes = [Route("/{path:path}", view, methods=["GET", "POST"])]
    middleware = [Middleware(asgi.VerifyMiddleware, **settings(CASES[number]))]
    return Starlette(routes=routes, middleware=middleware)


def fastapi(number: int) -> Any:
    from fastapi import Depends, FastAPI, Request, Response
    from twiml_refer.fastapi import verify_request

    app = FastAPI()
    verified = Depends(verify_request(**settings(CASES[number])))

    async def view(request: Request, call: tr.VoiceRequest) -> Response:
        form = await request.form()
        return Response(answer(call, await request.body(), form.multi_items()))

    # Text cannot name what is local to a function.
    view.__annotations__ = {"request": Request, "call": Annotated[tr.VoiceRequest, verified]}
    app.api_route("/{path:path}", methods=["GET", "POST"])(view)
    return app


def litestar(number: int) -> Any:
    from litestar import Litestar, Request, route
    from litestar.middleware import DefineMiddleware

    @route(["/", "/{path:path}"], http_method=["GET", "POST"], status_code=200)
    async def view(request: Request[Any, Any, Any]) -> str:
        return answer(request.scope[asgi.KEY], await request.body())  # type: ignore[literal-required]

    view.fn.__annotations__["request"] = Request
    middleware = DefineMiddleware(asgi.VerifyMiddleware, **settings(CASES[number]))
    return Litestar([view], middleware=[middleware])


def bare_wsgi(number: int) -> Any:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answer(environ[wsgi.KEY], environ["wsgi.input"].read()).encode()]

    return wsgi.VerifyMiddleware(app, **settings(CASES[number]))


def flask(number: int) -> Any:
    from flask import Flask, request
    from twiml_refer.flask import verify_request

    app = Flask(__name__)

    @app.route("/", methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    @verify_request(**settings(CASES[number]))
    def view(call: tr.VoiceRequest, path: str = "") -> str:
        body = request.get_data()
        return answer(call, body, request.form.items(multi=True))

    return app


def django(kind: str) -> Callable[[int], Any]:
    import django.conf
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest, HttpResponse
    from django.urls import re_path
    from twiml_refer.django import verify_request

    @cache
    def verified(number: int) -> Any:
        if kind == "asgi":

            @verify_request(**settings(CASES[number]))
            async def view(request: HttpRequest, call: tr.VoiceRequest) -> HttpResponse:
                return HttpResponse(answer(call, request.body, pairs(request)))
        else:

            @verify_request(**settings(CASES[number]))
            def view(request: HttpRequest, call: tr.VoiceRequest) -> HttpResponse:
                return HttpResponse(answer(call, request.body, pairs(request)))

        return view

    def pairs(request: HttpRequest) -> Any:
        return [(name, one) for name, values in request.POST.lists() for one in values]

    def begin(request: HttpRequest, **_arguments: str) -> Any:
        return verified(int(request.headers["X-Case"]))(request)

    async def abegin(request: HttpRequest, **_arguments: str) -> Any:
        return await verified(int(request.headers["X-Case"]))(request)

    # What the decorator says to the middleware for CSRF, which is in front of all.
    view: Any = abegin if kind == "asgi" else begin
    view.csrf_exempt = verified(0).csrf_exempt
    sys.modules["urls"] = module = type(sys)("urls")
    module.urlpatterns = [re_path(".*", view)]  # type: ignore[attr-defined]
    django.conf.settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="urls",
        SECRET_KEY="test",
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        LOGGING_CONFIG=None,
    )
    django.setup(set_prefix=False)
    handler = ASGIHandler() if kind == "asgi" else WSGIHandler()
    return lambda _number: handler


APPS: dict[str, Callable[[], Any]] = {
    "starlette": lambda: by_case(starlette, asgi_header),
    "fastapi": lambda: by_case(fastapi, asgi_header),
    "litestar": lambda: by_case(litestar, asgi_header),
    "django-asgi": lambda: by_case(django("asgi"), asgi_header),
    "wsgi": lambda: by_case(bare_wsgi, wsgi_header),
    "flask": lambda: by_case(flask, wsgi_header),
    "django": lambda: by_case(django("wsgi"), wsgi_header),
}


def serve(app: Any, server: str, port: int) -> None:
    if server in ("h11", "httptools"):
        import uvicorn

        uvicorn.run(app, port=port, http=server, log_level="error")  # type: ignore[arg-type]
    elif server == "gunicorn":
        from gunicorn.app.base import BaseApplication

        class Served(BaseApplication):  # type: ignore[misc]
            def load_config(self) -> None:
                self.cfg.set("bind", f"127.0.0.1:{port}")
                self.cfg.set("loglevel", "error")

            def load(self) -> Any:
                return app

        Served().run()
    elif server == "werkzeug":
        from werkzeug.serving import run_simple

        run_simple("127.0.0.1", port, app)
    elif server == "runserver":
        from django.core.servers.basehttp import run

        run("127.0.0.1", port, app)
    else:
        from wsgiref.simple_server import make_server

        assert server == "wsgiref"
        make_server("127.0.0.1", port, app).serve_forever()


if __name__ == "__main__":
    serve(APPS[sys.argv[1]](), sys.argv[2], int(sys.argv[3]))
