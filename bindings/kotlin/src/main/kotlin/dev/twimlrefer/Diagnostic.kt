package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Finding
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.refusal
import dev.twimlrefer.internal.spelled

/**
 * What will happen on the wire, and where in the document or URI it stands.
 *
 * ```kotlin
 * val found = SipUri("sip:alice@example.com?X-Twilio-Id=1").check().single()
 * check(found.code == "header-reserved" && found.severity == Severity.WARNING && found.number == 32113)
 * ```
 *
 * @property code the stable name of the finding, the same in every language.
 * @property severity how bad it is.
 * @property path where, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
 * @property message what will happen.
 * @property number Twilio's own number for it.
 * @property line the line of the document that was read, from 1.
 * @property column the column of that line, from 1.
 * @property error the error behind it: why a target is no SIP URI.
 */
public data class Diagnostic(
    val code: String,
    val severity: Severity,
    val path: String,
    val message: String,
    val number: Int? = null,
    val line: Int? = null,
    val column: Int? = null,
    val error: TwimlReferException? = null,
) {
    /** For people: severity, code, path and message. */
    override fun toString(): String = "$severity[$code]${if (path.isEmpty()) "" else " $path"}: $message"
}

/** How bad a finding is. */
public enum class Severity {
    /** Twilio will refuse it, or the app has a security hole. */
    ERROR,

    /** Something is dropped or never runs. */
    WARNING,

    /** Worth knowing. */
    NOTE,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}

internal fun diagnostics(found: List<Finding>): List<Diagnostic> = found.map {
    Diagnostic(
        code = it.code,
        severity = named<Severity>(it.severity) ?: Severity.ERROR,
        path = it.path,
        message = it.text,
        number = it.number?.toInt(),
        line = it.line?.toInt(),
        column = it.column?.toInt(),
        error = it.cause?.let(::refusal),
    )
}
