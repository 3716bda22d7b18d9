"""Watches the page of `emulate --web` in headless Chromium: `page.py COMMAND [FOLDER]`.

sipp calls, with text in its headers that would be HTML, and an app answers with a document that
has more of it. The page must show all of that as text, by itself, while the call goes on; it must
load nothing from elsewhere, be usable with the keyboard, and follow the colour scheme. The log of
the browser must stay empty: there a violation of the page's own policy is noted. FOLDER keeps
pictures of the page.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import sipp
from cases import REFER_VERB
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from servers import TOKEN, App, Emulator, wait_until
from sipp import ACTIVE, ANSWERED, ENDED, INVITE, REFER, TERMINATED, answer_refer, notify, pause

SCRIPT = "<script>window.hit=1</script>"
IMAGE = "</title><img src=x onerror=window.hit=1>"
HEADERS = f"X-Note: {IMAGE}\nX-Other: {SCRIPT}\n"
# A verb with a spelling error is a warning; the comment and the text are hostile.
DOCUMENT = (
    f"<Say>Hello &lt;script&gt;window.hit=1&lt;/script&gt;</Say>\n"
    f"<!-- {SCRIPT}{IMAGE} -->\n<Saay>Hello</Saay>\n{REFER_VERB}"
)
FAILED = "target-failed (busy, code 486)"


def call(folder: Path, address: str, milliseconds: int) -> subprocess.Popen[bytes]:
    """Let sipp call; the target of the transfer is busy, after a pause."""
    invite = INVITE.replace("Content-Type: ", f"{HEADERS}Content-Type: ", 1)
    invite = invite.replace("From: <sip:caller@", f'From: "{SCRIPT}" <sip:&lt;b&gt;caller@', 1)
    steps = [
        *(invite, *ANSWERED, REFER, answer_refer("202 Accepted")),
        *(*notify(2, ACTIVE, "100 Trying"), pause(milliseconds)),
        *(*notify(3, ACTIVE, "180 Ringing <i>"), *notify(4, TERMINATED, "486 Busy Here"), *ENDED),
    ]
    return sipp.start(address, steps, folder)


class Page:
    """The page in a browser, which is closed with its `with` block."""

    def __init__(self, url: str) -> None:
        options = ChromeOptions()
        for option in ("headless=new", "no-sandbox", "window-size=1360,1500"):
            options.add_argument(f"--{option}")
        # What containers have for shared memory is too small.
        options.add_argument("--disable-dev-shm-usage")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.browser = Chrome(options=options, service=ChromeService("/usr/bin/chromedriver"))
        self.browser.get(url)

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.quit()

    def script(self, text: str, *arguments: object) -> Any:
        """Run a script in the page, as the driver may in spite of its policy."""
        return self.browser.execute_script(f"return {text}", *arguments)

    def text(self, selector: str) -> str:
        """Return the text of an element, as it is in the document."""
        return str(self.script("document.querySelector(arguments[0]).textContent", selector))

    def shows(self, text: str, selector: str = "main") -> None:
        """Wait until an element shows this text."""
        try:
            wait_until(lambda: text in self.text(selector), f"{selector} shows {text}", 30)
        except TimeoutError:
            raise AssertionError(f"no {text} in {selector}: {self.text('body')}") from None

    def press(self, *keys: str) -> None:
        """Press keys."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def focused(self) -> str:
        """Return the text of the element with the focus."""
        return str(self.script("document.activeElement.textContent"))

    def brightness(self, name: str) -> float:
        """Return how bright a colour of the page is, from 0 to 255."""
        colour = str(self.script("getComputedStyle(document.body)[arguments[0]]", name))
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
    assert TOKEN not in page.script("document.documentElement.outerHTML"), "the page has the token"
    elements = page.script(
        "[...document.querySelectorAll('script, img, i, style, [onerror], [style]')]"
        ".map(it => it.outerHTML)"
    )
    assert len(elements) == 2, elements  # the page's own script and picture
    assert page.script("window.hit") is None, "a script ran"
    assert page.script("document.querySelector('#ladder').naturalWidth"), "no picture"
    origins = page.script(
        "performance.getEntriesByType('resource').map(it => new URL(it.name).origin)"
    )
    assert set(origins) == {page.script("location.origin")}, origins
    assert page.log() == []


def check_policy(page: Page) -> None:
    """Check that the policy would stop what got into the page, and that the log shows it."""
    page.script("document.querySelector('#empty').innerHTML = arguments[0]", IMAGE)
    wait_until(lambda: "Security Policy" in str(page.log()), "a violation is noted")
    assert page.script("window.hit") is None, "the policy lets an inline script run"
    page.browser.refresh()
    page.shows(FAILED)


def check_keyboard(page: Page) -> None:
    """Go through the calls and open what is closed, by keyboard alone."""
    page.shows("Call 2", "#title")
    page.press("j")
    page.shows("Call 1", "#title")
    assert page.focused().startswith("Call 1"), page.focused()
    assert page.script("location.hash").startswith("#CA")
    page.press(Keys.ARROW_UP)
    page.shows("Call 2", "#title")
    page.press("k")
    page.shows("Call 2", "#title")
    outline = page.script("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", outline
    page.press("f")
    assert page.script("location.hash") == ""
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
    is_open = "document.activeElement.parentElement.open"
    assert page.script(is_open) is False
    page.press(Keys.ENTER)
    assert page.script(is_open) is True
    assert page.log() == []


def check_schemes(page: Page, folder: Path | None) -> None:
    """Check the colours, and keep pictures."""
    for scheme, is_dark in (("light", False), ("dark", True)):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        assert (page.brightness("backgroundColor") < 64) is is_dark
        assert (page.brightness("color") > 192) is is_dark
        if folder:
            page.browser.save_screenshot(str(folder / f"page-{scheme}.png"))


def main() -> None:
    """Run the checks one after another."""
    pictures = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    web = ("--web", "127.0.0.1:0")
    with (
        App({"/voice": DOCUMENT, "/status": ""}) as app,
        Emulator(sys.argv[1], app.base, *web, stderr=None) as emulator,
        tempfile.TemporaryDirectory() as text,
        Page(json.loads(emulator.line())["url"]) as page,
    ):
        folder = Path(text)
        page.shows(f"Call sip:anyone@{emulator.address}")
        caller = call(folder, emulator.address, 3000)
        page.shows("in-progress", "#calls")
        page.shows("NOTIFY: 100 Trying")
        # What is opened while the call goes on stays open.
        page.browser.find_element(By.CSS_SELECTOR, "#steps summary").click()
        page.shows(FAILED)
        assert not (wrong := sipp.wrong(caller, folder)), wrong
        page.shows("completed: the call was ended (BYE)")
        is_open = "document.querySelector('#steps details').open"
        assert page.script(is_open) is True, "an update has closed what was open"
        check_text(page, app)
        page.shows(f"Call 1 has ended: {FAILED}", "#news")
        assert not (wrong := sipp.wrong(call(folder, emulator.address, 0), folder)), wrong
        page.shows("Call 2 has ended", "#news")
        check_keyboard(page)
        check_policy(page)
        check_schemes(page, pictures)
        page.log()
        # As ^C does.
        emulator.process.send_signal(signal.SIGINT)
        assert emulator.process.wait(timeout=30) == 0
        page.shows("The command does not answer", "#connection")
        assert FAILED in page.text("main"), "what was shown is gone"
        assert not app.wrong, app.wrong
    print("the page of emulate: text, policy, keyboard, colour schemes")


if __name__ == "__main__":
    main()
