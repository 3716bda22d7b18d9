"""SIP URIs, User-to-User and Refer-To values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import _bridge, _lane
from ._errors import wrong_type
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from ._diagnostic import Diagnostic

    Headers = Union[Mapping[str, str], Iterable[tuple[str, str]]]


class UserToUser(Value):
    """A User-to-User value (RFC 7433).

    Bytes are sent hex-encoded, and are then always valid. `encoding`, `purpose` and `content` are
    its parameters.

    Raises `SipUriError`: there is no data, or something in it or in a parameter cannot be sent.

    >>> str(UserToUser.from_bytes(b"order 7"))
    '6F726465722037;encoding=hex'
    >>> UserToUser.parse("123456789;encoding=hex").data
    '123456789'
    """

    __slots__ = ("data", "encoding", "purpose", "content")
    data: str
    encoding: str | None
    purpose: str | None
    content: str | None

    def __init__(
        self,
        data: str,
        *,
        encoding: str | None = None,
        purpose: str | None = None,
        content: str | None = None,
    ) -> None:
        for name, value in (("encoding", encoding), ("purpose", purpose), ("content", content)):
            if value is not None and not isinstance(value, str):
                wrong_type(name, "str", value)
        if not isinstance(data, str):
            wrong_type("data", "str (for bytes there is from_bytes)", data)
        self._set(data, encoding, purpose, content)
        str(self)

    @classmethod
    def parse(cls, text: str) -> UserToUser:
        """Read the decoded value of a User-to-User header.

        Raises `SipUriError` with the byte at which it stops being one.
        """
        return cls._of(_bridge.call("user_to_user_parse", text))

    @classmethod
    def from_bytes(cls, data: bytes) -> UserToUser:
        """Encode bytes as hexadecimal digits. Raises `SipUriError` if there are none."""
        return cls._of(_bridge.call("user_to_user_from_bytes", data))

    @classmethod
    def _of(cls, parts: Any) -> UserToUser:
        encoding, purpose, content = parts.encoding, parts.purpose, parts.content
        return cls(parts.data, encoding=encoding, purpose=purpose, content=content)

    def to_bytes(self) -> bytes | None:
        """Decode hexadecimal data; `None` if it is none."""
        data: bytes | None = _bridge.call("user_to_user_bytes", str(self))
        return data

    def __str__(self) -> str:
        parts = _bridge.module().UserToUserParts
        text: str = _bridge.call(
            "user_to_user_build",
            parts(
                data=self.data, encoding=self.encoding, purpose=self.purpose, content=self.content
            ),
        )
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return UserToUser.parse, (str(self),)


class SipUri(Value):
    """A valid `sip:` or `sips:` URI (RFC 3261 section 19.1), in its own spelling.

    `headers` are decoded names and values; they are escaped and added behind those of the URI.
    `==` compares the spelling, `equivalent()` as SIP does.

    Raises `SipUriError` with the byte at which the text stops being a SIP URI.

    >>> uri = SipUri("sip:alice@example.com", headers={"X-Reason": "billing question"})
    >>> str(uri)
    'sip:alice@example.com?X-Reason=billing%20question'
    >>> uri.header("x-reason")
    'billing question'
    """

    __slots__ = ("_text",)

    def __init__(
        self,
        uri: str | SipUri,
        *,
        headers: Headers = (),
        user_to_user: UserToUser | None = None,
    ) -> None:
        if type(uri) is not str:
            if not isinstance(uri, (str, SipUri)):
                wrong_type("a SIP URI", "str", uri)
            uri = str(uri)
        if not headers and user_to_user is None:
            _lane.check_uri(uri)
            object.__setattr__(self, "_text", uri)
            return
        parts = [uri]
        if headers:
            items = headers.items() if isinstance(headers, Mapping) else headers
            for name, value in items:
                if not isinstance(name, str) or not isinstance(value, str):
                    wrong_type("a header", "a name and a value of type str", (name, value))
                parts += (name, value)
        if user_to_user is not None:
            parts += ("User-to-User", str(user_to_user))
        object.__setattr__(self, "_text", _lane.text(_lane.call(_lane.URI, parts)))

    @classmethod
    def build(
        cls,
        host: str,
        *,
        user: str | None = None,
        password: str | None = None,
        port: int | None = None,
        secure: bool = False,
        params: Iterable[tuple[str, str | None]] = (),
        headers: Headers = (),
    ) -> SipUri:
        """Make a URI of decoded parts, each escaped for its place.

        Raises `SipUriError`: a part cannot be written, as a host that is none or port 0.

        >>> str(SipUri.build("example.com", user="a b", port=5060, params=[("lr", None)]))
        'sip:a%20b@example.com:5060;lr'
        """
        bridge = _bridge.module()
        parts = bridge.UriParts(
            scheme="sips" if secure else "sip",
            user=user,
            password=password,
            host=host,
            port=None if port is None else _bridge.number(port),
            params=[bridge.Param(name=name, value=value) for name, value in params],
            headers=[],
        )
        return cls(_bridge.call("uri_build", parts), headers=headers)

    def with_header(self, name: str, value: str) -> SipUri:
        """Add a header, given as decoded text; a URI never changes, the new one is returned.

        Raises `SipUriError`: the name is no token, or CR, LF or NUL stands in the value.

        >>> str(SipUri("sip:alice@example.com").with_header("X-Reason", "50% off"))
        'sip:alice@example.com?X-Reason=50%25%20off'
        """
        return SipUri(self, headers=((name, value),))

    def _parts(self) -> Any:
        return _bridge.call("uri_parts", self._text)

    @property
    def scheme(self) -> str:
        """`sip` or `sips`, as spelled."""
        return str(self._parts().scheme)

    @property
    def user(self) -> str | None:
        """The user as spelled."""
        return _bridge.maybe_text(self._parts().user)

    @property
    def password(self) -> str | None:
        """The password as spelled."""
        return _bridge.maybe_text(self._parts().password)

    @property
    def host(self) -> str:
        """The host as spelled; IPv6 with its brackets."""
        return str(self._parts().host)

    @property
    def port(self) -> int | None:
        """The port."""
        port: int | None = self._parts().port
        return port

    @property
    def params(self) -> tuple[tuple[str, str | None], ...]:
        """The parameters as spelled; a flag has no value."""
        return tuple((param.name, param.value) for param in self._parts().params)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers, decoded, in their order."""
        return _bridge.plain(self._parts().headers)

    def header(self, name: str) -> str | None:
        """Find the first header of this name, without regard to case."""
        found = (value for header, value in self.headers if header.lower() == name.lower())
        return next(found, None)

    @property
    def user_to_user(self) -> UserToUser | None:
        """The first User-to-User value. Raises `SipUriError` if it cannot be read."""
        parts = _bridge.call("uri_user_to_user", self._text)
        return parts and UserToUser._of(parts)

    @property
    def user_to_users(self) -> tuple[UserToUser, ...]:
        """Every User-to-User value, in order: a header may hold several.

        Raises `SipUriError` if one of them cannot be read.

        >>> [it.data for it in SipUri("sip:a@b?User-to-User=31%2C32&User-to-User=33").user_to_users]
        ['31', '32', '33']
        """
        return tuple(map(UserToUser._of, _bridge.call("uri_user_to_users", self._text)))

    @property
    def refer_to(self) -> str:
        """The value of a Refer-To header, in angle brackets."""
        return str(_bridge.call("uri_refer_to", self._text))

    def check(self) -> list[Diagnostic]:
        """Tell what will be dropped or misread on the wire."""
        from ._diagnostic import diagnostics

        return diagnostics(_bridge.call("uri_check", self._text))

    def equivalent(self, other: SipUri) -> bool:
        """Compare as RFC 3261 section 19.1.4 does."""
        return bool(_bridge.call("uri_equivalent", self._text, str(other)))

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"SipUri({_without_password(self._text)!r})"

    _text: str


