package dev.twimlrefer.internal

/** Which parameter a getter reads; the names come from the library. */
internal fun parameterName(getter: String): String = names.getValue(getter)

private val names: Map<String, String> by lazy {
    val parts = Lane.call(Lane.NAMES, Frame())
    List(parts.left / 2) { parts.text().orEmpty() to parts.text().orEmpty() }.toMap()
}
