package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Document
import dev.twimlrefer.internal.bridge.documentCheck
import dev.twimlrefer.internal.bridge.documentCheckBuilt
import dev.twimlrefer.internal.bridge.documentFirstRefer
import dev.twimlrefer.internal.bridge.documentFollows
import dev.twimlrefer.internal.bridge.documentParse
import dev.twimlrefer.internal.bridge.documentRender
import dev.twimlrefer.internal.diagnostics
import dev.twimlrefer.internal.document
import dev.twimlrefer.internal.encoded
import dev.twimlrefer.internal.frozen
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.nodes
import dev.twimlrefer.internal.spelled
import java.util.Collections

/**
 * The document that an app answers Twilio with. Immutable; [voiceResponse] builds one, and so does [builder] from
 * Java.
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
 * @throws DocumentException an attribute cannot be written.
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

    internal val document: Document get() = document(nodes, attributes)

    /**
     * Writes the document, in UTF-8.
     *
     * @param pretty over several lines, indented by four spaces.
     */
    @JvmOverloads
    public fun toXml(pretty: Boolean = false): String = documentRender(document, pretty)

    /** Checks what Twilio will refuse, drop or never run. */
    public fun check(): List<Diagnostic> = diagnostics(documentCheckBuilt(document))

    /** What runs after the first `<Refer>`; `null` without one. */
    public val follows: Follows? get() = named<Follows>(documentFollows(document))

    /** The first `<Refer>` directly in the document; `null` without one, or if it does not fit [Refer]. */
    public val firstRefer: Refer?
        get() = documentFirstRefer(document)?.run { Refer(target, action, method?.let(Method::valueOf)) }

    /** The document, on one line. */
    override fun toString(): String = toXml()

    /** Whether nodes and attributes are the same. */
    override fun equals(other: Any?): Boolean = other is VoiceResponse && other.document == document

    /** Agrees with [equals]. */
    override fun hashCode(): Int = 31 * nodes.hashCode() + attributes.hashCode()

    /** Begins, reads and checks documents. */
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
         * @throws DocumentException the text is not such a document; it says line and column.
         */
        @JvmStatic
        public fun parse(xml: String): VoiceResponse = parse(encoded(xml))

        /** Reads a document in UTF-8. Throws as the other one. */
        @JvmStatic
        public fun parse(xml: ByteArray): VoiceResponse {
            val document = documentParse(xml)
            val attributes = LinkedHashMap<String, String>()
            for ((name, value) in document.attributes) attributes[name] = value
            return VoiceResponse(nodes(document.pieces), attributes)
        }

        /**
         * Reads and checks a document; the diagnostics have lines and columns.
         *
         * @throws DocumentException the text is not such a document.
         */
        @JvmStatic
        public fun check(xml: String): List<Diagnostic> = check(encoded(xml))

        /** Reads and checks a document in UTF-8. Throws as the other one. */
        @JvmStatic
        public fun check(xml: ByteArray): List<Diagnostic> = diagnostics(documentCheck(xml))
    }
}

/** What runs after a `<Refer>` that has ended. */
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
