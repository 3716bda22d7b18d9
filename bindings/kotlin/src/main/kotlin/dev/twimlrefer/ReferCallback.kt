package dev.twimlrefer

import dev.twimlrefer.internal.Answer
import dev.twimlrefer.internal.encoded

/**
 * The request that tells how a `<Refer>` ended. Immutable.
 *
 * ```kotlin
 * val callback = ReferCallback.fromForm("ReferCallStatus=failed&ReferSipResponseCode=405")
 * check(callback.outcome == ReferOutcome.Rejected(405) && callback.mayResume)
 * ```
 */
public class ReferCallback internal constructor(answer: Answer) : VoiceRequest(answer) {
    /** `ReferCallStatus`: how the call to the target stands. */
    public val referCallStatus: ReferCallStatus? get() = answer.referCallStatus

    /** `ReferSipResponseCode`: the endpoint's answer to the REFER, 100 to 699. */
    public val referSipResponseCode: Int? get() = answer.referSipResponseCode

    /** `NotifySipResponseCode`: the last code of the call to the target, 100 to 699. */
    public val notifySipResponseCode: Int? get() = answer.notifySipResponseCode

    /** How the transfer ended. */
    public val outcome: ReferOutcome get() = answer.outcome

    /** Whether the original call is still there for the app to talk to. */
    public val mayResume: Boolean get() = answer.mayResume

    /** How callbacks are read without a signature; [RequestValidator.verify] is the straight road. */
    public companion object {
        /**
         * Reads a form body as it was received, or a URL's query without its `?`.
         *
         * @param maxBytes how large it may be; 64 KiB if nothing is said.
         * @throws RequestException it is too large, or not UTF-8.
         */
        @JvmStatic
        @JvmOverloads
        public fun fromForm(body: ByteArray, maxBytes: Int? = null): ReferCallback =
            ReferCallback(readForm(body, maxBytes))

        /** Reads a form body that is text. Throws as the other one. */
        @JvmStatic
        @JvmOverloads
        public fun fromForm(body: String, maxBytes: Int? = null): ReferCallback =
            fromForm(encoded(body), maxBytes)

        /** Takes the parameters that a web framework has decoded. Throws as [fromForm]. */
        @JvmStatic
        @JvmOverloads
        public fun fromParams(params: Iterable<Pair<String, String>>, maxBytes: Int? = null): ReferCallback =
            ReferCallback(readParams(params, maxBytes))

        /** The callback in a request that was verified as any. */
        @JvmStatic
        public fun of(request: VoiceRequest): ReferCallback = ReferCallback(request.answer)
    }
}
