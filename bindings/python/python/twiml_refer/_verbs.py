"""The verbs that stand beside `<Refer>`, with the attributes that they have.

What they mean is Twilio's documentation of TwiML; any other attribute is a keyword too.
"""

from __future__ import annotations

from ._element import Element, Parent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._element import Attribute


class Say(Element):
    """Speak text to the caller.

    `loop` is how often, 0 without end.
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
    """Play a file, or with `digits` tones (`w` is half a second of silence)."""

    __slots__ = ()

    def __init__(
        self,
        url: str | None = None,
        loop: int | None = None,
        digits: str | None = None,
        **attributes: Attribute,
    ) -> None:
        self._fill("Play", url, dict(attributes, loop=loop, digits=digits))


class Pause(Element):
    """Wait in silence; `length` is in seconds."""

    __slots__ = ()

    def __init__(self, length: int | None = None, **attributes: Attribute) -> None:
        self._fill("Pause", None, dict(attributes, length=length))


class Redirect(Element):
    """Go on with the document of another URL."""

    __slots__ = ()

    def __init__(self, url: str, method: str | None = None, **attributes: Attribute) -> None:
        self._fill("Redirect", url, dict(attributes, method=method))


class Hangup(Element):
    """End the call."""

    __slots__ = ()

    def __init__(self, **attributes: Attribute) -> None:
        self._fill("Hangup", None, attributes)


class Prompts(Parent):
    """What a document and a `<Gather>` say alike."""

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
        url: str | None = None,
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
    """Take digits or speech of the caller, while prompts are played.

    `timeout` is in seconds of silence, `action` the URL that learns what was taken.
    """

    __slots__ = ()

    def __init__(
        self,
        input: str | Sequence[str] | None = None,
        action: str | None = None,
        method: str | None = None,
        timeout: int | None = None,
        speech_timeout: int | str | None = None,
        max_speech_time: int | None = None,
        profanity_filter: bool | None = None,
        finish_on_key: str | None = None,
        num_digits: int | None = None,
        partial_result_callback: str | None = None,
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
            action=action,
            method=method,
            timeout=timeout,
            speech_timeout=speech_timeout,
            max_speech_time=max_speech_time,
            profanity_filter=profanity_filter,
            finish_on_key=finish_on_key,
            num_digits=num_digits,
            partial_result_callback=partial_result_callback,
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
}
