package dev.twimlrefer

import dev.twimlrefer.internal.bridge.commentNew
import dev.twimlrefer.internal.bridge.textCheck

/** A node of a document: an [Element], [Text] or a [Comment]. All are immutable. */
public sealed interface Node

/**
 * Text in a document.
 *
 * @property content the text, not escaped.
 */
public class Text private constructor(public val content: String, @Suppress("unused") checked: Unit) : Node {
    /**
     * Makes text.
     *
     * @throws DocumentException it has a character that XML 1.0 forbids.
     */
    public constructor(content: String) : this(content.also(::textCheck), Unit)

    /** Whether the text is the same. */
    override fun equals(other: Any?): Boolean = other is Text && other.content == content

    /** Agrees with [equals]. */
    override fun hashCode(): Int = content.hashCode()

    /** The text. */
    override fun toString(): String = content

    internal companion object {
        fun checked(content: String) = Text(content, Unit)
    }
}

/**
 * A comment in a document.
 *
 * @property content what stands between `<!--` and `-->`.
 */
public class Comment private constructor(public val content: String, @Suppress("unused") checked: Unit) :
    Node {
    /**
     * Makes a comment.
     *
     * @throws DocumentException it has `--`, ends with `-`, or has a character that XML 1.0 forbids.
     */
    public constructor(content: String) : this(commentNew(content), Unit)

    /** Whether the comment is the same. */
    override fun equals(other: Any?): Boolean = other is Comment && other.content == content

    /** Agrees with [equals]. */
    override fun hashCode(): Int = content.hashCode()

    /** The comment. */
    override fun toString(): String = content

    internal companion object {
        fun checked(content: String) = Comment(content, Unit)
    }
}
