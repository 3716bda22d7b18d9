// The verbs beside `<Refer>`, with their attributes, which Twilio's documentation of TwiML explains; any other
// attribute goes into `attributes`.

/// A verb with initialisers of its own.
public protocol TwimlVerb: TwimlContent, Hashable, CustomStringConvertible {
    /// The verb as an element.
    var element: TwimlElement { get }
}

extension TwimlVerb {
    public var node: TwimlNode { .element(element) }
    public var description: String { element.description }
}

/// Speaks text to the caller; `loop` is how often, 0 without end.
public struct Say: TwimlVerb {
    public let element: TwimlElement

    public init(
        _ text: String, voice: String? = nil, language: String? = nil, loop: Int? = nil,
        attributes: NameValuePairs = [:]
    ) {
        element = TwimlElement(
            "Say", named(("voice", voice), ("language", language), ("loop", loop)) + attributes,
            text: text)
    }
}

/// Plays a file, or with `digits` tones (`w` is half a second of silence).
public struct Play: TwimlVerb {
    public let element: TwimlElement

    public init(
        _ url: String = "", digits: String? = nil, loop: Int? = nil, attributes: NameValuePairs = [:]
    ) {
        element = TwimlElement(
            "Play", named(("digits", digits), ("loop", loop)) + attributes, text: url)
    }
}

/// Waits in silence; `length` is in seconds.
public struct Pause: TwimlVerb {
    public let element: TwimlElement

    public init(length: Int? = nil, attributes: NameValuePairs = [:]) {
        element = TwimlElement("Pause", named(("length", length)) + attributes)
    }
}

/// Collects digits or speech of the caller, while its prompts are played.
///
/// `timeout` is in seconds of silence, `action` the URL that gets the input; `input` is `dtmf`, `speech` or
/// both, with a space between.
///
/// ```swift
/// let response = try VoiceResponse {
///     Gather(action: "/choice", numDigits: 1) {
///         Say("Press 1 to talk to sales.")
///     }
///     Say("Goodbye.")
/// }
/// print(response.nodes.count)  // 2
/// ```
public struct Gather: TwimlVerb {
    public let element: TwimlElement

    public init(
        input: String? = nil, action: String? = nil, method: RequestMethod? = nil, timeout: Int? = nil,
        numDigits: Int? = nil, finishOnKey: String? = nil, speechTimeout: String? = nil,
        maxSpeechTime: Int? = nil, language: String? = nil, hints: String? = nil, speechModel: String? = nil,
        enhanced: Bool? = nil, profanityFilter: Bool? = nil, bargeIn: Bool? = nil,
        actionOnEmptyResult: Bool? = nil, partialResultCallback: String? = nil,
        partialResultCallbackMethod: RequestMethod? = nil, debug: Bool? = nil,
        attributes: NameValuePairs = [:],
        @TwimlBuilder prompts: () -> [TwimlNode] = { [] }
    ) {
        let set = named(
            ("input", input), ("action", action), ("method", method), ("timeout", timeout),
            ("numDigits", numDigits), ("finishOnKey", finishOnKey), ("speechTimeout", speechTimeout),
            ("maxSpeechTime", maxSpeechTime), ("language", language), ("hints", hints),
            ("speechModel", speechModel), ("enhanced", enhanced), ("profanityFilter", profanityFilter),
            ("bargeIn", bargeIn), ("actionOnEmptyResult", actionOnEmptyResult),
            ("partialResultCallback", partialResultCallback),
            ("partialResultCallbackMethod", partialResultCallbackMethod), ("debug", debug))
        element = TwimlElement("Gather", set + attributes, children: prompts())
    }
}

/// Goes on with the document of another URL.
public struct Redirect: TwimlVerb {
    public let element: TwimlElement

    public init(_ url: String, method: RequestMethod? = nil, attributes: NameValuePairs = [:]) {
        element = TwimlElement("Redirect", named(("method", method)) + attributes, text: url)
    }
}

/// Ends the call.
public struct Hangup: TwimlVerb {
    public let element = TwimlElement("Hangup")

    public init() {}
}

private func named(
    _ attributes: (name: String, value: (any CustomStringConvertible)?)...
) -> NameValuePairs {
    var set = NameValuePairs()
    for case (let name, let value?) in attributes {
        set.append(NameValuePair(name, value.description))
    }
    return set
}
