package dev.twimlrefer.tests

import dev.twimlrefer.Leg
import dev.twimlrefer.Notify
import dev.twimlrefer.Output
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.SipUri
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferException
import dev.twimlrefer.TransferSettings
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.withHangUpGrace
import dev.twimlrefer.withMaxDuration
import dev.twimlrefer.withNotifyTimeout
import dev.twimlrefer.withResponseTimeout
import dev.twimlrefer.withSubscription
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
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
        settings(case.member("settings"))
    }

    private fun run(lines: List<JsonObject>) {
        val start = lines.single { it.maybeText("event") == "start" }
        val transfer = Transfer(SipUri("sip:alice@example.com"), settings(start.member("settings")))
        val waiting = ArrayDeque<Map<String, Any?>>()
        for (line in lines) {
            val now = (line.getValue("at").jsonPrimitive.double * 1000).roundToLong()
            if ("event" in line) {
                assertEquals(emptyList(), waiting.toList(), "$line")
                try {
                    waiting += feed(transfer, line, now).map(::plain)
                } catch (error: TransferException) {
                    waiting += mapOf("output" to "error", "code" to error.number)
                }
                continue
            }
            if (waiting.isEmpty()) waiting += transfer.handleTimeout(now).map(::plain)
            assertEquals(JsonObject(line - "at").plain(), waiting.removeFirst(), "$line")
        }
        assertEquals(emptyList(), waiting.toList())
        assertEquals(emptyList(), transfer.handleTimeout(Long.MAX_VALUE))
    }

    private fun settings(json: JsonObject): TransferSettings {
        var settings = TransferSettings()
        for ((key, value) in json) {
            settings = when (key) {
                "response_timeout" -> settings.withResponseTimeout(time(value))

                "notify_timeout" -> settings.withNotifyTimeout(time(value))

                "subscription" -> settings.withSubscription(time(value))

                "max_duration" -> settings.withMaxDuration(time(value))

                "hang_up_grace" -> settings.withHangUpGrace(time(value))

                "rejected_status" -> settings.withRejectedStatusOmitted(value.plain() == "omitted")

                "statuses" -> value.jsonArray.fold(settings) { made, entry ->
                    val (code, status) = entry.jsonArray.map { it.jsonPrimitive.content }
                    made.withStatus(code.toInt(), ReferCallStatus.of(status))
                }

                else -> throw AssertionError("no such setting: $key")
            }
        }
        return settings
    }

    private fun time(seconds: JsonElement): Duration = seconds.jsonPrimitive.double.seconds

    private fun feed(transfer: Transfer, line: JsonObject, now: Long): List<Output> =
        when (val event = line.text("event")) {
            "start" -> {
                val leg = Leg.entries.single { it.toString() == line.text("leg") }
                val (cseq, first) = line.maybeText("cseq")?.toLong() to line.flag("first_in_dialog")
                if (cseq == null) {
                    transfer.startWithoutCseq(now, leg, first)
                } else {
                    transfer.start(cseq, now, leg, first)
                }
            }

            "cseq" -> transfer.cseq(line.number("cseq").toLong(), now)

            "response" -> {
                val retry = line.maybeText("retry")?.toLong()
                transfer.response(line.number("code"), now, line.flag("refer_sub"), retry)
            }

            "notify" -> {
                val cseq = line.number("cseq").toLong()
                val notify = Notify(cseq, line.text("event_header"), line.text("body").toByteArray())
                    .withSubscriptionState(line.maybeText("subscription_state"))
                    .withInDialog(line.flag("in_dialog"))
                transfer.notify(notify, now)
            }

            "status" -> transfer.status(line.number("code"), line.flag("final"), now)

            "hangup" -> transfer.hangUp(now)

            "transport-error" -> transfer.transportError(now)

            "time" -> transfer.handleTimeout(now)

            else -> throw AssertionError("no such event: $event")
        }

    private fun plain(output: Output): Map<String, Any?> = when (output) {
        Output.SendRefer -> mapOf("output" to "send-refer")

        Output.EndDialog -> mapOf("output" to "end-dialog")

        is Output.Reply -> mapOf("output" to "reply", "code" to output.code)

        is Output.Diagnostic -> mapOf("output" to "diagnostic") + found(output.diagnostic) +
            mapOf("line" to null, "column" to null, "parameter" to null, "error" to null)

        is Output.Completed -> {
            val report = output.report
            val params = VoiceRequest.fromParams(report.params)
            val mayResume = mapOf("may_resume" to params.mayResume)
            assertEquals(report, params.refer ?: report)
            mapOf(
                "output" to "completed",
                "params" to report.params.map { it.toPair().toList() },
                "outcome" to outcome(report.outcome) + mayResume,
            )
        }
    }
}
