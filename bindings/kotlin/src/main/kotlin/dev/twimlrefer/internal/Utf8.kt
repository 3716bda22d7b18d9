package dev.twimlrefer.internal

import java.io.ByteArrayOutputStream

// Text as bytes. The JVM replaces a lone surrogate by a question mark; here it becomes three bytes that are not UTF-8,
// so that the library refuses the text and says where.

/** What stands for a value that is not text. */
internal const val NOT_TEXT = "\uD800"

/** The bytes of text. */
internal fun encoded(text: String): ByteArray {
    var lone = loneSurrogate(text, 0)
    if (lone < 0) return text.toByteArray()
    val bytes = ByteArrayOutputStream(text.length + text.length / 2)
    var done = 0
    while (lone >= 0) {
        bytes.writeBytes(text.substring(done, lone).toByteArray())
        val code = text[lone].code
        bytes.write(0xE0 or (code shr 12))
        bytes.write(0x80 or ((code shr 6) and 0x3F))
        bytes.write(0x80 or (code and 0x3F))
        done = lone + 1
        lone = loneSurrogate(text, done)
    }
    bytes.writeBytes(text.substring(done).toByteArray())
    return bytes.toByteArray()
}

/** The place of the first surrogate that is not half of a pair; -1 if there is none. */
private fun loneSurrogate(text: String, from: Int): Int {
    var index = from
    while (index < text.length) {
        if (text[index].isSurrogate()) {
            val paired = index + 1 < text.length && Character.isSurrogatePair(text[index], text[index + 1])
            if (!paired) return index
            index++
        }
        index++
    }
    return -1
}
