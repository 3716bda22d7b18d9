// The verbs that stand beside `<Refer>`, with the attributes that they have. What they mean is the
// platform's documentation of TwiML; any other attribute stands in `attributes`.

/// A verb with initialisers of its own.
public protocol Verb: DocumentNode, Hashable, CustomStringConvertible {
    /// What it is in the document.
    var element: Element { get }
}

extension Verb {
    public var node: Node { .element(element) }
    public var description: String { element.description }
}

/// Speaks text to the caller; `loop` is how often, 0 without end.
public struct Say: Verb {
    public let element: Element

    public init(
        _ text: String, voice: String? = nil, language: String? = nil, loop: Int? = nil,
        attributes: Fields = [:]
    ) {
        element = Element(
            "Say", named(("voice", voice), ("language", language), ("loop", loop)) + attributes,
            text: text)
    }
}

/// Plays a file, or with `digits` tones (`w` is half a second of silence).
public struct Play: Verb {
    public let element: Element

    public init(
        _ url: String = "", digits: String? = nil, loop: Int? = nil, attributes: Fields = [:]
    ) {
        element = Element(
            "Play", named(("digits", digits), ("loop", loop)) + attributes, text: url)
    }
}

/// Waits in silence; `length` is in seconds.
public struct Pause: Verb {
    public let element: Element

    public init(length: Int? = nil, attributes: Fields = [:]) {
        element = Element("Pause", named(("length", length)) + attributes)
    }
}

/// Takes digits or speech of the caller, while its prompts are played.
///
/// `timeout` is in seconds of silence, `action` the URL that learns what was taken; `input` is `dtmf`,
/// `speech` or both, with a space between.
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
public struct Gather: Verb {
    public let element: Element

    public init<Failure>(
        input: String? = nil, action: String? = nil, method: Method? = nil, timeout: Int? = nil,
        numDigits: Int? = nil, finishOnKey: String? = nil, speechTimeout: String? = nil,
        language: String? = nil, hints: String? = nil, bargeIn: Bool? = nil,
        actionOnEmptyResult: Bool? = nil, attributes: Fields = [:],
        @DocumentBuilder prompts: () throws(Failure) -> [Node]
    ) throws(Failure) {
        let fields = named(
            ("input", input), ("action", action), ("method", method), ("timeout", timeout),
            ("numDigits", numDigits), ("finishOnKey", finishOnKey),
            ("speechTimeout", speechTimeout), ("language", language), ("hints", hints),
            ("bargeIn", bargeIn), ("actionOnEmptyResult", actionOnEmptyResult))
        element = try Element("Gather", fields + attributes, children: prompts())
    }

    /// A gather without prompts. It is no default of the other initialiser: what that throws could not be
    /// inferred then.
    public init(
        input: String? = nil, action: String? = nil, method: Method? = nil, timeout: Int? = nil,
        numDigits: Int? = nil, finishOnKey: String? = nil, speechTimeout: String? = nil,
        language: String? = nil, hints: String? = nil, bargeIn: Bool? = nil,
        actionOnEmptyResult: Bool? = nil, attributes: Fields = [:]
    ) {
        self.init(
            input: input, action: action, method: method, timeout: timeout, numDigits: numDigits,
            finishOnKey: finishOnKey, speechTimeout: speechTimeout, language: language,
            hints: hints, bargeIn: bargeIn, actionOnEmptyResult: actionOnEmptyResult,
            attributes: attributes, prompts: {})
    }
}

/// Goes on with the document of another URL.
public struct Redirect: Verb {
    public let element: Element

    public init(_ url: String, method: Method? = nil, attributes: Fields = [:]) {
        element = Element("Redirect", named(("method", method)) + attributes, text: url)
    }
}

/// Ends the call.
public struct Hangup: Verb {
    public let element = Element("Hangup")

    public init() {}
}

private func named(_ fields: (name: String, value: (any CustomStringConvertible)?)...) -> Fields {
    var set = Fields()
    for case (let name, let value?) in fields {
        set.append(Field(name, value.description))
    }
    return set
}
