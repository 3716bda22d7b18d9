package dev.twimlrefer.internal

// Text as bytes. The JVM writes a question mark for a lone surrogate without a word; here it becomes
// three bytes that are no UTF-8, so that the library refuses it where it stands.

/** What stands for a value that is not text. */
internal const val NOT_TEXT = "\uD800"

/** The bytes of text. */
internal fun encoded(text: String): ByteArray {
    if (loneSurrogate(text) < 0) return text.toByteArray()
    val bytes = java.io.ByteArrayOutputStream(text.length + text.length / 2)
    var done = 0
    while (true) {
        val lone = loneSurrogate(text, done)
        bytes.writeBytes(text.substring(done, if (lone < 0) text.length else lone).toByteArray())
        if (lone < 0) return bytes.toByteArray()
        val code = text[lone].code
        bytes.write(0xE0 or (code shr 12))
        bytes.write(0x80 or ((code shr 6) and 0x3F))
        bytes.write(0x80 or (code and 0x3F))
        done = lone + 1
    }
}

/**
 * Text that may cross the generated bridge. That one fails for a lone surrogate halfway, and keeps what it
 * has allocated till then; so the library refuses it here.
 */
internal fun wellFormed(text: String): String {
    if (loneSurrogate(text) >= 0) Lane.judge(Lane.COMMENT, Frame().put(text))
    return text
}

/** Where the first surrogate stands that is not half of a pair; -1 if there is none. */
private fun loneSurrogate(text: String, from: Int = 0): Int {
    var index = from
    while (index < text.length) {
        val char = text[index]
        if (char.isSurrogate()) {
            val paired = char.isHighSurrogate() && index + 1 < text.length && text[index + 1].isLowSurrogate()
            if (!paired) return index
            index++
        }
        index++
    }
    return -1
}
