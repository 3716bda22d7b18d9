// Twilio's requests, and the callback of `<Refer>`.

internal import TwimlReferBridge

/// What is odd about a parameter.
public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// The name of the parameter.
    public let parameter: String
    /// What is odd, and what was made of it.
    public let message: String

    public var description: String { "\(parameter): \(message)" }
}

/// The leg of a call; `<Refer>` works on SIP legs only.
public enum Leg: String, Sendable, Hashable {
    /// A SIP device.
    case sip
    /// A phone number.
    case pstn
    /// The Voice SDK in a browser or an app.
    case client
    /// Nothing tells.
    case unknown
}

/// Any request of Twilio to an app.
///
/// ```swift
/// let request = try VoiceRequest(form: "CallSid=CA1&From=sip%3Aa%40b&Direction=inbound")
/// print(request.callSid!, request.leg)  // CA1 sip
/// ```
public struct VoiceRequest: VoiceParameters, Hashable {
    public let parameters: Fields
    /// The headers that came as `SipHeader_…`, without that prefix.
    public let sipHeaders: Fields
    /// What is odd about its parameters.
    public let problems: [Problem]
    /// The leg that it speaks of.
    public let leg: Leg

    /// Reads a form body, or a URL's query without its `?`.
    ///
    /// An odd value is no error but stands in ``problems``.
    ///
    /// - Throws: an error of the category `requestTooLarge`: it has more than `maxBytes` (64 KiB, if `nil`);
    ///   or `request`: it is not UTF-8, or `maxBytes` is out of range.
    public init(form: some Sequence<UInt8>, maxBytes: Int? = nil) throws(TwimlReferError) {
        self = try ReferCallback(form: form, maxBytes: maxBytes).request
    }

    /// Reads a form body, or a URL's query without its `?`; throws as with bytes.
    public init(form: String, maxBytes: Int? = nil) throws(TwimlReferError) {
        try self.init(form: form.utf8, maxBytes: maxBytes)
    }

    /// Takes what a web framework has decoded; throws as with bytes.
    public init(parameters: Fields, maxBytes: Int? = nil) throws(TwimlReferError) {
        self = try ReferCallback(parameters: parameters, maxBytes: maxBytes).request
    }

    init(_ request: Request) {
        parameters = Fields(request.params)
        sipHeaders = Fields(request.sipHeaders)
        problems = request.problems.map { Problem(parameter: $0.name, message: $0.value) }
        leg = Leg(rawValue: request.leg) ?? .unknown
    }

    /// Every pair as a form body.
    public func form() throws(TwimlReferError) -> String {
        try call(parameters.size) { try requestToForm(pairs: parameters.pairs) }
    }
}

/// The request that tells how a ``Refer`` ended.
///
/// ```swift
/// let callback = try ReferCallback(
///     form: "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
/// print(callback.outcome)  // target-failed busy 486
/// ```
public struct ReferCallback: VoiceParameters, Hashable {
    /// What it has as any request.
    public let request: VoiceRequest
    /// `ReferCallStatus`: how the call to the target stands.
    public let referCallStatus: ReferCallStatus?
    /// `ReferSipResponseCode`: the endpoint's answer to the REFER, 100 to 699.
    public let referSipResponseCode: Int?
    /// `NotifySipResponseCode`: the last code of the call to the target.
    public let notifySipResponseCode: Int?
    /// How the transfer ended.
    public let outcome: ReferOutcome
    /// Whether the original call is still there for the app to talk to.
    public let mayResume: Bool

    public var parameters: Fields { request.parameters }
    /// The headers that came as `SipHeader_…`, without that prefix.
    public var sipHeaders: Fields { request.sipHeaders }
    /// What is odd about its parameters.
    public var problems: [Problem] { request.problems }
    /// The leg that it speaks of.
    public var leg: Leg { request.leg }

    /// Reads a form body, or a URL's query without its `?`.
    ///
    /// An odd value is no error but stands in ``problems``.
    ///
    /// - Throws: an error of the category `requestTooLarge`: it has more than `maxBytes` (64 KiB, if `nil`);
    ///   or `request`: it is not UTF-8, or `maxBytes` is out of range.
    public init(form: some Sequence<UInt8>, maxBytes: Int? = nil) throws(TwimlReferError) {
        let limit = maxBytes.map(Int64.init)
        self = try withBytes(form) { bytes throws(TwimlReferError) in
            try ReferCallback(call(bytes.count) { try laneRequest(form: bytes, maxBytes: limit) })
        }
    }

    /// Reads a form body, or a URL's query without its `?`; throws as with bytes.
    public init(form: String, maxBytes: Int? = nil) throws(TwimlReferError) {
        try self.init(form: form.utf8, maxBytes: maxBytes)
    }

    /// Takes what a web framework has decoded; throws as with bytes.
    public init(parameters: Fields, maxBytes: Int? = nil) throws(TwimlReferError) {
        let limit = maxBytes.map(Int64.init)
        self.init(
            try call(parameters.size) {
                try laneRequest(pairs: parameters.tuples, maxBytes: limit)
            })
    }

    init(_ answer: Request) {
        request = VoiceRequest(answer)
        referCallStatus = answer.referCallStatus.map(ReferCallStatus.init)
        referSipResponseCode = answer.referSipResponseCode.map(Int.init)
        notifySipResponseCode = answer.notifySipResponseCode.map(Int.init)
        outcome = ReferOutcome(answer.outcome)
        mayResume = answer.mayResume
    }
}

extension VoiceRequest: CustomStringConvertible, CustomReflectable {
    /// The parameters, secrets hidden.
    public var description: String { parameters.description }

    public var customMirror: Mirror { Mirror(self, children: ["parameters": description]) }
}

extension ReferCallback: CustomStringConvertible, CustomReflectable {
    /// The outcome and the parameters, secrets hidden.
    public var description: String { "\(outcome) \(request)" }

    public var customMirror: Mirror { Mirror(self, children: ["callback": description]) }
}
