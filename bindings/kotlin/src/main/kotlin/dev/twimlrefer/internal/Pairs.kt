package dev.twimlrefer.internal

import dev.twimlrefer.internal.bridge.isSecretParameter
import java.util.AbstractList

/** Pairs that nobody can change. Their text, and that of each part of them, leaves secrets out. */
internal class Pairs(private val pairs: List<Pair<String, String>>) :
    AbstractList<Pair<String, String>>(),
    RandomAccess {
    override val size: Int get() = pairs.size

    override fun get(index: Int): Pair<String, String> = pairs[index]

    override fun subList(fromIndex: Int, toIndex: Int): Pairs = Pairs(pairs.subList(fromIndex, toIndex))

    override fun toString(): String = pairs.map { (name, value) ->
        name to if (isSecretParameter(wellFormed(name))) "***" else value
    }.toString()
}
