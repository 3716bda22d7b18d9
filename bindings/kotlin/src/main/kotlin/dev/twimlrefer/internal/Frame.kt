package dev.twimlrefer.internal

import java.util.Arrays

// Frames: parts in a row, each of them bytes. `J` and the parts joined by NUL, where none of them holds one;
// else `L`, a count and as many lengths in little-endian 32 bits, and the bytes. A part that is absent is
// empty, or is announced by a letter.
//
// Functions of Java for arrays (and elsewhere for what is empty): those of Kotlin stand in classes that take
// a new process milliseconds to load.

/** A frame that is being written. */
internal class Frame private constructor(
    private var lengths: IntArray,
    private var count: Int,
    /** The form, and the parts with NUL between them. */
    private var joined: ByteArray,
    private var size: Int,
    private var canBeJoined: Boolean,
) {
    constructor() : this(IntArray(FEW), 0, ByteArray(SMALL), 0, true)

    /** A frame that begins with the parts of this one, which stays as it is. */
    fun continued(): Frame = Frame(
        Arrays.copyOf(lengths, count + FEW),
        count,
        Arrays.copyOf(joined, size + SMALL),
        size,
        canBeJoined,
    )

    /** Adds text; lone surrogates become bytes that the library refuses. */
    fun put(text: String): Frame {
        begin(text.length)
        val start = size
        for (index in text.indices) {
            val code = text[index].code
            if (code >= NOT_ASCII) {
                append(encoded(text.substring(index)))
                break
            }
            if (code == 0) canBeJoined = false
            joined[size++] = code.toByte()
        }
        return end(size - start)
    }

    fun put(part: ByteArray): Frame {
        begin(part.size)
        append(part)
        return end(part.size)
    }

    /** The number, or nothing. */
    fun put(number: Int?): Frame = put(number?.toString().orEmpty())

    /** Nulls, which Java can put there, become text that the library refuses. */
    fun put(pairs: Iterable<Pair<String?, String?>?>?): Frame {
        for (pair in pairs ?: return this) put(pair?.first ?: NOT_TEXT).put(pair?.second ?: NOT_TEXT)
        return this
    }

    /** Hands the bytes of the frame over, and how many they are. */
    inline fun <T> finish(take: (frame: ByteArray, size: Int) -> T): T {
        val frame = if (canBeJoined) joined else listed()
        return take(frame, if (canBeJoined) size else frame.size)
    }

    private fun listed(): ByteArray {
        val head = 1 + INT * (1 + count)
        val listed = ByteArray(sum(head, size - count))
        listed[0] = LISTED
        writeInt(listed, 1, count)
        // Before each part stands one byte: the form, or a separator.
        var from = 1
        var to = head
        for (index in 0 until count) {
            writeInt(listed, 1 + INT * (1 + index), lengths[index])
            System.arraycopy(joined, from, listed, to, lengths[index])
            from += lengths[index] + 1
            to += lengths[index]
        }
        return listed
    }

    private fun begin(length: Int) {
        room(sum(length, 1))
        joined[size++] = if (count == 0) JOINED else SEPARATOR
    }

    private fun end(length: Int): Frame {
        if (count == lengths.size) lengths = Arrays.copyOf(lengths, 2 * count)
        lengths[count++] = length
        return this
    }

    private fun append(part: ByteArray) {
        room(part.size)
        for (byte in part) if (byte == SEPARATOR) canBeJoined = false
        System.arraycopy(part, 0, joined, size, part.size)
        size += part.size
    }

    private fun room(more: Int) {
        val needed = sum(size, more)
        if (needed > joined.size) joined = Arrays.copyOf(joined, maxOf(needed, 2 * joined.size))
    }

    private companion object {
        const val FEW = 16
        const val SMALL = 256
        const val NOT_ASCII = 0x80
    }
}

/** The parts of an answer, one after the other. */
internal class Parts(private val frame: ByteArray, private val size: Int) {
    private val isJoined = frame[0] == JOINED
    private val count = if (isJoined) 0 else readInt(frame, 1)
    private var part = 0
    private var at = if (isJoined) 1 else 1 + INT * (1 + count)

    /** Whether there is another part. */
    val hasNext: Boolean get() = if (isJoined) at <= size else part < count

    fun text(): String {
        val length = if (isJoined) find(SEPARATOR) - at else readInt(frame, 1 + INT * ++part)
        val text = String(frame, at, length, Charsets.UTF_8)
        at += if (isJoined) length + 1 else length
        return text
    }

    /** The text; an empty one is none. */
    fun maybe(): String? = text().ifEmpty { null }

    /** The number, where there is one. */
    fun int(): Int? = maybe()?.toInt()

    /** All that is left, two by two. */
    fun pairs(): List<Pair<String, String>> {
        val pairs = ArrayList<Pair<String, String>>()
        while (hasNext) pairs.add(text() to text())
        return pairs
    }

    private fun find(byte: Byte): Int {
        var end = at
        while (end < size && frame[end] != byte) end++
        return end
    }
}

private const val JOINED = 'J'.code.toByte()
private const val LISTED = 'L'.code.toByte()
private const val SEPARATOR: Byte = 0
private const val INT = 4

private fun sum(one: Int, other: Int): Int =
    (one + other).also { if (it < 0) throw OutOfMemoryError("a frame holds 2 GiB at most") }

private fun writeInt(bytes: ByteArray, at: Int, number: Int) {
    for (index in 0 until INT) bytes[at + index] = (number shr (8 * index)).toByte()
}

private fun readInt(bytes: ByteArray, at: Int): Int {
    var number = 0
    for (index in 0 until INT) number = number or ((bytes[at + index].toInt() and 0xFF) shl (8 * index))
    return number
}
