package dev.twimlrefer.internal

import dev.twimlrefer.Diagnostic
import java.util.AbstractMap.SimpleImmutableEntry
import java.util.Collections
import dev.twimlrefer.internal.bridge.Diagnostic as BridgeDiagnostic
import dev.twimlrefer.internal.bridge.Pair as BridgePair

// What crosses, as this package shows it: maps and entries outside, pairs inside.

/** An entry whose text leaves out a secret value. */
internal class Parameter(pair: BridgePair, private val isSecret: Boolean) :
    SimpleImmutableEntry<String, String>(pair.name, pair.value) {
    override fun toString(): String = if (isSecret) "$key=***" else super.toString()
}

/** Entries that nobody can change; those at the places of [secrets] do not show their value as text. */
internal fun entries(
    pairs: List<BridgePair>,
    secrets: List<Long> = Collections.emptyList(),
): List<Map.Entry<String, String>> {
    val entries = ArrayList<Map.Entry<String, String>>(pairs.size)
    val hidden = HashSet(secrets)
    for (pair in pairs) entries += Parameter(pair, entries.size.toLong() in hidden)
    return Collections.unmodifiableList(entries)
}

internal fun pairs(attributes: Map<String, String>): List<BridgePair> {
    if (attributes.isEmpty()) return Collections.emptyList()
    val pairs = ArrayList<BridgePair>(attributes.size)
    for ((name, value) in attributes) pairs += BridgePair(name, value)
    return pairs
}

/** The parameters of a form. A null, which Java can put there, becomes text that the library refuses. */
internal fun pairs(params: Iterable<Map.Entry<String?, String?>?>?): List<BridgePair> =
    params?.map { BridgePair(it?.key ?: NOT_TEXT, it?.value ?: NOT_TEXT) }.orEmpty()

/**
 * The parameters of a form as frameworks have them: a name with one text, or with several in a list or an array.
 * Anything else, as a file that was uploaded, becomes text that the library refuses.
 */
internal fun formPairs(params: Map<*, *>?): List<BridgePair> {
    val pairs = ArrayList<BridgePair>()
    for ((name, values) in params.orEmpty()) {
        val several = when (values) {
            is Iterable<*> -> values
            is Array<*> -> values.asList()
            else -> Collections.singletonList(values)
        }
        for (value in several) pairs += BridgePair(name as? String ?: NOT_TEXT, value as? String ?: NOT_TEXT)
    }
    return pairs
}

internal fun diagnostics(found: List<BridgeDiagnostic>): List<Diagnostic> = found.map(::Diagnostic)
