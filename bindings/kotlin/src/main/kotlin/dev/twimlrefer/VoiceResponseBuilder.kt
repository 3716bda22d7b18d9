package dev.twimlrefer

import dev.twimlrefer.internal.frozen
import java.util.Collections

/**
 * Builds a document.
 *
 * ```kotlin
 * val response = voiceResponse {
 *     gather(numDigits = 1, action = "/choice") { say("Press 1 to talk to sales.") }
 *     say("Goodbye.")
 * }
 * check(response.nodes.size == 2)
 * ```
 *
 * @throws DocumentException something cannot stand in a document.
 * @throws SipUriException a target is no SIP URI.
 */
public inline fun voiceResponse(build: VoiceResponseBuilder.() -> Unit): VoiceResponse =
    VoiceResponse.builder().apply(build).build()

/** A document that is being built: verbs are added in the order in which they run. One thread's only. */
@TwimlDsl
public class VoiceResponseBuilder internal constructor() : NodesBuilder<VoiceResponseBuilder>() {
    override val self: VoiceResponseBuilder get() = this

    /**
     * Transfers the caller. What [Refer] throws.
     *
     * @param action the URL that learns how the transfer ended.
     * @param method `GET` or `POST`; Twilio's default is `POST`.
     */
    @JvmOverloads
    public fun refer(target: SipUri, action: String? = null, method: String? = null): VoiceResponseBuilder =
        add(Refer(target, action, method))

    /** Transfers the caller. What [SipUri] and [Refer] throw. */
    @JvmOverloads
    public fun refer(target: String, action: String? = null, method: String? = null): VoiceResponseBuilder =
        if (action == null && method == null) {
            refer(SipUri(target))
        } else {
            refer(SipUri.judgedLater(target), action, method)
        }

    /**
     * Takes digits or speech of the caller, while the prompts in [build] are played. What the attributes
     * mean is Twilio's documentation of `<Gather>`; those that are not given are not written.
     *
     * @param input `dtmf`, `speech` or `dtmf speech`.
     * @param action the URL that learns what was taken.
     * @param timeout in seconds of silence.
     * @param speechTimeout in seconds, or `auto`.
     * @param maxSpeechTime in seconds.
     * @param attributes any others, as spelled.
     */
    public fun gather(
        input: String? = null,
        action: String? = null,
        method: String? = null,
        timeout: Int? = null,
        speechTimeout: String? = null,
        maxSpeechTime: Int? = null,
        profanityFilter: Boolean? = null,
        finishOnKey: String? = null,
        numDigits: Int? = null,
        partialResultCallback: String? = null,
        partialResultCallbackMethod: String? = null,
        language: String? = null,
        hints: String? = null,
        bargeIn: Boolean? = null,
        debug: Boolean? = null,
        actionOnEmptyResult: Boolean? = null,
        speechModel: String? = null,
        enhanced: Boolean? = null,
        attributes: Map<String, String> = Collections.emptyMap(),
        build: Build<ElementBuilder> = Build { },
    ): VoiceResponseBuilder {
        val named =
            given(
                "action" to action,
                "actionOnEmptyResult" to actionOnEmptyResult,
                "bargeIn" to bargeIn,
                "debug" to debug,
                "enhanced" to enhanced,
                "finishOnKey" to finishOnKey,
                "hints" to hints,
                "input" to input,
                "language" to language,
                "maxSpeechTime" to maxSpeechTime,
                "method" to method,
                "numDigits" to numDigits,
                "partialResultCallback" to partialResultCallback,
                "partialResultCallbackMethod" to partialResultCallbackMethod,
                "profanityFilter" to profanityFilter,
                "speechModel" to speechModel,
                "speechTimeout" to speechTimeout,
                "timeout" to timeout,
            )
        return gather(named + frozen(attributes), build)
    }

    /** Takes digits or speech of the caller; the attributes as spelled, in the order that [Element] says. */
    public fun gather(attributes: Map<String, String>, build: Build<ElementBuilder>): VoiceResponseBuilder =
        element("Gather", attributes, build)

    /** Goes on with the document of another URL, asked by [method], `GET` or `POST`. */
    @JvmOverloads
    public fun redirect(
        url: String,
        method: String? = null,
        attributes: Map<String, String> = Collections.emptyMap(),
    ): VoiceResponseBuilder = add("Redirect", url, given("method" to method) + frozen(attributes))

    /** Ends the call. */
    public fun hangup(): VoiceResponseBuilder = add(Element("Hangup"))

    /** The document. */
    public fun build(): VoiceResponse = VoiceResponse(nodes)
}
