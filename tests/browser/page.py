"""Watches the page of `emulate --web` in headless Chromium: `page.py COMMAND [FOLDER]`.

sipp calls, with text in its headers that would be HTML, and an app answers with a document that
has more of it. The page must show all of that as text, by itself, while the call goes on; it must
load nothing from elsewhere, be usable with the keyboard, and follow the colour scheme. The log of
the browser must stay empty: there a violation of the page's own policy is noted. FOLDER keeps
pictures of the page.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import scenarios
from emulate_cases import REFER_VERB, ringing
from emulator import TOKEN, App
from run import free_port
from scenarios import ACTIVE, CALL, ENDED, REFER, TERMINATED, TRYING, notify, receive
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

Value = TypeVar("Value")

SCRIPT = "<script>window.hit=1</script>"
IMAGE = "</title><img src=x onerror=window.hit=1>"
HEADERS = f"X-Note: {IMAGE}\nX-Other: {SCRIPT}\n"
# A verb with a spelling error is a warning; the comment and the text are hostile.
DOCUMENT = (
    f"<Say>Hello &lt;script&gt;window.hit=1&lt;/script&gt;</Say>\n"
    f"<!-- {SCRIPT}{IMAGE} -->\n<Saay>Hello</Saay>\n{REFER_VERB}"
)
FAILED = "target-failed (busy, code 486)"


class Command:
    """The command while it runs, and the URL of its page."""

    def __init__(self, command: str, app: App) -> None:
        words = [command, "emulate", f"{app.base}/voice", "--listen", "127.0.0.1:0", "--json"]
        words += ["--web", "127.0.0.1:0", "--fast", "--status-callback", f"{app.base}/status"]
        self.process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TWILIO_AUTH_TOKEN": TOKEN},
        )
        assert self.process.stdout
        self.address = json.loads(self.process.stdout.readline())["address"]
        web = json.loads(self.process.stdout.readline())
        assert web["step"] == "web", web
        self.url = str(web["url"])

    def end(self) -> None:
        """End the command as ^C does."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=30) == 0


