package dev.twimlrefer

import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane
import dev.twimlrefer.internal.Tree
import dev.twimlrefer.internal.frozen
import java.util.Collections

/**
 * Any verb or noun other than `<Refer>`. Immutable.
 *
 * ```kotlin
 * val say = Element("Say", mapOf("voice" to "alice"), listOf(Text("Hello.")))
 * check(VoiceResponse(listOf(say)).toString().endsWith("<Response><Say voice=\"alice\">Hello.</Say></Response>"))
 * ```
 *
 * @param attributes written in their order where the map has one (`mapOf`, [LinkedHashMap],
 * [java.util.SortedMap]); else sorted by name, as the official library does: `Map.of` of Java has no order.
 * @param nodes what stands in it.
 * @property name the name, with case.
 * @throws DocumentException a name or a character cannot stand in a document, or it has too many levels.
 */
public class Element
@JvmOverloads
constructor(
    public val name: String,
    attributes: Map<String, String> = Collections.emptyMap(),
    nodes: List<Node> = Collections.emptyList(),
) : Node {
    /** The attributes, in the order in which they are written. */
    public val attributes: Map<String, String> = frozen(attributes)

    /** What stands in it. */
    public val nodes: List<Node> = frozen(nodes)

    internal val tree: Tree = Tree.of(this.nodes)

    init {
        val input = Frame().put("").put(name)
        for ((key, value) in this.attributes) input.put(key).put(value)
        Lane.judge(Lane.ELEMENT, input)
        tree.judge(this)
    }

    /** An element with text alone. */
    public constructor(name: String, text: String) : this(name, Collections.emptyMap(), listOf(Text(text)))

    /** The text that stands directly in it. */
    public val text: String get() = nodes.filterIsInstance<Text>().joinToString("") { it.content }

    /** Whether name, attributes and nodes are the same. */
    override fun equals(other: Any?): Boolean =
        other is Element && other.name == name && other.attributes == attributes && other.nodes == nodes

    /** Agrees with [equals]. */
    override fun hashCode(): Int = 31 * (31 * name.hashCode() + attributes.hashCode()) + nodes.hashCode()

    /** For people; a document is written by [VoiceResponse.toXml]. */
    override fun toString(): String = "Element(name=$name, attributes=$attributes, nodes=$nodes)"
}
