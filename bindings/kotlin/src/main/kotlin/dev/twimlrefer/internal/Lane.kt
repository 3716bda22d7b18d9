package dev.twimlrefer.internal

import com.sun.jna.Native

/**
 * The lane into the library: one C function, frames of bytes. No rule lives here; what each job takes and
 * gives is said in the bridge, `bindings/uniffi/src/lane.rs`.
 */
internal object Lane {
    const val URI = 1
    const val REFER = 2
    const val ELEMENT = 3
    const val RENDER = 4
    const val VERIFY = 5
    const val FROM_FORM = 6
    const val FROM_PAIRS = 7
    const val VALIDATE = 8
    const val NAMES = 9
    const val SIGN = 10
    const val COMMENT = 11
    private const val CHECK_URI = 12

    /** Room for an answer that repeats its input, with tags around it. */
    private const val MORE = 256
    private const val MOST = Int.MAX_VALUE - 64

    /** Room for the answer that nothing is wrong. */
    private const val LITTLE = 16

    /** Does a job; the parts of the answer behind the kind of its error, which is none. An error is thrown. */
    fun call(job: Int, input: Frame): Parts = input.finish { frame, size ->
        call(job, frame, size, minOf(2L * size + MORE, MOST.toLong()).toInt())
    }

    /** Does a job that only judges. */
    fun judge(job: Int, input: Frame) {
        input.finish { frame, size -> call(job, frame, size, LITTLE) }
    }

    /** Judges one text, which crosses as it is. */
    fun checkUri(text: String) {
        val bytes = encoded(text)
        call(CHECK_URI, bytes, bytes.size, LITTLE)
    }

    private fun call(job: Int, input: ByteArray, length: Int, room: Int): Parts {
        var answer = ByteArray(room)
        var size = Door.twiml_refer_lane(job, input, length, answer, room)
        if (size > room) {
            answer = ByteArray(size)
            size = Door.twiml_refer_lane(job, input, length, answer, size)
        }
        check(size in 1..answer.size) { "the native library could not do this job; please report it" }
        val parts = Parts(answer, size)
        val kind = parts.maybe() ?: return parts
        throw refusal(
            kind = kind,
            message = parts.text(),
            offset = parts.int(),
            line = parts.int(),
            column = parts.int(),
            parameter = parts.maybe(),
            number = parts.int(),
            group = parts.text(),
        )
    }
}

/** The door of the library. It stands alone: JNA looks at every member of a class with native functions. */
private object Door {
    init {
        Native.register(Door::class.java, "twiml_refer_uniffi")
    }

    // The name is that of the function in the library.
    @Suppress("ktlint:standard:function-naming")
    @JvmStatic
    external fun twiml_refer_lane(
        job: Int,
        input: ByteArray,
        length: Int,
        output: ByteArray,
        capacity: Int,
    ): Int
}
