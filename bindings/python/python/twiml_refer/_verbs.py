"""The verbs beside `<Refer>`, with the attributes of Twilio's documentation.

Any other attribute is a keyword, too.
"""

from __future__ import annotations

from ._element import Attribute, Element, Parent, Url
from ._errors import url_text
from ._hints import Sequence
from ._refer import Refer


class Say(Element):
    """Speaks text to the caller; `loop` is how often, 0 for ever.

    >>> str(Say("Hello", voice="alice"))
    '<Say voice="alice">Hello</Say>'
    """

    __slots__ = ()

    def __init__(
        self,
        message: str | None = None,
        voice: str | None = None,
        loop: int | None = None,
        language: str | None = None,
        **attributes: Attribute,
    ) -> None:
        self._fill("Say", message, dict(attributes, voice=voice, loop=loop, language=language))


class Play(Element):
    """Plays a file, or with `digits` tones (`w` is half a second of silence)."""

    __slots__ = ()

    def __init__(
        self,
        url: Url = None,
        loop: int | None = None,
        digits: str | None = None,
        **attributes: Attribute,
    ) -> None:
        self._fill("Play", url_text("url", url), dict(attributes, loop=loop, digits=digits))


class Pause(Element):
    """Waits in silence; `length` is in seconds."""

    __slots__ = ()

    def __init__(self, length: int | None = None, **attributes: Attribute) -> None:
        self._fill("Pause", None, dict(attributes, length=length))


class Redirect(Element):
    """Continues with the document of another URL."""

    __slots__ = ()

    def __init__(self, url: Url, method: str | None = None, **attributes: Attribute) -> None:
        self._fill("Redirect", url_text("url", url), dict(attributes, method=method))


class Hangup(Element):
    """Ends the call."""

    __slots__ = ()

    def __init__(self, **attributes: Attribute) -> None:
        self._fill("Hangup", None, attributes)


class Prompts(Parent):
    """The verbs that both a document and a `<Gather>` can have."""

    __slots__ = ()

    def say(
        self,
        message: str | None = None,
        voice: str | None = None,
        loop: int | None = None,
        language: str | None = None,
        **attributes: Attribute,
    ) -> Say:
        """Add text to be spoken."""
        return self.nest(Say(message, voice, loop, language, **attributes))

    def play(
        self,
        url: Url = None,
        loop: int | None = None,
        digits: str | None = None,
        **attributes: Attribute,
    ) -> Play:
        """Add a file to be played."""
        return self.nest(Play(url, loop, digits, **attributes))

    def pause(self, length: int | None = None, **attributes: Attribute) -> Pause:
        """Add a pause, in seconds."""
        return self.nest(Pause(length, **attributes))


class Gather(Prompts, Element):
    """Takes digits or speech of the caller, while prompts are played.

    `timeout` is in seconds of silence, `action` the URL that is requested with the input.
    """

    __slots__ = ()

    def __init__(
        self,
        input: str | Sequence[str] | None = None,
        action: Url = None,
        method: str | None = None,
        timeout: int | None = None,
        speech_timeout: int | str | None = None,
        max_speech_time: int | None = None,
        profanity_filter: bool | None = None,
        finish_on_key: str | None = None,
        num_digits: int | None = None,
        partial_result_callback: Url = None,
        partial_result_callback_method: str | None = None,
        language: str | None = None,
        hints: str | None = None,
        barge_in: bool | None = None,
        debug: bool | None = None,
        action_on_empty_result: bool | None = None,
        speech_model: str | None = None,
        enhanced: bool | None = None,
        **attributes: Attribute,
    ) -> None:
        named = dict(
            attributes,
            input=input,
            action=url_text("action", action),
            method=method,
            timeout=timeout,
            speech_timeout=speech_timeout,
            max_speech_time=max_speech_time,
            profanity_filter=profanity_filter,
            finish_on_key=finish_on_key,
            num_digits=num_digits,
            partial_result_callback=url_text("partial_result_callback", partial_result_callback),
            partial_result_callback_method=partial_result_callback_method,
            language=language,
            hints=hints,
            barge_in=barge_in,
            debug=debug,
            action_on_empty_result=action_on_empty_result,
            speech_model=speech_model,
            enhanced=enhanced,
        )
        self._fill("Gather", None, named)


VERBS: dict[str, type[Element]] = {
    "Say": Say,
    "Play": Play,
    "Pause": Pause,
    "Gather": Gather,
    "Redirect": Redirect,
    "Hangup": Hangup,
    "Refer": Refer,
}
