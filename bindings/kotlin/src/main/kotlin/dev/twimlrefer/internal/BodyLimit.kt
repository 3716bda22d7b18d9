package dev.twimlrefer.internal

import dev.twimlrefer.internal.bridge.limits

/**
 * Cuts a body that is too large behind the first byte too many, before it is copied: the library refuses it all the
 * same.
 */
internal object BodyLimit {
    private val default by lazy { limits().defaultMaxBodyBytes.toInt() }

    fun of(maxBytes: Int?): Int = maxBytes ?: default

    fun cut(body: ByteArray, maxBytes: Int?): ByteArray {
        val limit = of(maxBytes)
        return if (limit in 0 until body.size) body.copyOf(limit + 1) else body
    }

    /** A character takes a byte at least. */
    fun cut(body: String, maxBytes: Int?): ByteArray {
        val limit = of(maxBytes)
        return encoded(if (limit in 0 until body.length) body.substring(0, limit + 1) else body)
    }
}
