// The standard voice parameters; their names come from the library.

internal import TwimlReferBridge

/// Each is `nil` where it was not sent.
extension VoiceRequest {
    /// `CallSid`: the identifier of this call, `CA` and 32 hexadecimal digits.
    public var callSid: String? { named() }
    /// `AccountSid`: the account that the call belongs to, `AC` and 32 hexadecimal digits.
    public var accountSid: String? { named() }
    /// `From`: who calls: a number in E.164, a `sip:` URI or `client:` and a name.
    public var from: String? { named() }
    /// `To`: who is called, in the forms of `From`.
    public var to: String? { named() }
    /// `CallStatus`: the status of the call itself, for example `in-progress` or `completed`.
    public var callStatus: String? { named() }
    /// `ApiVersion`: the version of Twilio's API, a date.
    public var apiVersion: String? { named() }
    /// `Direction`: `inbound`, `outbound-api` or `outbound-dial`.
    public var direction: String? { named() }
    /// `ForwardedFrom`: the number that forwarded the call, where its carrier says so.
    public var forwardedFrom: String? { named() }
    /// `CallerName`: the name of the caller that a lookup found.
    public var callerName: String? { named() }
    /// `ParentCallSid`: the call whose document started this one.
    public var parentCallSid: String? { named() }
    /// `CallToken`: a secret that lets the app use the caller's number; never log it.
    public var callToken: String? { named() }
    /// `StirVerstat`: the result of STIR/SHAKEN, for example `TN-Validation-Passed-A`.
    public var stirVerstat: String? { named() }
    /// `Caller`: the same as `From`.
    public var caller: String? { named() }
    /// `Called`: the same as `To`.
    public var called: String? { named() }
    /// `FromCity`: the city of `From`.
    public var fromCity: String? { named() }
    /// `FromState`: the state or province of `From`.
    public var fromState: String? { named() }
    /// `FromZip`: the postal code of `From`.
    public var fromZip: String? { named() }
    /// `FromCountry`: the country of `From`, two letters.
    public var fromCountry: String? { named() }
    /// `ToCity`: the city of `To`.
    public var toCity: String? { named() }
    /// `ToState`: the state or province of `To`.
    public var toState: String? { named() }
    /// `ToZip`: the postal code of `To`.
    public var toZip: String? { named() }
    /// `ToCountry`: the country of `To`, two letters.
    public var toCountry: String? { named() }
    /// `CallerCity`: the city of `Caller`.
    public var callerCity: String? { named() }
    /// `CallerState`: the state or province of `Caller`.
    public var callerState: String? { named() }
    /// `CallerZip`: the postal code of `Caller`.
    public var callerZip: String? { named() }
    /// `CallerCountry`: the country of `Caller`, two letters.
    public var callerCountry: String? { named() }
    /// `CalledCity`: the city of `Called`.
    public var calledCity: String? { named() }
    /// `CalledState`: the state or province of `Called`.
    public var calledState: String? { named() }
    /// `CalledZip`: the postal code of `Called`.
    public var calledZip: String? { named() }
    /// `CalledCountry`: the country of `Called`, two letters.
    public var calledCountry: String? { named() }
    /// `SipDomain`: the SIP domain that took the call.
    public var sipDomain: String? { named() }
    /// `SipDomainSid`: the identifier of that SIP domain.
    public var sipDomainSid: String? { named() }
    /// `SipUsername`: the user name by which the SIP device authenticated itself.
    public var sipUsername: String? { named() }
    /// `SipCallId`: the `Call-ID` of the SIP dialog.
    public var sipCallId: String? { named() }
    /// `SipSourceIp`: the address that the SIP request came from.
    public var sipSourceIp: String? { named() }
    /// `ReferTransferTarget`: the `Refer-To` of a REFER that Twilio got.
    ///
    /// Kept as text: it may be a `tel:` URI.
    public var referTransferTarget: String? { named() }

    /// `Digits`: the keys that the caller pressed in a ``Gather``.
    public var digits: String? { named() }
    /// `SpeechResult`: what the caller said in a ``Gather``, as text.
    public var speechResult: String? { named() }
    /// `Confidence`: how certain the speech was recognised, from 0 to 1.
    public var confidence: String? { named() }

    /// The parameter that the getter of this name reads.
    private func named(_ getter: String = #function) -> String? {
        names[getter].flatMap { self[$0] }
    }
}

/// Which parameter each getter reads; the library spells getters in snake case.
private let names = Dictionary(
    typedParameters().map { (camelCase($0.getter), $0.name) }, uniquingKeysWith: { first, _ in first })

private func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_")
    return words.dropFirst().reduce(into: words.first.map(String.init) ?? "") {
        $0 += $1.prefix(1).uppercased() + $1.dropFirst()
    }
}
