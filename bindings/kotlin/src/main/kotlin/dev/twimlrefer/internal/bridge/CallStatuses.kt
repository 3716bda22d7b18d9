// What Rust writes the success of a call into, kept for the next call. Each takes two pieces of C's memory,
// which JNA frees on one thread long after: calls one after another would outrun it, and memory grow. There are
// never more than calls at the same time.

package dev.twimlrefer.internal.bridge

import java.util.concurrent.ConcurrentLinkedQueue

internal object CallStatuses {
    private val kept = ConcurrentLinkedQueue<UniffiRustCallStatus>()

    /** One that says success. */
    fun take(): UniffiRustCallStatus = kept.poll() ?: UniffiRustCallStatus()

    /** Keeps one after a success: it holds no error that somebody reads. */
    fun give(status: UniffiRustCallStatus) {
        kept.offer(status)
    }
}
