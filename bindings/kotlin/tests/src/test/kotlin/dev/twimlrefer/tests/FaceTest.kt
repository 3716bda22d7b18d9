package dev.twimlrefer.tests

import dev.twimlrefer.Comment
import dev.twimlrefer.Diagnostic
import dev.twimlrefer.DocumentException
import dev.twimlrefer.Element
import dev.twimlrefer.Follows
import dev.twimlrefer.Output
import dev.twimlrefer.Refer
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferCallback
import dev.twimlrefer.ReferOutcome
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
import dev.twimlrefer.internal.bridge.outcomeKinds
import dev.twimlrefer.internal.bridge.parameterNames
import dev.twimlrefer.voiceResponse
import org.junit.jupiter.api.Test
import java.util.jar.JarFile
import kotlin.reflect.KVisibility
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

/** What a Kotlin user would expect. */
class FaceTest {
    private val alice = SipUri("sip:alice@example.com")

    @Test
    fun `the four samples of Twilio print what they print there`() {
        val headers = listOf("X-AcctNumber" to "123456", "X-ReasonForCalling" to "billing-question")
        val samples = mapOf(
            Refer(alice) to "<Refer><Sip>sip:alice@example.com</Sip>",
            Refer(alice, "/handleRefer", "POST") to
                "<Refer action=\"/handleRefer\" method=\"POST\"><Sip>sip:alice@example.com</Sip>",
            Refer(SipUri("sip:alice@example.com", headers)) to
                "<Refer><Sip>sip:alice@example.com?X-AcctNumber=123456&amp;" +
                "X-ReasonForCalling=billing-question</Sip>",
            Refer(SipUri("sip:alice@example.com", userToUser = UserToUser("123456789", "hex"))) to
                "<Refer><Sip>sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex</Sip>",
        )
        for ((refer, printed) in samples) {
            val expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>$printed</Refer></Response>"
            assertEquals(expected, VoiceResponse(listOf(refer)).toString())
        }
    }

    @Test
    fun `the builder writes attributes as the official libraries do`() {
        // What twilio 9.13 for Python prints for the same calls.
        val response = voiceResponse {
            gather(input = "dtmf speech", numDigits = 1, action = "/choice", bargeIn = false) {
                say("Press 1.", voice = "alice", loop = 2, attributes = mapOf("xml:lang" to "en"))
                pause(3)
            }
            say("A")
            element("Say") { element("say-as", "12", mapOf("for" to "x", "interpret-as" to "date")) }
            play("a.mp3", 0, "1w2")
            redirect("/voice", "GET")
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
            gather(numDigits = 1, action = "/choice") { say("Press 1.") }
            comment("a note")
            element("Dial") { element("Sip", "sip:a@b") }
            text("mixed")
            refer("sip:a@b")
            hangup()
        }
        val again = VoiceResponse.parse(response.toXml())
        assertEquals(response, again)
        assertEquals(response.hashCode(), again.hashCode())
        assertEquals(Follows.NEXT_VERB, again.follows)
        assertNull(VoiceResponse().follows)
        assertEquals(listOf("text-ignored", "no-action"), again.check().map(Diagnostic::code))
        val wrong = "<Response>\n<Refer><Sip>tel:1</Sip></Refer></Response>"
        val found = VoiceResponse.check(wrong).first { it.code == "target-invalid" }
        assertEquals(VoiceResponse.check(wrong).toSet(), VoiceResponse.check(wrong).toSet())
        assertNotEquals(found, found.copy(error = null))
        assertEquals(Severity.ERROR to 2, found.severity to found.line)
        assertEquals("uri-scheme-unsupported", found.error?.kind)
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
        assertEquals("a", element.text)
        assertFailsWith<UnsupportedOperationException> { (element.nodes as MutableList).clear() }
        assertFailsWith<UnsupportedOperationException> { (element.attributes as MutableMap).clear() }
        val callback = ReferCallback.fromForm("ReferCallStatus=busy&CallSid=CA1")
        assertFailsWith<UnsupportedOperationException> { (callback.params as MutableList).clear() }
        assertEquals(callback, ReferCallback.fromForm("ReferCallStatus=busy&CallSid=CA1".toByteArray()))
        assertEquals(callback.hashCode(), ReferCallback.fromParams(callback.params).hashCode())
        assertNotEquals<VoiceRequest>(callback, VoiceRequest.fromParams(callback.params))
        assertEquals(callback, ReferCallback.of(VoiceRequest.fromParams(callback.params)))
        assertEquals(alice, SipUri("sip:alice@example.com"))
        assertEquals(1, setOf(alice, SipUri("sip:alice@example.com")).size)
        val refer = Refer(alice, "/a")
        assertEquals(refer, refer.copy())
        assertFailsWith<DocumentException> { refer.copy(method = "post") }
        assertFailsWith<DocumentException> { Comment("a--b") }
    }

