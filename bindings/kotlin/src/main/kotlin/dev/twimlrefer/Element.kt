package dev.twimlrefer

import dev.twimlrefer.internal.bridge.elementCheck
import dev.twimlrefer.internal.frozen
import dev.twimlrefer.internal.pairs
import dev.twimlrefer.internal.pieces
import java.util.Collections

/**
 * A verb or noun. Immutable.
 *
 * ```kotlin
 * val say = Element("Say", mapOf("voice" to "alice"), listOf(Text("Hello.")))
 * check(say.toString() == "<Say voice=\"alice\">Hello.</Say>")
 * ```
 *
 * @property name the name, with case.
 */
public class Element private constructor(
    public val name: String,
    attributes: Map<String, String>,
    nodes: List<Node>,
    @Suppress("unused") checked: Unit,
) : Node {
    /**
     * Makes an element.
     *
     * @param attributes written in their order where the map has one (`mapOf`, [LinkedHashMap],
     * [java.util.SortedMap]); else sorted by name, as the official library does: `Map.of` of Java has no order.
     * @param nodes what is inside.
     * @throws DocumentException a name or a character cannot be written.
     */
    @JvmOverloads
    public constructor(
        name: String,
        attributes: Map<String, String> = Collections.emptyMap(),
        nodes: List<Node> = Collections.emptyList(),
    ) : this(name, frozen(attributes), nodes, Unit) {
        elementCheck(name, pairs(this.attributes), null)
    }

    /** Makes an element with only text. Throws as the other constructor. */
    public constructor(name: String, text: String) : this(name, Collections.emptyMap(), listOf(Text(text)))

    /** The attributes, in the order in which they are written. */
    public val attributes: Map<String, String> = frozen(attributes)

    /** What is inside. */
    public val nodes: List<Node> = frozen(nodes)

    /** The text directly inside. */
    public val text: String get() = nodes.filterIsInstance<Text>().joinToString("") { it.content }

    /** Whether name, attributes and nodes are the same. */
    override fun equals(other: Any?): Boolean =
        other is Element && (other === this || pieces(listOf(other)) == pieces(listOf(this)))

    /** Agrees with [equals]. */
    override fun hashCode(): Int = 31 * (31 * name.hashCode() + attributes.hashCode()) + nodes.size

    /** The XML, for people. */
    override fun toString(): String =
        VoiceResponse(listOf(this)).toXml().substringAfter("<Response>").substringBeforeLast("</Response>")

    internal companion object {
        fun checked(name: String, attributes: Map<String, String>, nodes: List<Node>) =
            Element(name, attributes, nodes, Unit)

        /** An element with only text, which crosses once. */
        fun of(name: String, attributes: Map<String, String>, text: String?): Element {
            val ordered = frozen(attributes)
            val nodes = if (text.isNullOrEmpty()) Collections.emptyList() else listOf(Text.checked(text))
            elementCheck(name, pairs(ordered), text)
            return checked(name, ordered, nodes)
        }
    }
}
