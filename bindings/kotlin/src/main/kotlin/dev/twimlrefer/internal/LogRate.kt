package dev.twimlrefer.internal

import java.util.concurrent.atomic.AtomicLong

/** At most one line per second. [clock] is in nanoseconds. */
internal class LogRate(private val clock: () -> Long = System::nanoTime) {
    private val next = AtomicLong(clock())
    private val leftOut = AtomicLong()

    /** Returns the line that [make] returns, and how many were left out before it; `null` if this one is left out. */
    fun line(make: () -> String): String? {
        val (now, due) = clock() to next.get()
        if (now - due < 0 || !next.compareAndSet(due, now + SECOND_NS)) {
            leftOut.incrementAndGet()
            return null
        }
        val more = leftOut.getAndSet(0)
        return if (more == 0L) make() else "${make()} ($more more were not logged)"
    }

    private companion object {
        const val SECOND_NS = 1_000_000_000L
    }
}
