package dev.twimlrefer.internal

/** Which parameter a getter reads; the names come from the library. */
internal fun parameterName(getter: String): String = names.getValue(getter)

private val names: Map<String, String> by lazy {
    Lane.call(Lane.NAMES, Frame().put("")).pairs().toMap()
}
