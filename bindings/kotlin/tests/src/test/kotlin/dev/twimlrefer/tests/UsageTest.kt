package dev.twimlrefer.tests

import dev.twimlrefer.Comment
import dev.twimlrefer.Diagnostic
import dev.twimlrefer.DocumentException
import dev.twimlrefer.Element
import dev.twimlrefer.Follows
import dev.twimlrefer.Method
import dev.twimlrefer.Notify
import dev.twimlrefer.Output
import dev.twimlrefer.Refer
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.ReferReport
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.Scenario
import dev.twimlrefer.Severity
import dev.twimlrefer.SipUri
import dev.twimlrefer.Text
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferException
import dev.twimlrefer.TransferSettings
import dev.twimlrefer.TransferState
import dev.twimlrefer.UserToUser
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.voiceResponse
import dev.twimlrefer.withHangUpGrace
import dev.twimlrefer.withMaxDuration
import dev.twimlrefer.withNotifyTimeout
import dev.twimlrefer.withResponseTimeout
import dev.twimlrefer.withSubscription
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds
import java.time.Duration as JavaDuration

/** What a Kotlin user would expect. */
class UsageTest {
    private val alice = SipUri("sip:alice@example.com")

    @Test
    fun `the four samples of Twilio print what they print there`() {
        val headers = mapOf("X-AcctNumber" to "123456", "X-ReasonForCalling" to "billing-question")
        val samples = mapOf(
            Refer(alice) to "<Refer><Sip>sip:alice@example.com</Sip>",
            Refer(alice, "/handleRefer", Method.POST) to
                "<Refer action=\"/handleRefer\" method=\"POST\"><Sip>sip:alice@example.com</Sip>",
            Refer(SipUri("sip:alice@example.com", headers)) to
                "<Refer><Sip>sip:alice@example.com?X-AcctNumber=123456&amp;" +
                "X-ReasonForCalling=billing-question</Sip>",
            Refer(SipUri("sip:alice@example.com", userToUser = UserToUser("123456789", "hex"))) to
                "<Refer><Sip>sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex</Sip>",
        )
        for ((refer, printed) in samples) {
            val expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>$printed</Refer></Response>"
            val response = VoiceResponse(listOf(refer.toElement()))
            assertEquals(expected, response.toString())
            assertEquals("$printed</Refer>", response.nodes.single().toString())
            assertEquals(refer, response.firstRefer)
            assertEquals(response, voiceResponse { refer(refer) })
        }
    }

    @Test
    fun `the builder writes attributes as the official libraries do`() {
        // What twilio 9.13 for Python prints for the same calls.
        val response = voiceResponse {
            gather {
                input("dtmf speech").numDigits(1).action("/choice").bargeIn(false)
                say("Press 1.", voice = "alice", loop = 2, attributes = mapOf("xml:lang" to "en"))
                pause(3)
            }
            say("A")
            element("Say") { element("say-as", "12", mapOf("for" to "x", "interpret-as" to "date")) }
            play("a.mp3", 0, "1w2")
            redirect("/voice", Method.GET)
        }
        assertEquals(
            "<Response><Gather action=\"/choice\" bargeIn=\"false\" input=\"dtmf speech\" numDigits=\"1\">" +
                "<Say loop=\"2\" voice=\"alice\" xml:lang=\"en\">Press 1.</Say>" +
                "<Pause length=\"3\"/></Gather>" +
                "<Say>A</Say><Say><say-as for=\"x\" interpret-as=\"date\">12</say-as></Say>" +
                "<Play digits=\"1w2\" loop=\"0\">a.mp3</Play><Redirect method=\"GET\">/voice</Redirect>" +
                "</Response>",
            response.toString().substringAfter("?>"),
        )
    }

    @Test
    fun `documents are read as they were built`() {
        val response = voiceResponse {
            gather { numDigits(1).action("/choice").say("Press 1.") }
            comment("a note")
            element("Dial") { element("Sip", "sip:a@b") }
            element("Say") {
                text("mixed ")
                element("emphasis", "b")
                text(" c")
            }
            text("mixed")
            refer("sip:a@b")
            hangup()
        }
        val again = VoiceResponse.parse(response.toXml())
        assertEquals(response, again)
        assertEquals(response.hashCode(), again.hashCode())
        assertEquals(Follows.NEXT_VERB, again.follows)
        assertEquals(Refer(SipUri("sip:a@b")), again.firstRefer)
        assertNull(VoiceResponse().follows)
        assertNull(VoiceResponse().firstRefer)
        assertEquals(listOf("text-ignored", "no-action"), again.check().map(Diagnostic::code))
        val wrong = "<Response>\n<Refer><Sip>tel:1</Sip></Refer></Response>"
        val found = VoiceResponse.check(wrong).first { it.code == "target-invalid" }
        assertEquals(VoiceResponse.check(wrong).toSet(), VoiceResponse.check(wrong).toSet())
        assertEquals(Severity.ERROR to 2, found.severity to found.line)
        assertEquals("uri-scheme-unsupported", found.error?.kind)
        assertNull(found.parameter)
        val attributes = VoiceResponse.parse("<Response a=\"1\"/>")
        assertEquals(mapOf("a" to "1"), attributes.attributes)
        assertTrue(attributes.toString().endsWith("<Response a=\"1\"/>"))
    }

