package dev.twimlrefer

import dev.twimlrefer.internal.frozen
import java.util.Collections

/** Keeps the verbs of a document out of the elements in it. */
@DslMarker
@Target(AnnotationTarget.CLASS)
public annotation class TwimlDsl

/** A block that builds: `{ say("Hello.") }` in Kotlin, `gather -> gather.say("Hello.")` in Java. */
public fun interface Build<in B> {
    /** Adds to what is being built. */
    public fun B.build()
}

/**
 * What a document and an element alike may hold. Each function adds, and returns the builder. What the attributes mean
 * is in Twilio's documentation of the verb; those that are not given are not written. `attributes` are any others, as
 * spelled, in the order that [Element] says.
 *
 * Each throws [DocumentException] where a name or a character cannot be written.
 */
@TwimlDsl
public sealed class NodesBuilder<B : NodesBuilder<B>> {
    internal val nodes: MutableList<Node> = ArrayList()

    internal abstract val self: B

    /** Speaks text to the caller; [loop] is how often, 0 without end. */
    @JvmOverloads
    public fun say(
        text: String,
        voice: String? = null,
        loop: Int? = null,
        language: String? = null,
        attributes: Map<String, String> = Collections.emptyMap(),
    ): B = add("Say", text, given("language" to language, "loop" to loop, "voice" to voice), attributes)

    /** Plays a file, or with [digits] tones (`w` is half a second of silence). */
    @JvmOverloads
    public fun play(
        url: String? = null,
        loop: Int? = null,
        digits: String? = null,
        attributes: Map<String, String> = Collections.emptyMap(),
    ): B = add("Play", url, given("digits" to digits, "loop" to loop), attributes)

    /** Waits in silence; [length] is in seconds. */
    @JvmOverloads
    public fun pause(length: Int? = null, attributes: Map<String, String> = Collections.emptyMap()): B =
        add("Pause", null, given("length" to length), attributes)

    /** Adds an element of any name, with only text. */
    @JvmOverloads
    public fun element(
        name: String,
        text: String,
        attributes: Map<String, String> = Collections.emptyMap(),
    ): B = add(Element.of(name, attributes, text))

    /** Adds an element of any name. */
    @JvmOverloads
    public fun element(
        name: String,
        attributes: Map<String, String> = Collections.emptyMap(),
        build: Build<ElementBuilder> = Build { },
    ): B = add(Element(name, attributes, ElementBuilder().built(build)))

    /** Adds text. */
    public fun text(content: String): B = add(Text(content))

    /** Adds a comment. */
    public fun comment(content: String): B = add(Comment(content))

    /** Adds what was made elsewhere. */
    public fun add(node: Node): B {
        nodes += node
        return self
    }

    /** Adds a verb: the attributes that have a parameter, then any others. */
    internal fun add(
        name: String,
        text: String?,
        given: Map<String, String>,
        attributes: Map<String, String>,
    ): B = add(Element.of(name, given + frozen(attributes), text))
}

/** Builds an element. One thread's only. */
@TwimlDsl
public class ElementBuilder internal constructor() : NodesBuilder<ElementBuilder>() {
    override val self: ElementBuilder get() = this
}

/** The nodes that a block adds. */
internal fun <B : NodesBuilder<B>> B.built(build: Build<B>): List<Node> {
    with(build) { build() }
    return nodes
}

/** The attributes that are there; they are written in this order. */
private fun given(vararg attributes: Pair<String, Any?>): Map<String, String> {
    val given = LinkedHashMap<String, String>()
    for ((name, value) in attributes) if (value != null) given[name] = value.toString()
    return given
}
