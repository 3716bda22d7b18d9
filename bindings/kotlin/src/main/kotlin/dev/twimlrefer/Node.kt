package dev.twimlrefer

import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane

/** What stands in a document: an [Element], a [Refer], [Text] or a [Comment]. All are immutable. */
public sealed interface Node

/**
 * Text in a document.
 *
 * @property content the text, not escaped.
 * @throws DocumentException it holds a character that XML 1.0 forbids.
 */
public data class Text(val content: String) : Node {
    init {
        Lane.judge(Lane.ELEMENT, Frame().put("t").put("Say").put(content))
    }

    /** The text. */
    override fun toString(): String = content
}

/**
 * A comment in a document.
 *
 * @property content what stands between `<!--` and `-->`.
 * @throws DocumentException it holds `--`, ends with `-`, or holds a character that XML 1.0 forbids.
 */
public data class Comment(val content: String) : Node {
    init {
        Lane.judge(Lane.COMMENT, Frame().put(content))
    }

    /** The comment. */
    override fun toString(): String = content
}
