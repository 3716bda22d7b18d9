package dev.twimlrefer.internal

import java.util.concurrent.atomic.AtomicLong

/** At most one line a second. [clock] is in nanoseconds. */
internal class LogRate(private val clock: () -> Long = System::nanoTime) {
    private val next = AtomicLong(clock())
    private val leftOut = AtomicLong()

    /** Returns how many lines were left out since the last one, if one may be written now. */
    fun permit(): Long? {
        val (now, due) = clock() to next.get()
        if (now - due < 0 || !next.compareAndSet(due, now + SECOND_NS)) {
            leftOut.incrementAndGet()
            return null
        }
        return leftOut.getAndSet(0)
    }

    private companion object {
        const val SECOND_NS = 1_000_000_000L
    }
}
