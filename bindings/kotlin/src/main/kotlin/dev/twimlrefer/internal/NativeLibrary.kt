package dev.twimlrefer.internal

import com.sun.jna.Native
import com.sun.jna.Platform

/** Loads the native library, or says why that failed. */
internal object NativeLibrary {
    private const val NAME = "twiml_refer_uniffi"
    private const val PLATFORMS = "Linux (glibc 2.17 or newer) and macOS, each on x86-64 and ARM64"

    /** `version` is the first function; its answer is a status, a length of four bytes and the text. */
    private val VERSION_FUNCTION = byteArrayOf(0, 0, 0, 1)
    private const val VERSION_START = 1 + Int.SIZE_BYTES
    private const val VERSION_ROOM = 64

    private val failure: Throwable? =
        try {
            Native.register(EntryPoint::class.java, NAME)
            checkVersion()
            null
        } catch (error: LinkageError) {
            error
        } catch (error: RuntimeException) {
            // Java 24 and newer with --illegal-native-access=deny.
            error
        }

    /** Throws an [UnsatisfiedLinkError] of one sentence, whichever call comes first, unless the library is loaded. */
    fun ensureLoaded() {
        if (failure != null) throw UnsatisfiedLinkError(message()).apply { initCause(failure) }
    }

    /** JNA takes a library of this name from the system's folders, too. */
    private fun checkVersion() {
        val output = ByteArray(VERSION_ROOM)
        val size = EntryPoint.twiml_refer_call(VERSION_FUNCTION, VERSION_FUNCTION.size, output, output.size)
        val isThis = size in VERSION_START..output.size &&
            String(output, VERSION_START, size - VERSION_START, Charsets.UTF_8) == VERSION
        if (!isThis) throw UnsatisfiedLinkError("a $NAME of another version than $VERSION was found first")
    }

    private fun message(): String {
        val (system, architecture) = System.getProperty("os.name") to System.getProperty("os.arch")
        val resource = runCatching {
            "/${Platform.RESOURCE_PREFIX}/${System.mapLibraryName(NAME)}"
        }.getOrNull()
        val supported = resource == null || javaClass.getResource(resource) != null
        return "twiml-refer cannot load its native library on $system $architecture: " +
            if (supported) {
                "it is unpacked into a temporary folder, which must be writable and not mounted noexec " +
                    "(name another with -Djna.tmpdir=FOLDER), and Java 24 or newer needs " +
                    "--enable-native-access=ALL-UNNAMED; the cause says what failed"
            } else {
                "this jar has none for it, but for $PLATFORMS"
            }
    }
}

/** The entry point of the library. It stands alone: JNA looks at every member of a class with native functions. */
internal object EntryPoint {
    // The name is that of the function in the library.
    @Suppress("ktlint:standard:function-naming")
    @JvmStatic
    external fun twiml_refer_call(input: ByteArray, length: Int, output: ByteArray, capacity: Int): Int
}
