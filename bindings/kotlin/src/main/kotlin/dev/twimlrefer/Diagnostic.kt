package dev.twimlrefer

import dev.twimlrefer.internal.exception
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.spelled
import dev.twimlrefer.internal.bridge.Diagnostic as BridgeDiagnostic

/**
 * Something that a check found in a document, a URI or a request, or in an event of a transfer.
 *
 * ```kotlin
 * val found = SipUri("sip:alice@example.com?X-Twilio-Id=1").check().single()
 * check(found.code == "header-reserved" && found.severity == Severity.WARNING && found.number == 32113)
 * ```
 */
public class Diagnostic internal constructor(private val parts: BridgeDiagnostic) {
    /** The stable code, the same in every language. */
    public val code: String get() = parts.code

    /** The severity. */
    public val severity: Severity get() = named<Severity>(parts.severity) ?: Severity.ERROR

    /** Where in a document, as `Response/Refer[0]/Sip`; empty outside of one. */
    public val path: String get() = parts.path

    /** What will happen on the wire. */
    public val message: String get() = parts.message

    /** The parameter of a request. */
    public val parameter: String? get() = parts.parameter

    /** Twilio's number for it. */
    public val number: Int? get() = parts.number?.toInt()

    /** The line of the document that was read, from 1. */
    public val line: Int? get() = parts.line?.toInt()

    /** The column of that line, from 1. */
    public val column: Int? get() = parts.column?.toInt()

    /** The error behind it: why a target is not a SIP URI. */
    public val error: TwimlReferException? get() = parts.error?.let(::exception)

    /** Compares everything that it says. */
    override fun equals(other: Any?): Boolean = other is Diagnostic && other.parts == parts

    /** Agrees with [equals]. */
    override fun hashCode(): Int = parts.hashCode()

    /** Severity, code, path and message, for people. */
    override fun toString(): String = "$severity[$code]${if (path.isEmpty()) "" else " $path"}: $message"
}

/** The severity of a [Diagnostic]. */
public enum class Severity {
    /** Twilio will refuse it, a transfer never happens, or the app is not secure. */
    ERROR,

    /** Something is dropped or never runs. */
    WARNING,

    /** Worth knowing. */
    NOTE,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}
