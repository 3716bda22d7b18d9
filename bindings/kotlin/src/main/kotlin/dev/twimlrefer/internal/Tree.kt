package dev.twimlrefer.internal

import dev.twimlrefer.Comment
import dev.twimlrefer.Element
import dev.twimlrefer.Node
import dev.twimlrefer.Refer
import dev.twimlrefer.Text
import dev.twimlrefer.internal.bridge.Document
import dev.twimlrefer.internal.bridge.Piece
import java.util.AbstractMap
import java.util.Collections
import java.util.SortedMap
import java.util.TreeMap

/**
 * How large a tree of nodes is. What is far beyond the library's bounds is refused, by the library, when it
 * is made: so all that there is can be walked by recursion, and in time.
 */
internal class Tree(private val levels: Int, private val elements: Int) {
    fun judge(element: Element) {
        if (levels <= MOST_LEVELS && elements <= MOST_ELEMENTS) return
        val input = Frame().put("").put(0).put(element, Count(MOST_ELEMENTS))
        Lane.call(Lane.RENDER, input)
    }

    companion object {
        private const val MOST_LEVELS = 500
        private const val MOST_ELEMENTS = 50_000

        fun of(nodes: List<Node>): Tree {
            var levels = 0
            var elements = 0
            for (node in nodes) {
                if (node !is Element) continue
                levels = maxOf(levels, node.tree.levels)
                elements += node.tree.elements
                // Each of them is bounded, and so is the sum.
                if (elements > MOST_ELEMENTS) break
            }
            return Tree(levels + 1, elements + 1)
        }
    }
}

/** How many more elements are taken. */
internal class Count(var left: Int)

/** Adds the pieces of a node to the input of [Lane.RENDER]. */
internal fun Frame.put(node: Node, count: Count = Count(Int.MAX_VALUE)): Frame {
    when (node) {
        is Text -> put("T").put(node.content)

        is Comment -> put("C").put(node.content)

        is Refer -> {
            put("R" + announced(node.action, node.method)).put(node.target.toString())
            putAnnounced(node.action, node.method)
        }

        is Element -> {
            if (count.left-- <= 0) return this
            put("E").put(node.name).put(node.attributes)
            for (child in node.nodes) put(child, count)
            put(")")
        }
    }
    return this
}

/** The letters for an action and a method. */
internal fun announced(action: String?, method: String?): String =
    if (action == null) if (method == null) "" else "m" else if (method == null) {
        "a"
    } else {
        "am"
    }

/** What these letters announce. */
internal fun Frame.putAnnounced(action: String?, method: String?): Frame {
    if (action != null) put(action)
    if (method != null) put(method)
    return this
}

/** A count, and as many pairs. */
internal fun Frame.put(attributes: Map<String, String>): Frame {
    put(attributes.size)
    for ((name, value) in attributes) put(name).put(value)
    return this
}

internal fun document(nodes: List<Node>, attributes: Map<String, String>): Document {
    val pieces = ArrayList<Piece>()
    for (node in nodes) take(node, pieces)
    return Document(bridgePairs(attributes.toList()), pieces)
}

private fun take(node: Node, pieces: MutableList<Piece>) {
    when (node) {
        is Text -> pieces += Piece.Text(node.content)

        is Comment -> pieces += Piece.Comment(node.content)

        is Refer -> pieces += Piece.Refer(node.target.toString(), node.action, node.method)

        is Element -> {
            pieces += Piece.Open(node.name, bridgePairs(node.attributes.toList()))
            for (child in node.nodes) take(child, pieces)
            pieces += Piece.Close
        }
    }
}

/** The nodes that these pieces make. */
internal fun nodes(pieces: List<Piece>): List<Node> {
    val opened = ArrayDeque<Piece.Open>()
    val levels = ArrayDeque(listOf(ArrayList<Node>()))
    for (piece in pieces) {
        when (piece) {
            is Piece.Open -> {
                opened.addLast(piece)
                levels.addLast(ArrayList())
            }

            is Piece.Close -> {
                val nodes = levels.removeLast()
                val (name, attributes) = opened.removeLast()
                levels.last() += Element(name, plainPairs(attributes).toMap(), nodes)
            }

            is Piece.Text -> levels.last() += Text(piece.content)

            is Piece.Comment -> levels.last() += Comment(piece.content)

            is Piece.Refer -> levels.last() +=
                Refer(dev.twimlrefer.SipUri(piece.target), piece.action, piece.method)
        }
    }
    return levels.last()
}

/** Copies, so that nobody changes what was judged. */
internal fun <T> frozen(list: List<T>): List<T> =
    if (list.isEmpty()) Collections.emptyList() else Collections.unmodifiableList(ArrayList(list))

/**
 * Copies attributes in the order in which they are written: their own where the map has one, else by name, as the
 * official library writes all. (`Map.of` of Java has another order in every process.)
 */
internal fun frozen(map: Map<String, String>): Map<String, String> = when {
    map.isEmpty() -> Collections.emptyMap()

    map is Attributes -> map

    map.size == 1 || map is LinkedHashMap || map is SortedMap || isBuilt(
        map,
    ) -> Attributes(LinkedHashMap(map))

    else -> Attributes(TreeMap(map))
}

/** Whether it comes of Kotlin's `buildMap`, whose class has no public name. */
private fun isBuilt(map: Map<String, String>) = map.javaClass == buildMap<String, String> { }.javaClass

/** Attributes that nobody can change, in their order. */
private class Attributes(private val map: Map<String, String>) : AbstractMap<String, String>() {
    override val entries: MutableSet<MutableMap.MutableEntry<String, String>>
        get() = Collections.unmodifiableMap(map).entries

    override fun get(key: String): String? = map[key]
}
