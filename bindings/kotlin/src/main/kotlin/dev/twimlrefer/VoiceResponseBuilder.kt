package dev.twimlrefer

import java.util.Collections

/**
 * Builds a document.
 *
 * ```kotlin
 * val response = voiceResponse {
 *     gather { say("Press 1 to talk to sales.") }
 *     say("Goodbye.")
 * }
 * check(response.nodes.size == 2)
 * ```
 *
 * @throws DocumentException something cannot be written.
 * @throws SipUriException a target is not a SIP URI.
 */
public inline fun voiceResponse(build: VoiceResponseBuilder.() -> Unit): VoiceResponse =
    VoiceResponse.builder().apply(build).build()

/** Builds a document: verbs are added in the order in which they run. One thread's only. */
@TwimlDsl
public class VoiceResponseBuilder internal constructor() : NodesBuilder<VoiceResponseBuilder>() {
    override val self: VoiceResponseBuilder get() = this

    /** Transfers the caller. */
    public fun refer(refer: Refer): VoiceResponseBuilder = add(refer.toElement())

    /**
     * Transfers the caller. Throws as [Refer].
     *
     * @param action the URL that is requested when the transfer has ended.
     * @param method how it is requested; Twilio's default is POST.
     */
    @JvmOverloads
    public fun refer(target: SipUri, action: String? = null, method: Method? = null): VoiceResponseBuilder =
        refer(Refer(target, action, method))

    /** Transfers the caller. Throws as [SipUri] and [Refer]. */
    @JvmOverloads
    public fun refer(target: String, action: String? = null, method: Method? = null): VoiceResponseBuilder =
        refer(Refer(target, action, method))

    /** Takes digits or speech of the caller, while the prompts in it are played. */
    public fun gather(build: Build<GatherBuilder>): VoiceResponseBuilder =
        add(GatherBuilder().apply { built(build) }.toElement())

    /** Goes on with the document of another URL. */
    @JvmOverloads
    public fun redirect(
        url: String,
        method: Method? = null,
        attributes: Map<String, String> = Collections.emptyMap(),
    ): VoiceResponseBuilder {
        val given = method?.let { Collections.singletonMap("method", it.name) }.orEmpty()
        return add("Redirect", url, given, attributes)
    }

    /** Ends the call. */
    public fun hangup(): VoiceResponseBuilder = add(Element("Hangup"))

    /** Returns the document. */
    public fun build(): VoiceResponse = VoiceResponse(nodes)
}
