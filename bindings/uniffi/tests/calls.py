"""Calls every function of a generated module with many arguments, drawn by type and name, and
prints what came of it: `calls.py FOLDER TYPED`.

The module as UniFFI generates it and the one that takes the fast way must print the same. `TYPED`
is the folder of the first, which says the types of all arguments.
"""

import enum
import importlib.util
import inspect
import json
import random
import sys
import typing

ROUNDS = 100
USUAL = {
    str: ["", "a b", "X-A", "Say", "loop", "CallSid", "CallToken", "SipHeader_X-A", "ümlaut, 1%"],
    bytes: [b"", b"{}", b"ReferCallStatus=busy&ReferSipResponseCode=202&CallToken=x&A=%ff", b"a=1"],
    int: [0, 1, 2, 99, 180, 202, 401, 486, 5060, 65537, 2**31, 10**10, -1],
}
# What is hard to find by chance, by the name of an argument. What calls return is added to the last
# three.
NAMED = {
    "account_sid": ["AC" + 32 * "0"],
    "action": ["/handleRefer", "https://voice.example.com/?CallToken=hidden"],
    "auth_tokens": ["12345"],
    "base": ["https://api.example.com"],
    "base_url": ["https://voice.example.com/voice"],
    "body": [b"SIP/2.0 100 Trying\r\n", b"SIP/2.0 603 Decline\r\n", b"CallSid=CA1&AccountSid=AC1"],
    "call_sid": ["CA" + 32 * "0"],
    "cseq": [1, 2, 3, 4],
    "encoding": ["hex", "text"],
    "event": ["refer", "refer;id=1"],
    "host": ["example.com"],
    "leg": ["sip", "sip", "pstn"],
    "method": ["POST", "POST", "GET", "post"],
    "port": [5060],
    "public_base": ["https://voice.example.com"],
    "status": ["busy"],
    "subscription_state": ["active;expires=60", "terminated"],
    "target": ["/refer?", "sip:alice@example.com"],
    "text": ["56a390;encoding=hex", '"Bob" <sip:bob@example.com>;x=1'],
    "to": ["sip:alice@example.com"],
    "uri": [
        "sip:alice:pw@EXAMPLE.com:5070;transport=tcp;lr?X-A=1&User-to-User=31%2C32",
        "sip:a@b?X",
    ],
    "url": ["https://voice.example.com/refer?CallToken=hidden", "/refer?"],
    "xml": [
        b"<Response><Say loop='2'>a &lt; b</Say><!--c--></Response>",
        b"<Response>\n<Refer action='/a'><Sip>sip:a@b</Sip></Refer></Response>",
    ],
    "pieces": [],
    "saved": [b"TWR"],
    "signature": ["c2ln"],
}
# What makes the signature that a function wants.
SIGNED = {"verify": "sign_form", "verify_params": "sign", "verify_servlet_params": "sign"}
NAMED["one"] = NAMED["other"] = NAMED["uri"]


def load(folder, name):
    """Import the module from a folder."""
    path = f"{folder}/twiml_refer_uniffi.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(name, kind, chance):
    """Draw an argument of this name and type."""
    inner = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Union:
        return draw(name, inner[0], chance) if chance.random() < 0.6 else None
    named = [it for it in NAMED.get(name, ()) if isinstance(it, typing.get_origin(kind) or kind)]
    if named and chance.random() < 0.9:
        return chance.choice(named[-6:])
    if inner:
        return [draw(name, inner[0], chance) for _ in range(chance.choice([0, 1, 1, 2]))]
    if kind is bool:
        return chance.random() < 0.3
    if kind in USUAL:
        return chance.choice(USUAL[kind])
    made = getattr(bridge, kind.__name__)
    variants = (
        list(kind) if issubclass(kind, enum.Enum) else [it for it in vars(kind) if it.isupper()]
    )
    if not variants:
        return made(**arguments(kind.__init__, chance))
    variant = chance.choice(variants)
    if isinstance(variant, enum.Enum):
        return getattr(made, variant.name)
    return getattr(made, variant)(**arguments(getattr(kind, variant).__init__, chance))


def arguments(function, chance):
    """Draw what a function of the typed module takes."""
    types = typing.get_type_hints(function, vars(typed))
    return {name: draw(name, kind, chance) for name, kind in types.items() if name != "return"}


def plain(value):
    """Take records and enums apart."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "__dict__") and not isinstance(value, (type, enum.Enum)):
        kind = type(value).__name__.rpartition(".")[2]
        return {"": kind, **{name: plain(field) for name, field in vars(value).items()}}
    return value if isinstance(value, (int, str, type(None))) else repr(value)


bridge = load(sys.argv[1], "bridge")
typed = load(sys.argv[2], "typed")
functions, compared = (
    {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name[0] != "_" and function.__module__ == module.__name__
    }
    for module in (typed, bridge)
)
assert functions.keys() == compared.keys(), functions.keys() ^ compared.keys()
failed = set(functions)
for number in range(ROUNDS):
    for name, function in functions.items():
        given = arguments(function, random.Random(f"{name} {number}"))
        try:
            if name in SIGNED and number % 2:
                signed = {it: given[it] for it in given if it not in ("method", "signature")}
                given["signature"] = compared[SIGNED[name]](**signed)
            result = compared[name](**given)
            failed.discard(name)
        except bridge.BridgeError.Failed as error:
            result = error.details
        print(name, json.dumps(plain(result), sort_keys=True))
        if name in ("sign", "sign_form", "sign_raw"):
            NAMED["signature"].append(result)
        for field in ("saved", "pieces"):
            if hasattr(result, field):
                NAMED[field].append(getattr(result, field))
assert not failed, f"never succeeded: {sorted(failed)}"
