package dev.twimlrefer.internal

import java.util.Arrays

// Functions of Java for arrays (and elsewhere for what is empty): those of Kotlin stand in classes that take
// a new process milliseconds to load.

/**
 * A frame that is being written: a count, as many lengths, and the bytes, in little-endian 32 bits; a
 * length of all ones is an absent part.
 */
internal class Frame private constructor(
    private var lengths: IntArray,
    private var count: Int,
    private var bytes: ByteArray,
    private var size: Int,
) {
    constructor() : this(IntArray(FEW), 0, ByteArray(SMALL), 0)

    /** A frame that begins with the parts of this one, which stays as it is. */
    fun continued(): Frame = Frame(
        Arrays.copyOf(lengths, count + FEW),
        count,
        Arrays.copyOf(
            bytes,
            size + SMALL,
        ),
        size,
    )

    /** Adds text; lone surrogates become bytes that the library refuses. */
    fun put(text: String?): Frame {
        if (text == null) return length(ABSENT)
        val start = size
        room(text.length)
        for (index in text.indices) {
            val code = text[index].code
            if (code >= NOT_ASCII) {
                append(encoded(text.substring(index)))
                return length(size - start)
            }
            bytes[size++] = code.toByte()
        }
        return length(size - start)
    }

    fun put(part: ByteArray?): Frame {
        if (part == null) return length(ABSENT)
        append(part)
        return length(part.size)
    }

    /** A part that is there, or is not. */
    fun put(flag: Boolean): Frame = length(if (flag) 0 else ABSENT)

    fun put(number: Number?): Frame = put(number?.toString())

    fun put(pairs: Iterable<Pair<String, String>>): Frame {
        for ((name, value) in pairs) put(name).put(value)
        return this
    }

    fun finish(): ByteArray {
        val head = INT * (1 + count)
        val total = sum(head, size)
        val frame = ByteArray(total)
        writeInt(frame, 0, count)
        for (index in 0 until count) writeInt(frame, INT * (1 + index), lengths[index])
        System.arraycopy(bytes, 0, frame, head, size)
        return frame
    }

    private fun length(length: Int): Frame {
        if (count == lengths.size) lengths = Arrays.copyOf(lengths, 2 * count)
        lengths[count++] = length
        return this
    }

    private fun append(part: ByteArray) {
        room(part.size)
        System.arraycopy(part, 0, bytes, size, part.size)
        size += part.size
    }

    private fun room(more: Int) {
        val needed = sum(size, more)
        if (needed > bytes.size) bytes = Arrays.copyOf(bytes, maxOf(needed, 2 * bytes.size))
    }

    private companion object {
        const val FEW = 16
        const val SMALL = 256
        const val NOT_ASCII = 0x80
    }
}

/** The parts of an answer, one after the other. */
internal class Parts(private val frame: ByteArray) {
    private var part = 0
    private val count = readInt(frame, 0)
    private var at = INT * (1 + count)

    /** How many parts are left. */
    val left: Int get() = count - part

    fun text(): String? {
        val length = next()
        if (length == ABSENT) return null
        at += length
        return String(frame, at - length, length, Charsets.UTF_8)
    }

    fun int(): Int? {
        val length = next()
        if (length == ABSENT) return null
        var number = 0
        for (index in at until at + length) number = 10 * number + (frame[index] - '0'.code.toByte())
        at += length
        return number
    }

    fun isSet(): Boolean {
        val length = next()
        if (length == ABSENT) return false
        at += length
        return true
    }

    /** Every text of a part that joins them with NUL; `null` if the part is absent. */
    fun joined(): List<String>? {
        val length = next()
        if (length == ABSENT) return null
        val end = at + length
        val texts = ArrayList<String>()
        while (at < end) {
            var stop = at
            while (stop < end && frame[stop] != 0.toByte()) stop++
            texts.add(String(frame, at, stop - at, Charsets.UTF_8))
            at = stop + 1
            // The last text is empty.
            if (at == end) texts.add("")
        }
        at = end
        return texts
    }

    private fun next(): Int = readInt(frame, INT * ++part)
}

private const val INT = 4
private const val ABSENT = -1

private fun sum(one: Int, other: Int): Int =
    (one + other).also { if (it < 0) throw OutOfMemoryError("a frame holds 2 GiB at most") }

private fun writeInt(bytes: ByteArray, at: Int, number: Int) {
    bytes[at] = number.toByte()
    bytes[at + 1] = (number shr 8).toByte()
    bytes[at + 2] = (number shr 16).toByte()
    bytes[at + 3] = (number shr 24).toByte()
}

private fun readInt(bytes: ByteArray, at: Int): Int = (bytes[at].toInt() and 0xFF) or
    ((bytes[at + 1].toInt() and 0xFF) shl 8) or
    ((bytes[at + 2].toInt() and 0xFF) shl 16) or
    ((bytes[at + 3].toInt() and 0xFF) shl 24)
