package dev.twimlrefer

/**
 * The state of the call to the target, as Twilio's `ReferCallStatus` says. New values may come; they
 * compare by their text, with case.
 *
 * ```kotlin
 * check(ReferCallStatus.of("busy") == ReferCallStatus.BUSY)
 * ```
 *
 * @property text the value as Twilio sends it.
 */
public class ReferCallStatus private constructor(public val text: String) {
    /** The value as Twilio sends it. */
    override fun toString(): String = text

    /** Whether the text is the same. */
    override fun equals(other: Any?): Boolean = other is ReferCallStatus && other.text == text

    /** Agrees with [equals]. */
    override fun hashCode(): Int = text.hashCode()

    /** The values that Twilio documents. */
    public companion object {
        /** The target answered. */
        @JvmField
        public val IN_PROGRESS: ReferCallStatus = ReferCallStatus("in-progress")

        /** The target is busy. */
        @JvmField
        public val BUSY: ReferCallStatus = ReferCallStatus("busy")

        /** The target did not answer. */
        @JvmField
        public val NO_ANSWER: ReferCallStatus = ReferCallStatus("no-answer")

        /** The call failed. */
        @JvmField
        public val FAILED: ReferCallStatus = ReferCallStatus("failed")

        /** The caller hung up. */
        @JvmField
        public val CANCELED: ReferCallStatus = ReferCallStatus("canceled")

        private val all = listOf(IN_PROGRESS, BUSY, NO_ANSWER, FAILED, CANCELED)

        /** The status of this text. */
        @JvmStatic
        public fun of(text: String): ReferCallStatus =
            all.firstOrNull { it.text == text } ?: ReferCallStatus(text)
    }
}
