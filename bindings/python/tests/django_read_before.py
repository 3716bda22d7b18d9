"""Middleware of Django that reads the body first: a form is kept, files are not."""

from __future__ import annotations

import sys
from typing import Any

import django
import django.conf
import twiml_refer as tr
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from twiml_refer.django import verify_request
from twiml_refer.testing import signed_request

TOKEN = "a-token-for-the-tests"


def reads(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> Any:
        request.POST.get("a")
        return get_response(request)

    return middleware


@verify_request(tr.RequestValidator(TOKEN, "https://voice.example.com"))
def voice(request: HttpRequest, call: tr.VoiceRequest, name: str) -> HttpResponse:
    assert request.POST["Digits"] == call.digits == "1"
    return HttpResponse(name)


urlpatterns = [path("t/<name>", voice)]
django.conf.settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[f"{__name__}.reads", "django.middleware.csrf.CsrfViewMiddleware"],
)
django.setup(set_prefix=False)
client = Client(enforce_csrf_checks=True)
url = "https://voice.example.com/t/%2B1"
signed = signed_request(TOKEN, url, params={"Digits": "1"})
answer = client.post(
    signed.path,
    signed.body,
    signed.headers["Content-Type"],
    headers=signed.headers,
    RAW_URI="/t/%2B1",
)
assert (answer.status_code, answer.content) == (200, b"+1"), answer
# Signed without parameters; the files are another's.
none = signed_request(TOKEN, url, params={})
signature = tr.RequestValidator(TOKEN).sign(url)
headers = {"X-Twilio-Signature": signature}
answer = client.post(signed.path, {"Digits": "1"}, headers=headers, RAW_URI="/t/%2B1")
assert answer.status_code == 403, answer
sys.exit(0)