class ReferTarget(Value):
    """What a Refer-To value, or Twilio's `ReferTransferTarget`, names.

    >>> ReferTarget.parse('"Bob" <sip:bob@example.com>;x=1')
    ReferTarget(kind='sip', text='sip:bob@example.com')
    """

    __slots__ = ("kind", "text")
    kind: str
    """`sip`, `tel` or `other`."""
    text: str
    """The URI, without angle brackets and what stands around them."""

    def __init__(self, kind: str, text: str) -> None:
        self._set(kind, text)

    @classmethod
    def parse(cls, text: str) -> ReferTarget:
        """Read a Refer-To value; the kind of what names nothing is `other`."""
        target = _bridge.call("refer_target", text)
        return cls(target.kind, target.text)

    @property
    def uri(self) -> SipUri | None:
        """The SIP URI, if it is one."""
        return SipUri(self.text) if self.kind == "sip" else None

    def __repr__(self) -> str:
        return f"ReferTarget(kind={self.kind!r}, text={_without_password(self.text)!r})"


def _without_password(uri: str) -> str:
    """Return a URI as it may be shown."""
    scheme_and_user, at, host = uri.partition("@")
    scheme, *user = scheme_and_user.split(":", 2)
    # Neither the scheme nor the user holds a colon.
    return f"{scheme}:{user[0]}:***@{host}" if at and len(user) > 1 else uri
