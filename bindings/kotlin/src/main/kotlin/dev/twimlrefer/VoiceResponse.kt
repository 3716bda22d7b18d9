package dev.twimlrefer

import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane
import dev.twimlrefer.internal.bridge.documentCheck
import dev.twimlrefer.internal.bridge.documentCheckBuilt
import dev.twimlrefer.internal.bridge.documentFollows
import dev.twimlrefer.internal.bridge.documentParse
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.document
import dev.twimlrefer.internal.encoded
import dev.twimlrefer.internal.frozen
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.nodes
import dev.twimlrefer.internal.plainPairs
import dev.twimlrefer.internal.put
import dev.twimlrefer.internal.spelled
import java.util.Collections

/**
 * The document that an app answers Twilio with. Immutable; [voiceResponse] builds one, and so does
 * [builder] from Java.
 *
 * ```kotlin
 * val response = voiceResponse {
 *     say("Connecting you.")
 *     refer(SipUri("sip:alice@example.com"), action = "/handleRefer")
 * }
 * check(
 *     response.toXml(pretty = true) == """
 *     <?xml version="1.0" encoding="UTF-8"?>
 *     <Response>
 *         <Say>Connecting you.</Say>
 *         <Refer action="/handleRefer">
 *             <Sip>sip:alice@example.com</Sip>
 *         </Refer>
 *     </Response>
 *     """.trimIndent(),
 * )
 * check(response.check().isEmpty())
 * ```
 *
 * @param nodes the verbs, in the order in which they run.
 * @param attributes those of `<Response>`, in the order that [Element] says.
 * @throws DocumentException an attribute cannot stand in a document.
 */
public class VoiceResponse
@JvmOverloads
constructor(
    nodes: List<Node> = Collections.emptyList(),
    attributes: Map<String, String> = Collections.emptyMap(),
) {
    /** The verbs, in the order in which they run, and comments. */
    public val nodes: List<Node> = frozen(nodes)

    /** The attributes of `<Response>`. */
    public val attributes: Map<String, String> = frozen(attributes)

    init {
        if (attributes.isNotEmpty()) Element("Response", this.attributes)
    }

    /**
     * Writes the document, in UTF-8.
     *
     * @param pretty over several lines, indented by four spaces.
     * @throws DocumentException it has too many levels or elements.
     */
    @JvmOverloads
    public fun toXml(pretty: Boolean = false): String {
        val input = Frame().put(if (pretty) "p" else "").put(attributes)
        for (node in nodes) input.put(node)
        return Lane.call(Lane.RENDER, input).text()
    }

    /** What Twilio will refuse, drop or never run. */
    public fun check(): List<Diagnostic> =
        document(nodes, attributes).let { diagnostics(bridged { documentCheckBuilt(it) }) }

    /** What comes after the first `<Refer>`; `null` if there is none. */
    public val follows: Follows?
        get() = document(nodes, attributes).let { named<Follows>(bridged { documentFollows(it) }) }

    /** The document, on one line. */
    override fun toString(): String = toXml()

    /** Whether nodes and attributes are the same. */
    override fun equals(other: Any?): Boolean =
        other is VoiceResponse && other.nodes == nodes && other.attributes == attributes

    /** Agrees with [equals]. */
    override fun hashCode(): Int = 31 * nodes.hashCode() + attributes.hashCode()

    /** How documents are built from Java, read and checked. */
    public companion object {
        /** Begins a document; from Kotlin, [voiceResponse] is shorter. */
        @JvmStatic
        public fun builder(): VoiceResponseBuilder = VoiceResponseBuilder()

        /**
         * Reads a document.
         *
         * ```kotlin
         * val response = VoiceResponse.parse("<Response><Say>Hello.</Say></Response>")
         * check(response.nodes == listOf(Element("Say", "Hello.")))
         * ```
         *
         * @throws DocumentException with line and column.
         */
        @JvmStatic
        public fun parse(xml: String): VoiceResponse = parse(encoded(xml))

        /**
         * Reads a document, in UTF-8.
         *
         * @throws DocumentException with line and column.
         */
        @JvmStatic
        public fun parse(xml: ByteArray): VoiceResponse {
            val document = bridged { documentParse(xml) }
            return VoiceResponse(nodes(document.pieces), plainPairs(document.attributes).toMap())
        }

        /**
         * Reads a document and tells its faults, with lines and columns.
         *
         * @throws DocumentException it is no document.
         */
        @JvmStatic
        public fun check(xml: String): List<Diagnostic> = check(encoded(xml))

        /**
         * Reads a document, in UTF-8, and tells its faults, with lines and columns.
         *
         * @throws DocumentException it is no document.
         */
        @JvmStatic
        public fun check(xml: ByteArray): List<Diagnostic> = diagnostics(bridged { documentCheck(xml) })
    }
}

/** What comes after a `<Refer>` that has ended. */
public enum class Follows {
    /** The document of the action URL. */
    ACTION,

    /** The next verb. */
    NEXT_VERB,

    /** Nothing: the call ends. */
    HANGUP,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}
