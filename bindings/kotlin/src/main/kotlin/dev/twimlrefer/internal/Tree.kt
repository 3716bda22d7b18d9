package dev.twimlrefer.internal

import dev.twimlrefer.Comment
import dev.twimlrefer.Element
import dev.twimlrefer.Node
import dev.twimlrefer.Text
import dev.twimlrefer.internal.bridge.Document
import dev.twimlrefer.internal.bridge.Piece

// A tree crosses as a flat list: each element is followed by as many nodes as it says. No function here calls itself,
// as a tree may be of any depth.

internal fun document(nodes: List<Node>, attributes: Map<String, String>): Document =
    Document(pairs(attributes), pieces(nodes))

internal fun pieces(nodes: List<Node>): List<Piece> {
    val pieces = ArrayList<Piece>()
    val open = ArrayList<Iterator<Node>>()
    open += nodes.iterator()
    while (open.isNotEmpty()) {
        val siblings = open.last()
        if (!siblings.hasNext()) {
            open.removeAt(open.size - 1)
            continue
        }
        when (val node = siblings.next()) {
            is Text -> pieces += Piece.Text(node.content)

            is Comment -> pieces += Piece.Comment(node.content)

            is Element -> {
                val children = node.nodes.iterator()
                var left = node.nodes.size
                val text = (node.nodes.firstOrNull() as? Text)?.content
                if (text != null) {
                    children.next()
                    left--
                }
                pieces += Piece.Element(node.name, pairs(node.attributes), text, left.toLong())
                if (left > 0) open += children
            }
        }
    }
    return pieces
}

/** The nodes that these pieces make, which the library has checked. */
internal fun nodes(pieces: List<Piece>): List<Node> {
    val open = ArrayList<Open>()
    open += Open(null)
    for (piece in pieces) {
        var node: Node? = when (piece) {
            is Piece.Text -> Text.checked(piece.text)
            is Piece.Comment -> Comment.checked(piece.text)
            is Piece.Element -> null
        }
        if (piece is Piece.Element) open += Open(piece)
        while (true) {
            val parent = open.last()
            if (node != null) parent.nodes += node
            if (!parent.isComplete) break
            open.removeAt(open.size - 1)
            node = parent.toElement()
        }
    }
    return open.single().nodes
}

/** An element whose nodes are awaited; the outermost is the list itself. */
private class Open(private val element: Piece.Element?) {
    val nodes = ArrayList<Node>()
    private val size = element?.let { it.nodes + if (it.text == null) 0 else 1 } ?: Long.MAX_VALUE

    init {
        element?.text?.let { nodes += Text.checked(it) }
    }

    val isComplete: Boolean get() = nodes.size.toLong() == size

    fun toElement(): Element {
        val attributes = LinkedHashMap<String, String>()
        for ((name, value) in element!!.attributes) attributes[name] = value
        return Element.checked(element.name, attributes, nodes)
    }
}
