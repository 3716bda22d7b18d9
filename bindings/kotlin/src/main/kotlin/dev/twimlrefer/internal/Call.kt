package dev.twimlrefer.internal

import dev.twimlrefer.internal.bridge.FfiConverterTypeBridgeError
import java.nio.ByteBuffer

// What the generated functions of the bridge are made of: `bindings/uniffi/patch/kotlin` makes them call this.

/**
 * Calls a function of the native library by its number in `BridgeFunction`: writes the arguments and reads the result
 * in UniFFI's serialization. An error of the library is thrown as an exception of this package.
 *
 * @param size at most how many bytes the arguments take.
 */
internal inline fun <T> call(
    function: Int,
    size: ULong,
    write: (ByteBuffer) -> Unit,
    read: (ByteBuffer) -> T,
): T {
    val input = request(function, size)
    write(input)
    return read(answer(input))
}

internal fun request(function: Int, size: ULong): ByteBuffer {
    if (size > MOST.toULong()) throw OutOfMemoryError("the arguments of a call take 2 GiB at most")
    return ByteBuffer.allocate(Int.SIZE_BYTES + size.toInt()).putInt(function)
}

internal fun answer(input: ByteBuffer): ByteBuffer {
    NativeLibrary.ensureLoaded()
    val length = input.position()
    // Most answers repeat their input, with tags around it.
    var room = minOf(2L * length + MORE, MOST.toLong()).toInt()
    var output = ByteArray(room)
    val needed = EntryPoint.twiml_refer_call(input.array(), length, output, room)
    if (needed > room) {
        room = needed
        output = ByteArray(room)
        EntryPoint.twiml_refer_call(input.array(), length, output, room)
    }
    check(needed > 0) { BROKEN }
    val answer = ByteBuffer.wrap(output, 0, needed)
    when (answer.get()) {
        SUCCESS -> return answer
        ERROR -> throw exception(FfiConverterTypeBridgeError.read(answer))
        else -> throw IllegalStateException("$BROKEN: ${FfiConverterString.read(answer)}")
    }
}

private const val SUCCESS: Byte = 0
private const val ERROR: Byte = 1
private const val MORE = 256
private const val MOST = Int.MAX_VALUE - 64
private const val BROKEN = "the native library could not do this job; please report it"

/** A converter of UniFFI's serialization. */
internal interface FfiConverter<KotlinType, FfiType> {
    fun lift(value: FfiType): KotlinType

    fun lower(value: KotlinType): FfiType

    fun read(buf: ByteBuffer): KotlinType

    fun allocationSize(value: KotlinType): ULong

    fun write(value: KotlinType, buf: ByteBuffer)
}

/** A converter of what exists only in serialized form. */
internal interface FfiConverterRustBuffer<KotlinType> {
    fun read(buf: ByteBuffer): KotlinType

    fun allocationSize(value: KotlinType): ULong

    fun write(value: KotlinType, buf: ByteBuffer)
}

/** The converter of text. That of UniFFI makes a new encoder for each, and refuses a lone surrogate itself. */
internal object FfiConverterString : FfiConverterRustBuffer<String> {
    private const val MOST_BYTES_OF_A_CHAR = 3UL
    private const val NOT_ASCII = 0x80

    override fun read(buf: ByteBuffer): String {
        val length = buf.getInt()
        val text = String(buf.array(), buf.position(), length, Charsets.UTF_8)
        buf.position(buf.position() + length)
        return text
    }

    override fun allocationSize(value: String): ULong =
        Int.SIZE_BYTES.toULong() + value.length.toULong() * MOST_BYTES_OF_A_CHAR

    override fun write(value: String, buf: ByteBuffer) {
        // Nearly every text is ASCII, which is faster without an encoder.
        val array = buf.array()
        val start = buf.position() + Int.SIZE_BYTES
        for (index in value.indices) {
            val code = value[index].code
            if (code >= NOT_ASCII) {
                val bytes = encoded(value)
                buf.putInt(bytes.size).put(bytes)
                return
            }
            array[start + index] = code.toByte()
        }
        buf.putInt(value.length).position(start + value.length)
    }
}
