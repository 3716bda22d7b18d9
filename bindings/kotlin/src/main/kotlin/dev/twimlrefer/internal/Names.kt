package dev.twimlrefer.internal

/** The constant that the library calls so: `next-verb` is `NEXT_VERB`. */
internal inline fun <reified E : Enum<E>> named(name: String?): E? =
    enumValues<E>().firstOrNull { it.toString() == name }

/** What the library calls this constant. */
internal fun spelled(constant: Enum<*>): String = constant.name.lowercase().replace('_', '-')
