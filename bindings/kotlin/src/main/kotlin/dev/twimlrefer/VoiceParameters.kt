package dev.twimlrefer

import dev.twimlrefer.internal.bridge.typedParameters

/** The standard parameters of Twilio's voice requests; `null` where one was not sent. */
public sealed class VoiceParameters {
    /** Returns the first value of the parameter of this name, compared with case. */
    public abstract fun param(name: String): String?

    private fun named(getter: String): String? = param(names.getValue(getter))

    /** `CallSid`: the identifier of this call, `CA` and 32 hexadecimal digits. */
    public val callSid: String? get() = named("call_sid")

    /** `AccountSid`: the account that the call belongs to, `AC` and 32 hexadecimal digits. */
    public val accountSid: String? get() = named("account_sid")

    /** `From`: who calls: a number in E.164, a `sip:` URI or `client:` and a name. */
    public val from: String? get() = named("from")

    /** `To`: who is called, in the forms of `From`. */
    public val to: String? get() = named("to")

    /** `CallStatus`: how the call itself stands, for example `in-progress` or `completed`. */
    public val callStatus: String? get() = named("call_status")

    /** `ApiVersion`: the version of Twilio's API, a date. */
    public val apiVersion: String? get() = named("api_version")

    /** `Direction`: `inbound`, `outbound-api` or `outbound-dial`. */
    public val direction: String? get() = named("direction")

    /** `ForwardedFrom`: the number that forwarded the call, where its carrier says so. */
    public val forwardedFrom: String? get() = named("forwarded_from")

    /** `CallerName`: the name that the lookup of the caller gave. */
    public val callerName: String? get() = named("caller_name")

    /** `ParentCallSid`: the call whose document began this one. */
    public val parentCallSid: String? get() = named("parent_call_sid")

    /** `CallToken`: a secret that lets the app use the caller's number; never log it. */
    @get:JvmName("callToken")
    public val callToken: String? get() = named("call_token")

    /** `StirVerstat`: the result of STIR/SHAKEN, for example `TN-Validation-Passed-A`. */
    public val stirVerstat: String? get() = named("stir_verstat")

    /** `Caller`: the same as `From`. */
    public val caller: String? get() = named("caller")

    /** `Called`: the same as `To`. */
    public val called: String? get() = named("called")

    /** `FromCity`: the city of `From`. */
    public val fromCity: String? get() = named("from_city")

    /** `FromState`: the state or province of `From`. */
    public val fromState: String? get() = named("from_state")

    /** `FromZip`: the postal code of `From`. */
    public val fromZip: String? get() = named("from_zip")

    /** `FromCountry`: the country of `From`, two letters. */
    public val fromCountry: String? get() = named("from_country")

    /** `ToCity`: the city of `To`. */
    public val toCity: String? get() = named("to_city")

    /** `ToState`: the state or province of `To`. */
    public val toState: String? get() = named("to_state")

    /** `ToZip`: the postal code of `To`. */
    public val toZip: String? get() = named("to_zip")

    /** `ToCountry`: the country of `To`, two letters. */
    public val toCountry: String? get() = named("to_country")

    /** `CallerCity`: the city of `Caller`. */
    public val callerCity: String? get() = named("caller_city")

    /** `CallerState`: the state or province of `Caller`. */
    public val callerState: String? get() = named("caller_state")

    /** `CallerZip`: the postal code of `Caller`. */
    public val callerZip: String? get() = named("caller_zip")

    /** `CallerCountry`: the country of `Caller`, two letters. */
    public val callerCountry: String? get() = named("caller_country")

    /** `CalledCity`: the city of `Called`. */
    public val calledCity: String? get() = named("called_city")

    /** `CalledState`: the state or province of `Called`. */
    public val calledState: String? get() = named("called_state")

    /** `CalledZip`: the postal code of `Called`. */
    public val calledZip: String? get() = named("called_zip")

    /** `CalledCountry`: the country of `Called`, two letters. */
    public val calledCountry: String? get() = named("called_country")

    /** `SipDomain`: the SIP domain that took the call. */
    public val sipDomain: String? get() = named("sip_domain")

    /** `SipDomainSid`: the identifier of that SIP domain. */
    public val sipDomainSid: String? get() = named("sip_domain_sid")

    /** `SipUsername`: the user name by which the SIP device authenticated itself. */
    public val sipUsername: String? get() = named("sip_username")

    /** `SipCallId`: the `Call-ID` of the SIP dialog. */
    public val sipCallId: String? get() = named("sip_call_id")

    /** `SipSourceIp`: the address from which the SIP request came. */
    public val sipSourceIp: String? get() = named("sip_source_ip")

    /** `ReferTransferTarget`: the `Refer-To` of a REFER that Twilio got. Kept as text: it may be a `tel:` URI. */
    public val referTransferTarget: String? get() = named("refer_transfer_target")

    /** `Digits`: the digits that a `<Gather>` took. */
    public val digits: String? get() = named("digits")

    /** `SpeechResult`: the speech that a `<Gather>` took, as text. */
    public val speechResult: String? get() = named("speech_result")

    /** `Confidence`: how sure that text is, from 0.0 to 1.0. */
    public val confidence: String? get() = named("confidence")

    private companion object {
        /** The parameter that each getter reads. */
        val names: Map<String, String> by lazy { typedParameters().associate { it.getter to it.name } }
    }
}
