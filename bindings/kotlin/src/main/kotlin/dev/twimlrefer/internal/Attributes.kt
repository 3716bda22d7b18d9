package dev.twimlrefer.internal

import java.util.AbstractMap
import java.util.Collections
import java.util.SortedMap
import java.util.TreeMap

/** Copies, so that nobody changes what was checked. */
internal fun <T> frozen(list: List<T>): List<T> =
    if (list.isEmpty()) Collections.emptyList() else Collections.unmodifiableList(ArrayList(list))

/** Copies attributes in the order of [ordered]. */
internal fun frozen(map: Map<String, String>): Map<String, String> = when {
    map.isEmpty() -> Collections.emptyMap()
    map is Attributes -> map
    else -> Attributes(LinkedHashMap(ordered(map)))
}

/**
 * A map in the order in which it is written: its own where it has one, else by name, as the official library writes
 * all attributes. (`Map.of` of Java has another order in every process.)
 */
internal fun ordered(map: Map<String, String>): Map<String, String> {
    val isOrdered =
        map.size < 2 || map is LinkedHashMap || map is SortedMap || map is Attributes || isBuilt(map)
    return if (isOrdered) map else TreeMap(map)
}

/** Whether `buildMap` of Kotlin made it, whose class has no public name. */
private fun isBuilt(map: Map<String, String>) = map.javaClass == buildMap<String, String> { }.javaClass

/** Attributes that nobody can change, in their order. */
private class Attributes(private val map: Map<String, String>) : AbstractMap<String, String>() {
    override val entries: MutableSet<MutableMap.MutableEntry<String, String>>
        get() = Collections.unmodifiableMap(map).entries

    override fun get(key: String): String? = map[key]
}
