package dev.twimlrefer

import dev.twimlrefer.internal.frozen
import java.util.TreeMap

/**
 * Builds a `<Gather>`: its attributes, and the prompts in it. Twilio's documentation of `<Gather>` says more of each
 * attribute; those that are not set are not written. One thread's only.
 *
 * ```kotlin
 * val response = voiceResponse {
 *     gather {
 *         numDigits(1).action("/choice")
 *         say("Press 1 to talk to sales.")
 *     }
 * }
 * check("<Gather action=\"/choice\" numDigits=\"1\"><Say>" in response.toXml())
 * ```
 */
@TwimlDsl
public class GatherBuilder internal constructor() : NodesBuilder<GatherBuilder>() {
    override val self: GatherBuilder get() = this

    // Sorted by name, as the official library writes them.
    private val named = TreeMap<String, String>()
    private val others = LinkedHashMap<String, String>()

    /** Sets what is taken: `dtmf`, `speech` or `dtmf speech`. */
    public fun input(value: String): GatherBuilder = set("input", value)

    /** Sets the URL that is requested with what was taken. */
    public fun action(value: String): GatherBuilder = set("action", value)

    /** Sets how [action] is requested. */
    public fun method(value: Method): GatherBuilder = set("method", value.name)

    /** Sets how many seconds of silence end it. */
    public fun timeout(value: Int): GatherBuilder = set("timeout", value.toString())

    /** Sets how many seconds of silence end speech, or `auto`. */
    public fun speechTimeout(value: String): GatherBuilder = set("speechTimeout", value)

    /** Sets how many seconds speech may take. */
    public fun maxSpeechTime(value: Int): GatherBuilder = set("maxSpeechTime", value.toString())

    /** Sets whether profanities are hidden. */
    public fun profanityFilter(value: Boolean): GatherBuilder = set("profanityFilter", value.toString())

    /** Sets the key that ends it. */
    public fun finishOnKey(value: String): GatherBuilder = set("finishOnKey", value)

    /** Sets how many digits end it. */
    public fun numDigits(value: Int): GatherBuilder = set("numDigits", value.toString())

    /** Sets the URL that is requested with each partial result of speech. */
    public fun partialResultCallback(value: String): GatherBuilder = set("partialResultCallback", value)

    /** Sets how [partialResultCallback] is requested. */
    public fun partialResultCallbackMethod(value: Method): GatherBuilder =
        set("partialResultCallbackMethod", value.name)

    /** Sets the language of the speech. */
    public fun language(value: String): GatherBuilder = set("language", value)

    /** Sets words to expect, with commas between. */
    public fun hints(value: String): GatherBuilder = set("hints", value)

    /** Sets whether the caller may interrupt the prompts. */
    public fun bargeIn(value: Boolean): GatherBuilder = set("bargeIn", value.toString())

    /** Sets whether Twilio logs the request. */
    public fun debug(value: Boolean): GatherBuilder = set("debug", value.toString())

    /** Sets whether [action] is requested when nothing was taken, too. */
    public fun actionOnEmptyResult(value: Boolean): GatherBuilder =
        set("actionOnEmptyResult", value.toString())

    /** Sets the model that reads speech. */
    public fun speechModel(value: String): GatherBuilder = set("speechModel", value)

    /** Sets whether the better model is used. */
    public fun enhanced(value: Boolean): GatherBuilder = set("enhanced", value.toString())

    /** Sets other attributes, as spelled, in the order that [Element] says. */
    public fun attributes(attributes: Map<String, String>): GatherBuilder = apply {
        others += frozen(attributes)
    }

    internal fun toElement(): Element = Element("Gather", named + others, nodes)

    private fun set(name: String, value: String): GatherBuilder = apply { named[name] = value }
}