    @Test
    fun `parameters and outcomes are those of the library`() {
        val names = parameterNames().associate { it.name to it.value }
        val values = names.values.associateWith { "value of $it" } +
            mapOf(
                "ReferCallStatus" to "busy",
                "ReferSipResponseCode" to "202",
                "NotifySipResponseCode" to "486",
            )
        val callback = ReferCallback.fromParams(values.toList())
        for ((getter, name) in names) assertEquals(values[name], read(callback, getter).toString(), getter)
        val kinds = ReferOutcome::class.sealedSubclasses.map { kind ->
            kind.objectInstance?.kind
                ?: kind.simpleName!!.replace(Regex("(?<=[a-z])[A-Z]"), "-$0").lowercase()
        }
        assertEquals(outcomeKinds().toSet(), kinds.toSet())
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
            Transfer(alice, TransferSettings(hangUpGrace = grace)).use {
                it.start(cseq = 1, now = 0)
                it.hangUp(now = 0)
                assertEquals(waits, it.deadline, "$grace")
            }
        }
        for (wrong in listOf((-1).seconds, Duration.INFINITE, 10_000_000.seconds)) {
            val error =
                assertFailsWith<TransferException> { Transfer(alice, TransferSettings(hangUpGrace = wrong)) }
            assertEquals("setting-invalid", error.kind)
        }
    }

    @Test
    fun `what is odd on the wire is a diagnostic, and misuse an exception`() {
        Transfer(alice).use { transfer ->
            fun codes(outputs: List<Output>) =
                outputs.filterIsInstance<Output.Diagnostic>().map { it.diagnostic.code }
            assertEquals(listOf("event-unexpected"), codes(transfer.response(202, now = 0)))
            assertEquals(listOf("event-unexpected"), codes(transfer.notify("refer", 1, now = 0)))
            assertEquals(listOf("event-unexpected"), codes(transfer.hangUp(now = 0)))
            assertEquals(listOf("event-unexpected"), codes(transfer.transportError(now = 0)))
            transfer.start(cseq = 1, now = 0)
            val odd = transfer.response(
                70_000,
                now = 1,
            ).filterIsInstance<Output.Diagnostic>().single().diagnostic
            assertEquals("response-code-invalid" to Severity.WARNING, odd.code to odd.severity)
            assertFailsWith<TransferException> { transfer.start(cseq = 2, now = 2) }
            transfer.response(202, now = 3)
        }
    }

    @Test
    fun `a transfer has a longest time`() {
        val settings = listOf(
            TransferSettings(maxDuration = 5.seconds),
            TransferSettings.builder().maxDuration(java.time.Duration.ofSeconds(5)).build(),
        )
        for (setting in settings) {
            Transfer(alice, setting).use {
                it.start(cseq = 1, now = 0)
                it.response(202, now = 0)
                it.notify("refer", 1, 0, "active;expires=4294967295", "SIP/2.0 180 Ringing".toByteArray())
                assertEquals(5_000L, it.deadline)
                assertIs<Output.Completed>(it.time(5_000).single())
            }
        }
    }

    @Test
    fun `settings from a builder are those of the constructor`() {
        fun time(seconds: Long) = java.time.Duration.ofSeconds(seconds)
        val made = TransferSettings.builder()
            .responseTimeout(time(1)).notifyTimeout(time(2)).subscription(time(3)).maxDuration(time(4))
            .hangUpGrace(time(5)).rejectedStatusOmitted(true).status(480, ReferCallStatus.NO_ANSWER).build()
        val times = listOf(1.seconds, 2.seconds, 3.seconds, 4.seconds, 5.seconds)
        val statuses = mapOf(480 to ReferCallStatus.NO_ANSWER)
        assertEquals(TransferSettings(times[0], times[1], times[2], times[3], times[4], true, statuses), made)
        val read = made.run { listOf(responseTimeout, notifyTimeout, subscription, maxDuration, hangUpGrace) }
        assertEquals<List<Duration?>>(times, read)
        assertEquals(true to statuses, made.rejectedStatusOmitted to made.statuses)
    }

    @Test
    fun `a transfer is saved and restored`() {
        val transfer = Transfer(alice)
        transfer.start(cseq = 1, now = 0)
        val again = Transfer.restore(transfer.save())
        assertEquals(TransferState.REFERRING to 32_000L, again.state to again.deadline)
        assertEquals(alice, again.target)
        val error = assertFailsWith<TransferException> { again.start(cseq = 2, now = 5) }
        assertEquals("transfer-event-unexpected", error.kind)
        assertEquals(emptyList(), again.poll())
        assertNull(again.report)
        listOf(transfer, again).forEach(Transfer::close)
    }

    @Test
    fun `URIs are made of parts, checked and compared`() {
        val uri = SipUri.build(
            "example.com",
            user = "a b",
            password = "c",
            port = 5061,
            secure = true,
            params = listOf("lr" to null, "x" to "1"),
            headers = listOf("X-A" to "ü"),
        )
        assertEquals("sips:a%20b:c@example.com:5061;lr;x=1?X-A=%C3%BC", uri.toString())
        assertEquals(listOf("password-in-uri"), uri.check().map { it.code })
        assertEquals("<sips:a%20b:c@example.com:5061;lr;x=1?X-A=%C3%BC>", uri.referTo)
        val given = SipUri("sip:a@b", userToUser = UserToUser.fromBytes(byteArrayOf(1)))
        assertEquals("01", given.userToUser?.data)
        assertNull(alice.userToUser)
        assertEquals(emptyList(), alice.userToUsers)
        val several = SipUri("sip:a@b?User-to-User=01%2C02%3Bencoding%3Dhex&User-to-User=03").userToUsers
        assertEquals(listOf("01", "02", "03"), several.map { it.data })
        assertIs<UserToUser>(given.userToUser)
    }

    @Test
    fun `what is inside is visible to nobody`() {
        val jar = JarFile(SipUri::class.java.protectionDomain.codeSource.location.path)
        val inside = jar.entries().asSequence().map { it.name }
            .filter { it.startsWith("dev/twimlrefer/internal/") && it.endsWith(".class") && "$" !in it }
            .map { Class.forName(it.removeSuffix(".class").replace('/', '.')) }
            // Files of functions alone: the compiler would have asked for their visibility.
            .filter {
                it.isAnnotationPresent(Metadata::class.java) &&
                    it.getAnnotation(Metadata::class.java).kind == 1
            }
            .toList()
        assertTrue(inside.size > 20)
        for (type in inside) assertNotEquals(KVisibility.PUBLIC, type.kotlin.visibility, type.name)
    }
}