def caller(folder: Path, address: str, pause: int) -> subprocess.Popen[str]:
    """Let sipp call; the target of the transfer is busy, after a pause in milliseconds."""
    invite = CALL[0].replace("Content-Type: ", f"{HEADERS}Content-Type: ", 1)
    invite = invite.replace("From: <sip:caller@", f'From: "{SCRIPT}" <sip:&lt;b&gt;caller@', 1)
    steps = [
        *map(ringing, [invite, *CALL[1:]]),
        REFER,
        scenarios.answer_refer("202 Accepted"),
        *TRYING,
        f'<pause milliseconds="{pause}"/>\n',
        notify(3, ACTIVE, "180 Ringing <i>"),
        receive(200),
        notify(4, TERMINATED, "486 Busy Here"),
        receive(200),
        *ENDED,
    ]
    script = folder / "caller.xml"
    script.write_text(scenarios.xml(scenarios.Case(steps, [])))
    sipp = ["sipp", address, "-sf", str(script), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-m", "1"]
    sipp += ["-p", str(free_port()), "-mp", str(free_port()), "-nostdin"]
    sipp += ["-timeout", "40", "-timeout_error"]
    return subprocess.Popen(
        sipp, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def has_called(sipp: subprocess.Popen[str]) -> None:
    """Wait until sipp is done."""
    _, errors = sipp.communicate(timeout=60)
    assert sipp.returncode == 0, errors


class Page:
    """The page in a browser."""

    def __init__(self, url: str) -> None:
        options = ChromeOptions()
        for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
            options.add_argument(option)
        options.add_argument("--window-size=1360,1500")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.browser = Chrome(options=options, service=ChromeService("/usr/bin/chromedriver"))
        self.browser.get(url)

    def script(self, text: str, *arguments: object) -> object:
        """Run a script in the page, as the driver may in spite of its policy."""
        return self.browser.execute_script(text, *arguments)

    def text(self, selector: str) -> str:
        """Return the text of an element, as it is in the document."""
        return str(self.script("return document.querySelector(arguments[0]).textContent", selector))

    def wait(self, what: str, ready: Callable[[], Value]) -> Value:
        """Wait until something is so."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if found := ready():
                return found
            time.sleep(0.05)
        raise AssertionError(f"{what}: {self.text('body')}")

    def shows(self, text: str, selector: str = "main") -> None:
        """Wait until an element shows this text."""
        self.wait(f"{selector} shows {text}", lambda: text in self.text(selector))

    def press(self, *keys: str) -> None:
        """Press keys."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def focused(self) -> str:
        """Return the text of the element with the focus."""
        return str(self.script("return document.activeElement.textContent"))

    def set_scheme(self, scheme: str) -> None:
        """Let the reader prefer this colour scheme."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def brightness(self, selector: str, name: str) -> float:
        """Return how bright a colour of an element is, from 0 to 255."""
        colour = str(
            self.script(
                "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]",
                selector,
                name,
            )
        )
        return sum(map(float, colour[colour.index("(") + 1 : -1].split(",")[:3])) / 3

    def log(self) -> list[str]:
        """Return what the browser has noted since the last time."""
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]


def check_text(page: Page, app: App) -> None:
    """Check what the page shows of a call that has ended, and that all of it is text."""
    for text in (
        FAILED,
        SCRIPT,
        IMAGE,
        "Hello <script>window.hit=1</script>",
        "verb-unknown",
        "SipHeader_X-Note",
        f"{app.base}/done",
        "ReferCallStatusbusy",
        "then the document of its action: <Hangup>",
        "NOTIFY: 180 Ringing <i>",
        "completed: the call was ended (BYE)",
    ):
        assert text in page.text("main"), f"{text}: {page.text('main')}"
    markup = str(page.script("return document.documentElement.outerHTML"))
    assert TOKEN not in markup, "the token is in the page"
    elements = page.script(
        "return [...document.querySelectorAll('script, img, i, style, [onerror], [style]')]"
        ".map(it => it.outerHTML)"
    )
    assert isinstance(elements, list)
    assert len(elements) == 2, elements  # the page's own script and picture
    assert page.script("return window.hit") is None, "a script ran"
    assert page.script("return document.querySelector('#ladder').naturalWidth"), "no picture"
    origins = page.script(
        "return performance.getEntriesByType('resource').map(it => new URL(it.name).origin)"
    )
    assert isinstance(origins, list)
    assert set(origins) == {page.script("return location.origin")}, origins
    assert page.log() == []


def check_policy(page: Page) -> None:
    """Check that the policy would stop what got into the page, and that the log would tell."""
    page.script("document.querySelector('#empty').innerHTML = arguments[0]", IMAGE)
    page.wait("a violation", lambda: "Security Policy" in str(page.log()))
    assert page.script("return window.hit") is None, "the policy lets an inline script run"
    page.browser.refresh()
    page.shows(FAILED)


def check_keyboard(page: Page) -> None:
    """Go through the calls and open what is closed, by keyboard alone."""
    page.shows("Call 2", "#title")
    page.press("j")
    page.shows("Call 1", "#title")
    assert page.focused().startswith("Call 1"), page.focused()
    assert page.script("return location.hash").startswith("#CA")  # type: ignore[attr-defined]
    page.press(Keys.ARROW_UP)
    page.shows("Call 2", "#title")
    page.press("k")
    page.shows("Call 2", "#title")
    outline = page.script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", outline
    page.press("f")
    assert page.script("return location.hash") == ""
    page.browser.back()
    page.shows("Call 2", "#title")
    # The first key leads past the list.
    page.script("document.activeElement.blur()")
    page.browser.refresh()
    page.shows(FAILED)
    page.press(Keys.TAB)
    assert page.focused() == "Skip to the call"
    page.press(Keys.ENTER)
    for _ in range(20):
        page.press(Keys.TAB)
        if page.focused().startswith("POST"):
            break
    is_open = "return document.activeElement.parentElement.open"
    assert page.script(is_open) is False
    page.press(Keys.ENTER)
    assert page.script(is_open) is True
    assert page.log() == []


def check_schemes(page: Page, folder: Path | None) -> None:
    """Check the colours, and keep pictures."""
    for scheme, is_dark in (("light", False), ("dark", True)):
        page.set_scheme(scheme)
        assert (page.brightness("body", "backgroundColor") < 64) is is_dark
        assert (page.brightness("body", "color") > 192) is is_dark
        if folder:
            page.browser.save_screenshot(str(folder / f"page-{scheme}.png"))


def main() -> None:
    """Run the checks one after another."""
    pictures = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    app = App({"/voice": DOCUMENT, "/status": ""})
    command = Command(sys.argv[1], app)
    page = None
    try:
        page = Page(command.url)
        page.shows(f"Call sip:anyone@{command.address}")
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            sipp = caller(folder, command.address, 3000)
            page.shows("in-progress", "#calls")
            page.shows("NOTIFY: 100 Trying")
            # What is opened while the call goes on stays open.
            page.browser.find_element(By.CSS_SELECTOR, "#steps summary").click()
            page.shows(FAILED)
            has_called(sipp)
            page.shows("completed: the call was ended (BYE)")
            is_open = "return document.querySelector('#steps details').open"
            assert page.script(is_open) is True, "an update has closed what was open"
            check_text(page, app)
            page.shows(f"Call 1 has ended: {FAILED}", "#news")
            has_called(caller(folder, command.address, 0))
        page.shows("Call 2 has ended", "#news")
        check_keyboard(page)
        check_policy(page)
        check_schemes(page, pictures)
        page.log()
        command.end()
        page.shows("The command does not answer", "#connection")
        assert FAILED in page.text("main"), "what was shown is gone"
        assert not app.wrong, app.wrong
    finally:
        if page:
            page.browser.quit()
        command.process.kill()
        app.close()
    print("the page of emulate: text, policy, keyboard, colour schemes")


if __name__ == "__main__":
    main()