    @Test
    fun `values are immutable and compare`() {
        val nodes = mutableListOf(Text("a"))
        val attributes = mutableMapOf("voice" to "alice")
        val element = Element("Say", attributes, nodes)
        nodes.clear()
        attributes["b"] = "\u0000"
        assertEquals(Element("Say", mapOf("voice" to "alice"), listOf(Text("a"))), element)
        assertNotEquals(Element("Say", mapOf("voice" to "alice"), listOf(Text("b"))), element)
        assertEquals("a", element.text)
        assertFailsWith<UnsupportedOperationException> { (element.nodes as MutableList).clear() }
        assertFailsWith<UnsupportedOperationException> { (element.attributes as MutableMap).clear() }
        val request = VoiceRequest.fromForm("ReferCallStatus=busy&CallSid=CA1")
        assertFailsWith<UnsupportedOperationException> { (request.params as MutableList).clear() }
        assertEquals(request, VoiceRequest.fromForm("ReferCallStatus=busy&CallSid=CA1".toByteArray()))
        assertEquals(request.hashCode(), VoiceRequest.fromParams(request.params).hashCode())
        assertEquals(ReferReport(ReferCallStatus.BUSY, null, null), request.refer)
        assertEquals(mapOf("ReferCallStatus" to "busy").entries.toList(), request.refer?.params)
        assertEquals(alice, SipUri("sip:alice@example.com"))
        assertEquals(1, setOf(alice, SipUri("sip:alice@example.com")).size)
        assertEquals(1, setOf(Refer(alice, "/a"), Refer(alice, "/a")).size)
        assertEquals(1, setOf(Text("a"), Text("a")).size)
        assertEquals(1, setOf(Comment("a"), Comment("a")).size)
        assertEquals(1, setOf(UserToUser("1"), UserToUser("1")).size)
        assertEquals(1, setOf(request.refer, ReferReport(ReferCallStatus.BUSY, null, null)).size)
        assertTrue("callStatus=busy" in request.refer.toString())
        assertFailsWith<DocumentException> { Refer(alice, "mailto:a") }
        val errors = List(2) { assertFailsWith<DocumentException> { Comment("a--b") } }
        assertEquals(1, errors.toSet().size)
        val notify = Notify(7, "refer").withSubscriptionState("active")
        assertEquals("Notify(cseq=7, event=refer, subscriptionState=active)", "$notify")
    }

    @Test
    fun `a short time is not none`() {
        val times = mapOf(
            1.nanoseconds to 1L,
            400_000.nanoseconds to 1L,
            1.milliseconds to 1L,
            1100.milliseconds to 1100L,
            1_000_001.nanoseconds to 2L,
            1.seconds to 1000L,
        )
        for ((grace, waits) in times) {
            val transfer = Transfer(alice, TransferSettings().withHangUpGrace(grace))
            transfer.start(cseq = 1, nowMs = 0)
            transfer.hangUp(nowMs = 0)
            assertEquals(waits, transfer.deadlineMs, "$grace")
        }
        for (wrong in listOf((-1).seconds, (-1).nanoseconds, Duration.INFINITE, 10_000_000.seconds)) {
            val error = assertFailsWith<TransferException> { TransferSettings().withHangUpGrace(wrong) }
            assertEquals("setting-invalid", error.kind)
        }
    }

    @Test
    fun `what is odd on the wire is a diagnostic, and misuse an exception`() {
        val transfer = Transfer(alice)

        fun codes(outputs: List<Output>) =
            outputs.filterIsInstance<Output.Diagnostic>().map { it.diagnostic.code }
        assertEquals(listOf("event-unexpected"), codes(transfer.response(202, nowMs = 0)))
        assertEquals(listOf("event-unexpected"), codes(transfer.notify(Notify(1, "refer"), nowMs = 0)))
        assertEquals(listOf("event-unexpected"), codes(transfer.hangUp(nowMs = 0)))
        assertEquals(listOf("event-unexpected"), codes(transfer.transportError(nowMs = 0)))
        transfer.start(cseq = 1, nowMs = 0)
        val odd = transfer.response(
            70_000,
            nowMs = 1,
        ).filterIsInstance<Output.Diagnostic>().single().diagnostic
        assertEquals("response-code-invalid" to Severity.WARNING, odd.code to odd.severity)
        assertFailsWith<TransferException> { transfer.start(cseq = 2, nowMs = 2) }
        transfer.response(202, nowMs = 3)
        assertEquals("Transfer(subscribed)", transfer.toString())
    }

    @Test
    fun `a stack may choose the CSeq and read NOTIFYs itself`() {
        val transfer = Transfer(alice)
        assertEquals(listOf<Output>(Output.SendRefer), transfer.startWithoutCseq(nowMs = 0))
        assertEquals(emptyList(), transfer.cseq(7, nowMs = 1))
        transfer.response(202, nowMs = 2)
        assertEquals(emptyList(), transfer.status(180, isFinal = false, nowMs = 3))
        val completed = assertIs<Output.Completed>(transfer.status(200, isFinal = true, nowMs = 4).single())
        assertEquals(ReferOutcome.Transferred, completed.report.outcome)
    }

