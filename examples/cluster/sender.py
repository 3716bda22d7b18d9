"""Sends the callbacks: `TWILIO_AUTH_TOKEN=… python sender.py REDIS_URL NAME [CLAIM_AFTER_MS]`."""

from __future__ import annotations

import os
import sys
from urllib.request import Request, urlopen

from redis import Redis
from store import Store
from stream import Entry
from twiml_refer import RequestValidator, VoiceRequest

CLAIM_AFTER_MS = 30_000
# Below the time after which another sender takes it over.
TIMEOUT_S = 10.0


class Sender:
    """Posts each callback until the app has taken it: at least once."""

    def __init__(
        self, store: Store, name: str, token: str, claim_after_ms: int = CLAIM_AFTER_MS
    ) -> None:
        self.callbacks = store.stream("callbacks", "senders", name)
        self.callbacks.create()
        self._validator = RequestValidator(token)
        self._claim_after_ms = claim_after_ms

    def turn(self) -> None:
        """Send what there is, waiting a little for it."""
        found = self.callbacks.take(self._claim_after_ms // 4)
        for entry in found + self.callbacks.claim(self._claim_after_ms):
            # What failed stays pending, and comes again.
            if self.post(entry):
                self.callbacks.done(entry)

    def post(self, entry: Entry) -> bool:
        """Send one; False: the app did not take it."""
        url, form = entry.fields[b"action"].decode(), entry.fields[b"form"]
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._validator.sign(url, VoiceRequest.from_form(form).params),
            # The same on every attempt: by this the app knows what it has already had.
            "I-Twilio-Idempotency-Token": entry.fields[b"transfer"].decode(),
        }
        try:
            with urlopen(Request(url, form, headers), timeout=TIMEOUT_S):
                return True
        except OSError as error:
            print(f"sender: {url}: {error}", file=sys.stderr)
            return False


if __name__ == "__main__":
    claim = map(int, sys.argv[3:])
    store = Store(Redis.from_url(sys.argv[1]))
    sender = Sender(store, sys.argv[2], os.environ["TWILIO_AUTH_TOKEN"], *claim)
    while True:
        sender.turn()
