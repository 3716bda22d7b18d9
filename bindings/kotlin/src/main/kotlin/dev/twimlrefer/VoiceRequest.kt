package dev.twimlrefer

import dev.twimlrefer.internal.BodyLimit
import dev.twimlrefer.internal.bridge.requestFromForm
import dev.twimlrefer.internal.bridge.requestFromPairs
import dev.twimlrefer.internal.bridge.requestToForm
import dev.twimlrefer.internal.diagnostics
import dev.twimlrefer.internal.entries
import dev.twimlrefer.internal.formPairs
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.pairs
import dev.twimlrefer.internal.spelled
import dev.twimlrefer.internal.bridge.VoiceRequest as BridgeRequest

/**
 * Any request from Twilio to an app. Immutable; equal if it has the same parameters.
 *
 * `CallToken` is a secret: neither [toString] nor Jackson and Gson write it (other mappers may). They leave out
 * [params] and [callToken], which have no getter of a bean; [toForm] writes everything.
 *
 * ```kotlin
 * val request = VoiceRequest.fromForm("CallSid=CA1&From=sip%3Aa%40b&Direction=inbound")
 * check(request.callSid == "CA1" && request.leg == Leg.SIP && request.refer == null)
 * ```
 */
public class VoiceRequest internal constructor(@Transient private val request: BridgeRequest) :
    VoiceParameters() {
    /**
     * Every parameter, known or not, in arrival order. As text, list and entries leave out the values of secret
     * parameters.
     */
    @get:JvmName("params")
    public val params: List<Map.Entry<String, String>> get() = entries(request.params, request.secrets)

    override fun param(name: String): String? = request.params.firstOrNull { it.name == name }?.value

    /** How a `<Refer>` ended; `null` if the request has none of its three parameters. */
    public val refer: ReferReport? get() = request.refer?.let(::ReferReport)

    /** The outcome of [refer]. */
    public val outcome: ReferOutcome? get() = request.refer?.let { outcome(it.outcome) }

    /** Whether the original call is still there for the app to talk to. */
    public val mayResume: Boolean get() = request.mayResume

    /** The kind of endpoint on this call leg; `<Refer>` works on SIP legs only. */
    public val leg: Leg get() = named<Leg>(request.leg) ?: Leg.UNKNOWN

    /** The headers that came as `SipHeader_…`, without that prefix. */
    public val sipHeaders: List<Map.Entry<String, String>> get() = entries(request.sipHeaders)

    /** Diagnostics of the parameters; an invalid value is never an exception. */
    public val diagnostics: List<Diagnostic> get() = diagnostics(request.diagnostics)

    /** Returns every parameter as a form body, `CallToken` included: keep a request by it. */
    public fun toForm(): String = requestToForm(request.params)

    /** Whether the parameters are the same. */
    override fun equals(other: Any?): Boolean =
        other is VoiceRequest && other.request.params == request.params

    /** Agrees with [equals]. */
    override fun hashCode(): Int = request.params.hashCode()

    /** For people; without the values of secret parameters. */
    override fun toString(): String = "VoiceRequest($params)"

    /** Reads requests without a signature; an app uses [RequestValidator.verify]. */
    public companion object {
        /**
         * Reads a form body as it was received, or a URL's query without its `?`.
         *
         * @param maxBytes how large it may be; 64 KiB by default.
         * @throws RequestException it is too large, or not UTF-8.
         */
        @JvmStatic
        @JvmOverloads
        public fun fromForm(body: ByteArray, maxBytes: Int? = null): VoiceRequest =
            VoiceRequest(requestFromForm(BodyLimit.cut(body, maxBytes), maxBytes?.toLong()))

        /** Reads a form body that is text. Throws as the other one. */
        @JvmStatic
        @JvmOverloads
        public fun fromForm(body: String, maxBytes: Int? = null): VoiceRequest =
            VoiceRequest(requestFromForm(BodyLimit.cut(body, maxBytes), maxBytes?.toLong()))

        /**
         * Takes the parameters that a web framework has decoded: `Map<String, String>`, or with several values in a
         * list or an array. Throws as [fromForm].
         */
        @JvmStatic
        @JvmOverloads
        public fun fromParams(params: Map<String, *>, maxBytes: Int? = null): VoiceRequest =
            VoiceRequest(requestFromPairs(formPairs(params), maxBytes?.toLong()))

        /** Takes the parameters in their order, as [params] has them. Throws as [fromForm]. */
        @JvmStatic
        @JvmOverloads
        public fun fromParams(
            params: Iterable<Map.Entry<String, String>>,
            maxBytes: Int? = null,
        ): VoiceRequest = VoiceRequest(requestFromPairs(pairs(params), maxBytes?.toLong()))
    }
}

/** The kind of endpoint on this call leg; `<Refer>` works on SIP legs only. */
public enum class Leg {
    /** A SIP endpoint. */
    SIP,

    /** The telephone network. */
    PSTN,

    /** A client of Twilio's own SDKs. */
    CLIENT,

    /** The request does not say. */
    UNKNOWN,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}