    @Test
    fun `a transfer has a longest time`() {
        val transfer = Transfer(alice, TransferSettings().withMaxDuration(5.seconds))
        transfer.start(cseq = 1, nowMs = 0)
        transfer.response(202, nowMs = 0)
        val ringing = Notify(1, "refer", "SIP/2.0 180 Ringing".toByteArray())
        transfer.notify(ringing.withSubscriptionState("active;expires=4294967295"), nowMs = 0)
        assertEquals(5_000L, transfer.deadlineMs)
        assertIs<Output.Completed>(transfer.handleTimeout(5_000).single())
        assertEquals(transfer.report, Transfer.restore(transfer.save()).report)
    }

    @Test
    fun `settings take the durations of Kotlin and of Java`() {
        fun time(seconds: Long) = JavaDuration.ofSeconds(seconds)
        val made = TransferSettings()
            .withResponseTimeout(time(1)).withNotifyTimeout(time(2)).withSubscription(time(3))
            .withMaxDuration(time(4)).withHangUpGrace(time(5)).withRejectedStatusOmitted(true)
            .withStatus(480, ReferCallStatus.BUSY).withStatus(480, ReferCallStatus.NO_ANSWER)
        val inKotlin = TransferSettings()
            .withResponseTimeout(1.seconds).withNotifyTimeout(2.seconds).withSubscription(3.seconds)
            .withMaxDuration(4.seconds).withHangUpGrace(5.seconds).withRejectedStatusOmitted(true)
            .withStatus(480, ReferCallStatus.NO_ANSWER)
        assertEquals(inKotlin, made)
        assertEquals(inKotlin.hashCode(), made.hashCode())
        val read = made.run { listOf(responseTimeout, notifyTimeout, subscription, maxDuration, hangUpGrace) }
        assertEquals((1L..5L).map(::time), read)
        assertTrue(made.rejectedStatusOmitted)
        assertEquals(mapOf(480 to ReferCallStatus.NO_ANSWER), made.statuses)
        assertEquals(time(32), TransferSettings().responseTimeout)
        assertTrue("hangUpGrace=PT0S" in TransferSettings().toString())
    }

    @Test
    fun `a transfer is saved and restored`() {
        val transfer = Transfer(alice)
        transfer.start(cseq = 1, nowMs = 0)
        val again = Transfer.restore(transfer.save())
        assertEquals(TransferState.REFERRING to 32_000L, again.state to again.deadlineMs)
        assertEquals(alice, again.target)
        val saved = again.save()
        val error = assertFailsWith<TransferException> { again.start(cseq = 2, nowMs = 5) }
        assertEquals("transfer-event-unexpected", error.kind)
        assertTrue(saved.contentEquals(again.save()))
        assertEquals(emptyList(), again.poll())
        assertNull(again.report)
    }

    @Test
    fun `URIs are made of parts, checked and compared`() {
        val uri = SipUri.build(
            "example.com",
            user = "a b",
            password = "c",
            port = 5061,
            secure = true,
            params = mapOf("lr" to null, "x" to "1"),
            headers = mapOf("X-A" to "ü"),
        )
        assertEquals("sips:a%20b:c@example.com:5061;lr;x=1?X-A=%C3%BC", uri.toString())
        assertEquals("a b", uri.userDecoded)
        assertEquals(listOf("password-in-uri"), uri.check().map { it.code })
        assertEquals("<sips:a%20b:c@example.com:5061;lr;x=1?X-A=%C3%BC>", uri.referTo)
        assertEquals("ü", uri.header("x-a"))
        assertNull(uri.header("x-b"))
        val given = SipUri("sip:a@b", userToUser = UserToUser.fromBytes(byteArrayOf(1)))
        assertEquals("01", given.userToUser?.data)
        assertNull(alice.userToUser)
        assertEquals(emptyList(), alice.userToUsers)
        val several = SipUri("sip:a@b?User-to-User=01%2C02%3Bencoding%3Dhex&User-to-User=03").userToUsers
        assertEquals(listOf("01", "02", "03"), several.map { it.data })
        assertEquals("a", UserToUser.fromBytes(byteArrayOf(1), purpose = "a").purpose)
    }

    @Test
    fun `the tests of an app have signed requests`() {
        val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
        for (scenario in Scenario.entries) {
            for (method in Method.entries) {
                val request = validator.signedRequest(method, "/a", scenario, mapOf("CallSid" to "CA1"))
                val signature = request.headers["X-Twilio-Signature"]
                val read = validator.verify(
                    request.method,
                    request.url.removePrefix("https://voice.example.com"),
                    request.body,
                    signature,
                )
                assertEquals(scenario.name.lowercase().replace('_', '-'), read.outcome?.kind)
                assertEquals("CA1", read.callSid)
            }
        }
    }
}
