"""Signed requests through the test client of Django."""

from __future__ import annotations

import django
import django.conf
import twiml_refer as tr
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from twiml_refer.django import verify_request
from twiml_refer.testing import SignedClient

TOKEN, BASE = "a-token-for-the-tests", "https://voice.example.com/tw"
VALIDATOR = tr.RequestValidator(TOKEN, BASE)


@verify_request(VALIDATOR)
def voice(request: HttpRequest, call: tr.VoiceRequest, name: str) -> HttpResponse:
    return HttpResponse(f"{name} {call.outcome}")


@verify_request(VALIDATOR, allowed_methods={"GET"})
def direct(request: HttpRequest, call: tr.VoiceRequest, name: str) -> HttpResponse:
    return HttpResponse(f"{name} {call.digits}")


urlpatterns = [path("voice/<name>", voice), path("t/<name>", direct)]
django.conf.settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
django.setup(set_prefix=False)
client = SignedClient(Client(enforce_csrf_checks=True), TOKEN, BASE)
assert client.post("/voice/%2B1", "canceled").content == b"+1 Canceled()"
assert client.get("/t/O%27Brien?x=%27", params={"Digits": "1"}).content == b"O'Brien 1"
assert client.get("/voice/a").status_code == 405
