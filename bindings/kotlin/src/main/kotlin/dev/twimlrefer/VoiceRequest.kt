package dev.twimlrefer

import dev.twimlrefer.internal.Answer
import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane
import dev.twimlrefer.internal.bridge.requestToForm
import dev.twimlrefer.internal.bridgePairs
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.encoded
import dev.twimlrefer.internal.spelled

/**
 * Any request of Twilio to an app. Immutable; equal if it is of the same class and has the same
 * parameters.
 *
 * `CallToken` is a secret: neither [toString] nor Jackson and Gson write it (other mappers may). Jackson leaves out
 * [params] and [callToken]; [toForm] writes everything.
 *
 * ```kotlin
 * val request = VoiceRequest.fromForm("CallSid=CA1&From=sip%3Aa%40b&Direction=inbound")
 * check(request.callSid == "CA1" && request.leg == Leg.SIP)
 * ```
 */
public open class VoiceRequest internal constructor(
    @Transient @get:JvmSynthetic internal val answer: Answer,
) : VoiceParameters() {
    /**
     * Every parameter, known or not, in arrival order. As text, the list leaves out the values of secret
     * parameters; its pairs do not.
     */
    @get:java.beans.Transient
    public val params: List<Pair<String, String>> get() = answer.params

    override fun param(name: String): String? = answer.param(name)

    /** The leg that it speaks of: `<Refer>` runs on SIP legs alone. */
    public val leg: Leg get() = answer.leg

    /** The headers that came as `SipHeader_…`, without that prefix. */
    public val sipHeaders: List<Pair<String, String>> get() = answer.sipHeaders

    /** What is odd about its parameters; an odd value never costs a call. */
    public val problems: List<Problem> get() = answer.problems

    /** Every parameter as a form body, `CallToken` included: it is what to keep a request by. */
    public fun toForm(): String = bridgePairs(params).let { bridged { requestToForm(it) } }

    /** Whether class and parameters are the same. */
    override fun equals(other: Any?): Boolean =
        other is VoiceRequest && other.javaClass == javaClass && other.params == params

    /** Agrees with [equals]. */
    override fun hashCode(): Int = params.hashCode()

    /** For people; without the values of secret parameters. */
    override fun toString(): String = "${javaClass.simpleName}($params)"

    /** How requests are read. */
    public companion object {
        /**
         * Reads a form body as it was received, or a URL's query without its `?`.
         *
         * @param maxBytes how large it may be; 64 KiB if nothing is said.
         * @throws RequestException it is too large, or not UTF-8.
         */
        @JvmStatic
        @JvmOverloads
        public fun fromForm(body: ByteArray, maxBytes: Int? = null): VoiceRequest =
            VoiceRequest(readForm(body, maxBytes))

        /** Reads a form body that is text. Throws as the other one. */
        @JvmStatic
        @JvmOverloads
        public fun fromForm(body: String, maxBytes: Int? = null): VoiceRequest =
            fromForm(encoded(body), maxBytes)

        /**
         * Takes the parameters that a web framework has decoded. Throws as [fromForm].
         */
        @JvmStatic
        @JvmOverloads
        public fun fromParams(params: Iterable<Pair<String, String>>, maxBytes: Int? = null): VoiceRequest =
            VoiceRequest(readParams(params, maxBytes))
    }
}

/**
 * What is odd about a parameter.
 *
 * @property parameter its name.
 * @property message what is wrong with it.
 */
public data class Problem(val parameter: String, val message: String)

/** What a call leg is made of. */
public enum class Leg {
    /** A SIP endpoint: `<Refer>` is for these alone. */
    SIP,

    /** The telephone network. */
    PSTN,

    /** A client of Twilio's own SDKs. */
    CLIENT,

    /** The request does not tell. */
    UNKNOWN,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}

internal fun readForm(body: ByteArray, maxBytes: Int?): Answer =
    Answer(Lane.call(Lane.FROM_FORM, Frame().put(maxBytes).put(body)))

internal fun readParams(params: Iterable<Pair<String, String>>, maxBytes: Int?): Answer =
    Answer(Lane.call(Lane.FROM_PAIRS, Frame().put(maxBytes).put(params)))
