package dev.twimlrefer.tests

import dev.twimlrefer.Leg
import dev.twimlrefer.Output
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferCallback
import dev.twimlrefer.SipUri
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferException
import dev.twimlrefer.TransferSettings
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.double
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import java.io.File
import kotlin.math.roundToLong
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Every transfer of `tests/vectors`: what is fed, and everything that comes out. */
class TransferVectorsTest {
    @TestFactory
    fun transfers(): List<DynamicTest> {
        val files = File(vectors, "transfer").listFiles { file -> file.name.endsWith(".expected.jsonl") }
            .orEmpty().sorted()
        assertTrue(files.isNotEmpty())
        var ran = 0
        return files.map { file ->
            test("transfer: ${file.name}") {
                run(file.readLines().map { Json.parseToJsonElement(it).jsonObject })
                enter("transfer", ++ran)
            }
        }
    }

    @TestFactory
    fun transferSettings() = topic("transfer-settings") { case ->
        Transfer(SipUri("sip:alice@example.com"), settings(case.member("settings"))).close()
    }

    private fun run(lines: List<JsonObject>) {
        val start = lines.single { it.maybeText("event") == "start" }
        Transfer(SipUri("sip:alice@example.com"), settings(start.member("settings"))).use { transfer ->
            val waiting = ArrayDeque<Map<String, Any?>>()
            for (line in lines) {
                val now = (line.getValue("at").jsonPrimitive.double * 1000).roundToLong()
                if ("event" in line) {
                    assertEquals(emptyList(), waiting.toList(), "$line")
                    try {
                        waiting += feed(transfer, line, now).map(::said)
                    } catch (error: TransferException) {
                        waiting += mapOf("output" to "error", "code" to error.number)
                    }
                    continue
                }
                if (waiting.isEmpty()) waiting += transfer.time(now).map(::said)
                assertEquals(JsonObject(line - "at").plain(), waiting.removeFirst(), "$line")
            }
            assertEquals(emptyList(), waiting.toList())
            assertEquals(emptyList(), transfer.time(Long.MAX_VALUE))
        }
    }

    private fun settings(json: JsonObject): TransferSettings {
        fun time(key: String): Duration? = json[key]?.jsonPrimitive?.double?.seconds
        return TransferSettings(
            responseTimeout = time("response_timeout"),
            notifyTimeout = time("notify_timeout"),
            subscription = time("subscription"),
            maxDuration = time("max_duration"),
            hangUpGrace = time("hang_up_grace"),
            rejectedStatusOmitted = json.maybeText("rejected_status") == "omitted",
            statuses = json["statuses"]?.jsonArray.orEmpty().associate { entry ->
                val (code, status) = entry.jsonArray.map { it.jsonPrimitive.content }
                code.toInt() to ReferCallStatus.of(status)
            },
        )
    }

    private fun feed(transfer: Transfer, line: JsonObject, now: Long): List<Output> {
        val cseq by lazy { line.number("cseq").toLong() }
        return when (val event = line.text("event")) {
            "start" -> {
                val leg = Leg.entries.single { it.toString() == line.text("leg") }
                transfer.start(cseq, now, leg, line.flag("first_in_dialog"))
            }

            "response" -> {
                val retry = line.maybeText("retry")?.toLong()
                transfer.response(line.number("code"), now, line.flag("refer_sub"), retry)
            }

            "notify" -> transfer.notify(
                line.text("event_header"),
                cseq,
                now,
                line.maybeText("subscription_state"),
                line.text("body").toByteArray(),
                line.flag("in_dialog"),
            )

            "hangup" -> transfer.hangUp(now)

            "transport-error" -> transfer.transportError(now)

            "time" -> transfer.time(now)

            else -> throw AssertionError("no such event: $event")
        }
    }

    private fun said(output: Output): Map<String, Any?> = when (output) {
        Output.SendRefer -> mapOf("output" to "send-refer")

        Output.EndDialog -> mapOf("output" to "end-dialog")

        is Output.Reply -> mapOf("output" to "reply", "code" to output.code)

        is Output.Diagnostic -> mapOf("output" to "diagnostic") + found(output.diagnostic) +
            mapOf("line" to null, "column" to null, "error" to null)

        is Output.Completed -> mapOf(
            "output" to "completed",
            "params" to output.report.params.map { it.toList() },
            "outcome" to
                outcome(output.report.outcome, ReferCallback.fromParams(output.report.params).mayResume),
        )
    }
}
