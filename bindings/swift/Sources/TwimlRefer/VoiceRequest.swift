// Requests from Twilio.

internal import TwimlReferBridge

/// The kind of endpoint on this call leg; `<Refer>` works on SIP legs only.
public enum CallLeg: String, Sendable, Hashable, Codable, CaseIterable {
    /// A SIP device.
    case sip
    /// A phone number.
    case pstn
    /// The Voice SDK in a browser or an app.
    case client
    /// The request does not say.
    case unknown
}

/// Any request from Twilio to an app.
///
/// ```swift
/// let request = try VoiceRequest(form: "CallSid=CA1&From=sip%3Aa%40b&Direction=inbound&Digits=1")
/// print(request.callSid!, request.leg, request["Digits"]!)  // CA1 sip 1
/// ```
///
/// The request to the action of a ``Refer`` has a report:
///
/// ```swift
/// let request = try VoiceRequest(
///     form: "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
/// print(request.outcome!, request.refer!.referSipResponseCode!)  // target-failed busy 486 202
/// ```
public struct VoiceRequest: Sendable, Hashable {
    /// Every parameter, in arrival order.
    public let parameters: NameValuePairs
    /// The headers that came as `SipHeader_…`, without that prefix.
    public let sipHeaders: NameValuePairs
    /// What is unexpected or invalid about its parameters.
    public let diagnostics: [Diagnostic]
    /// The kind of endpoint on this call leg; `<Refer>` works on SIP legs only.
    public let leg: CallLeg
    /// The report of a ``Refer``; `nil` if none of its three parameters is there.
    public let refer: ReferReport?
    /// Whether the original call is still there for the app to talk to.
    public let mayResume: Bool

    /// How the transfer ended: the outcome of ``refer``.
    public var outcome: ReferOutcome? { refer?.outcome }

    /// Reads a form body, or a URL's query without its `?`.
    ///
    /// An unexpected or invalid value is not an error but one of the ``diagnostics``.
    ///
    /// - Throws: an error of the group `request`: it has more than `maxBytes` (64 KiB, if `nil`), it is not
    ///   UTF-8, or `maxBytes` is out of range.
    public init(form: some Sequence<UInt8>, maxBytes: Int? = nil) throws(TwimlReferError) {
        let data = try copied(form)
        self.init(
            try call(data.count) { try requestFromForm(body: data, maxBytes: maxBytes.map(Int64.init)) })
    }

    /// Reads a form body, or a URL's query without its `?`; throws as with bytes.
    public init(form: String, maxBytes: Int? = nil) throws(TwimlReferError) {
        try self.init(form: form.utf8, maxBytes: maxBytes)
    }

    /// Takes the parameters that a web framework has decoded; throws as with bytes.
    public init(parameters: NameValuePairs, maxBytes: Int? = nil) throws(TwimlReferError) {
        self.init(
            try call(parameters.size) {
                try requestFromPairs(params: parameters.plain, maxBytes: maxBytes.map(Int64.init))
            })
    }

    init(_ request: TwimlReferBridge.VoiceRequest) {
        parameters = NameValuePairs(request.params)
        sipHeaders = NameValuePairs(request.sipHeaders)
        diagnostics = request.diagnostics.map(Diagnostic.init)
        leg = CallLeg(rawValue: request.leg) ?? .unknown
        refer = request.refer.map(ReferReport.init)
        mayResume = request.mayResume
    }

    /// The first parameter of this name, compared with case.
    public subscript(name: String) -> String? { parameters[name] }

    /// Returns every parameter as a form body.
    public func form() throws(TwimlReferError) -> String {
        try call(parameters.size) { try requestToForm(params: parameters.plain) }
    }
}

extension VoiceRequest: CustomStringConvertible, CustomReflectable {
    /// The parameters, secrets hidden.
    public var description: String { parameters.description }

    public var customMirror: Mirror { Mirror(self, children: ["parameters": description]) }
}
