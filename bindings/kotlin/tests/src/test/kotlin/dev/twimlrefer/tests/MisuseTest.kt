package dev.twimlrefer.tests

import dev.twimlrefer.CallUpdate
import dev.twimlrefer.Comment
import dev.twimlrefer.DocumentException
import dev.twimlrefer.Element
import dev.twimlrefer.Method
import dev.twimlrefer.Notify
import dev.twimlrefer.Output
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.ReferReport
import dev.twimlrefer.ReferTarget
import dev.twimlrefer.RequestException
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.RestException
import dev.twimlrefer.SignatureException
import dev.twimlrefer.SipUri
import dev.twimlrefer.SipUriException
import dev.twimlrefer.Text
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferException
import dev.twimlrefer.TransferSettings
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.UserToUser
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.internal.bridge.Secrets
import dev.twimlrefer.internal.bridge.signForm
import dev.twimlrefer.internal.call
import dev.twimlrefer.voiceResponse
import dev.twimlrefer.withMaxDuration
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.reflect.KClass
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.nanoseconds

/** What must be an exception, and never a crash. */
class MisuseTest {
    private val alice = SipUri("sip:alice@example.com")
    private val url = "https://voice.example.com/handleRefer"
    private val validator = RequestValidator("12345")
    private val lone = "\uD800"

    @TestFactory
    fun `wrong values are our exceptions at the call`(): List<DynamicTest> = mapOf<String, () -> Any?>(
        "URI, lone surrogate" to { SipUri("sip:a$lone@b") },
        "header, lone surrogate" to { SipUri("sip:a@b", mapOf("X-A" to lone)) },
        "parts, lone surrogate" to { SipUri.build("example.com", user = lone) },
        "parts, port" to { SipUri.build("example.com", port = 65_536) },
        "parts, negative port" to { SipUri.build("example.com", port = -1) },
        "text, lone surrogate" to { Text("a\uDFFF") },
        "text, surrogates in the wrong order" to { Text("\uDC00\uD800") },
        "attribute, lone surrogate" to { Element("Say", mapOf("voice" to lone)) },
        "element, lone surrogate" to { Element(lone) },
        "comment, lone surrogate" to { Comment(lone) },
        "refer target, lone surrogate" to { ReferTarget.parse(lone) },
        "document, lone surrogate" to { VoiceResponse.parse("<Response>$lone</Response>") },
        "check, lone surrogate" to { VoiceResponse.check(lone) },
        "action, lone surrogate" to { voiceResponse { refer("sip:a@b", action = lone) } },
        "base URL, lone surrogate" to { dev.twimlrefer.Refer(alice, "/a").resolveAction(lone) },
        "User-to-User, lone surrogate" to { UserToUser(lone) },
        "purpose, lone surrogate" to { UserToUser("1", purpose = lone) },
        "User-to-User, none" to { UserToUser.fromBytes(ByteArray(0)) },
        "parameter, lone surrogate" to { VoiceRequest.fromParams(mapOf("a" to lone)) },
        "token, lone surrogate" to { RequestValidator(lone) },
        "base, lone surrogate" to { RequestValidator("1", lone) },
        "base, nonsense" to { RequestValidator("1", "nonsense") },
        "body limit, negative" to { RequestValidator("1").withMaxBodyBytes(-1) },
        "explain, lone surrogate" to { validator.explain(lone) },
        "sign, lone surrogate" to { validator.sign(lone) },
        "report, no code" to { ReferReport(null, 1000, null) },
        "account, lone surrogate" to { CallUpdate.fromUrl(lone, "CA", "https://example.com/") },
        "status, lone surrogate" to {
            TransferSettings().withStatus(486, ReferCallStatus.of(lone))
        },
        "status, no code" to
            { TransferSettings().withStatus(-1, ReferCallStatus.BUSY) },
        "CSeq, negative" to { Transfer(alice).start(-1, 0) },
        "CSeq, too large" to { Transfer(alice).start(1L shl 32, 0) },
        "URI, huge" to { SipUri("x".repeat(10_000_000)) },
        "header, huge" to { SipUri("sip:a@b", mapOf("X-A" to "ü".repeat(10_000_000))) },
        "document, huge" to { VoiceResponse.parse("x".repeat(10_000_000)) },
        "request, huge" to { VoiceRequest.fromForm(ByteArray(10_000_000) { 'a'.code.toByte() }) },
        "restored, nonsense" to { Transfer.restore(ByteArray(100)) },
        "restored, nothing" to { Transfer.restore(ByteArray(0)) },
    ).map { (name, wrong) ->
        DynamicTest.dynamicTest(name) {
            val error = assertFailsWith<TwimlReferException> { wrong() }
            assertTrue(error.kind.isNotEmpty())
            assertTrue(error.message.toByteArray().size in 1..240)
        }
    }

    @Test
    fun `a lone surrogate is an error of the class that each function documents`() {
        val cases = mapOf<() -> Any?, KClass<*>>(
            { SipUri("sip:a$lone@b") } to SipUriException::class,
            { SipUri("sip:a@b", mapOf("X-A" to lone)) } to SipUriException::class,
            { SipUri.build("example.com", user = lone) } to SipUriException::class,
            { UserToUser(lone) } to SipUriException::class,
            { Text(lone) } to DocumentException::class,
            { voiceResponse { say(lone) } } to DocumentException::class,
            { CallUpdate.fromUrl(lone, "CA", "https://example.com/") } to RestException::class,
            { VoiceRequest.fromParams(mapOf("a" to lone)) } to RequestException::class,
            { RequestValidator(lone) } to SignatureException::class,
            { TransferSettings().withStatus(486, ReferCallStatus.of(lone)) } to TransferException::class,
        )
        for ((wrong, expected) in cases) {
            val error = assertFailsWith<TwimlReferException> { wrong() }
            assertEquals(expected to "text-not-utf8", error::class to error.kind)
        }
    }

    @Test
    fun `what comes from the wire is never an error`() {
        for (notify in listOf(Notify(1, lone), Notify(1, "refer").withSubscriptionState(lone))) {
            assertTrue(Transfer(alice).notify(notify, 0).any { it is Output.Reply })
        }
    }

    @Test
    fun `a lone surrogate is said to be where it is`() {
        val error = assertFailsWith<TwimlReferException> { Text("aü€😀\uD83Dz") }
        // One, two, three and four bytes stand before it.
        assertEquals("text-not-utf8" to 10, error.kind to error.offset)
        assertEquals("aü€😀?", voiceResponse { text("aü€😀?") }.nodes.single().toString())
    }

    @Test
    fun `what is not text makes verifying fail as a wrong signature does`() {
        for ((where, signature, params) in listOf(
            Triple(lone, "x", emptyMap()),
            Triple(url, lone, emptyMap()),
            Triple(url, "x", mapOf(lone to lone)),
            Triple(url, "x", mapOf("file" to Any())),
            Triple(url, "x", mapOf("files" to listOf("a", Any()))),
            Triple(null, "x", mapOf("a" to null)),
        )) {
            for (method in Method.entries) {
                mismatch { validator.verify(method, where, "a=b", signature) }
                mismatch { validator.verify(method, where, lone, signature) }
            }
            mismatch { validator.verifyParams(where, params, signature) }
            assertFalse(validator.validate(where, params, signature))
            assertFalse(validator.validateRaw(where, ByteArray(0), signature))
        }
    }

    @Test
    fun `missing, wrong, too large and unreadable are told apart`() {
        val body = "a=%ff".toByteArray()
        val signature = signForm(Secrets(listOf("12345"), null, false, false, null), url, body)
        fun kind(job: () -> Any?) =
            assertFailsWith<TwimlReferException> { job() }.let { it::class to it.kind }
        val (unsigned, unreadable) = SignatureException::class to RequestException::class
        assertEquals(
            unreadable to "request-not-utf8",
            kind {
                validator.verify(Method.POST, url, body, signature)
            },
        )
        for (none in listOf(null, "")) {
            assertEquals(
                unsigned to "signature-missing",
                kind {
                    validator.verify(Method.POST, url, "a=b", none)
                },
            )
            assertEquals(
                unsigned to "signature-missing",
                kind {
                    validator.verifyParams(url, emptyList(), none)
                },
            )
        }
        for (wrong in listOf("AAAA", "no base64 ☃")) {
            assertEquals(
                unsigned to "signature-mismatch",
                kind {
                    validator.verify(Method.POST, url, "a=b", wrong)
                },
            )
            assertEquals(
                unsigned to "signature-mismatch",
                kind {
                    validator.verifyParams(url, emptyList(), wrong)
                },
            )
        }
        // The size comes first, whoever sent it.
        val large = "a".repeat(65_537)
        for (any in listOf(null, "AAAA")) {
            val tooLarge = unreadable to "request-too-large"
            assertEquals(tooLarge, kind { validator.verify(Method.POST, url, large, any) })
            assertEquals(tooLarge, kind { validator.verify(Method.POST, url, large.toByteArray(), any) })
            assertEquals(
                tooLarge,
                kind {
                    validator.verify(Method.GET, "$url?$large", signature = any)
                },
            )
            assertEquals(tooLarge, kind { validator.verifyParams(url, mapOf(large to ""), any) })
        }
        assertEquals(unreadable to "request-too-large", kind { VoiceRequest.fromForm("a=b", maxBytes = 1) })
    }

    @Test
    fun `the method is pinned`() {
        // One value is the attacker's: a signed POST ...
        val get = "$url?a=1Body2&Digits=7"
        val posted = validator.sign("$url?a=1", mapOf("Body" to "2&Digits=7"))
        assertEquals("7", validator.verify(Method.GET, get, signature = posted).param("Digits"))
        // ... is not read as the GET that has the same bytes, where the route is a POST.
        assertEquals(emptyList(), validator.verify(Method.POST, get, signature = posted).params)
        // And a signed GET is not a POST where the route is a GET.
        val got = validator.sign("$url?A=Digits1")
        mismatch { validator.verify(Method.GET, "$url?A=", "Digits=1", got) }
        assertEquals("Digits1", validator.verify(Method.GET, "$url?A=Digits1", signature = got).param("A"))
    }

    @Test
    fun `a validator has an auth token`() {
        for (none in listOf(emptyList(), listOf(""), listOf("1", ""))) {
            val error = assertFailsWith<SignatureException> { RequestValidator(none) }
            assertEquals("auth-token-empty", error.kind)
        }
        assertEquals("auth-token-empty", assertFailsWith<SignatureException> { RequestValidator("") }.kind)
    }

    @Test
    fun `numbers that are out of range are errors of their own part`() {
        val cases = mapOf<() -> Any?, Pair<KClass<*>, String>>(
            { SipUri.build("b", port = 70_000) } to (SipUriException::class to "uri-port-invalid"),
            { SipUri.build("b", port = -1) } to (SipUriException::class to "uri-port-invalid"),
            { SipUri.build("b", port = 0) } to (SipUriException::class to "uri-port-invalid"),
            { RequestValidator("1").withMaxBodyBytes(-1) } to
                (RequestException::class to "request-limit-invalid"),
            { VoiceRequest.fromForm("", -1) } to (RequestException::class to "request-limit-invalid"),
            { VoiceRequest.fromForm(ByteArray(0), -1) } to
                (RequestException::class to "request-limit-invalid"),
            { VoiceRequest.fromParams(emptyMap<String, String>(), -1) } to
                (RequestException::class to "request-limit-invalid"),
            { VoiceRequest.fromParams(emptyList(), -1) } to
                (RequestException::class to "request-limit-invalid"),
            { Transfer(alice).start(-1, 0) } to (TransferException::class to "cseq-invalid"),
            { TransferSettings().withMaxDuration((-1).nanoseconds) } to
                (TransferException::class to "setting-invalid"),
            { TransferSettings().withStatus(70_000, ReferCallStatus.BUSY) } to
                (TransferException::class to "setting-invalid"),
        )
        for ((wrong, expected) in cases) {
            val error = assertFailsWith<TwimlReferException> { wrong() }
            assertEquals(expected, error::class to error.kind)
        }
        // What the wire brings is answered.
        assertEquals(1, Transfer(alice).notify(Notify(1L shl 32, "refer"), 0).count { it is Output.Reply })
    }

    @Test
    fun `a tree of any depth is written, compared and checked`() {
        fun deep(levels: Int): Element {
            var element = Element("a")
            repeat(levels - 1) { element = Element("a", nodes = listOf(element)) }
            return element
        }
        val deep = VoiceResponse(listOf(deep(100_000)))
        assertEquals(100_000, deep.toXml().split("<a>").size)
        assertEquals(deep, VoiceResponse(listOf(deep(100_000))))
        assertEquals(deep.hashCode(), VoiceResponse(listOf(deep(100_000))).hashCode())
        assertTrue("document-too-deep" in deep.check().map { it.code })
        val wide = VoiceResponse(List(20_000) { Element("a") })
        assertTrue("document-too-many-elements" in wide.check().map { it.code })
        val most = VoiceResponse(listOf(deep(63)))
        assertEquals(most, VoiceResponse.parse(most.toString()))
        val error = assertFailsWith<DocumentException> { VoiceResponse.parse(deep.toXml()) }
        assertEquals("document-too-large", error.kind)
    }

    @Test
    fun `sixteen threads share a validator and a transfer`() {
        val params = mapOf("ReferCallStatus" to "busy", "NotifySipResponseCode" to "486")
        val body = "ReferCallStatus=busy&NotifySipResponseCode=486"
        val signature = validator.sign(url, params)
        val transfer = Transfer(alice)
        transfer.start(1, 0)
        transfer.response(202, 1)
        val work = List(16) { number ->
            Callable {
                repeat(500) { step ->
                    val request = validator.verify(Method.POST, url, body, signature)
                    assertEquals(ReferOutcome.TargetFailed(ReferCallStatus.BUSY, 486), request.outcome)
                    assertFailsWith<SignatureException> {
                        validator.verify(Method.POST, url, "$body&x=$number", signature)
                    }
                    assertEquals(params.entries.toList(), request.params)
                    val notify = Notify(number * 1000L + step, "refer").withSubscriptionState("active")
                    assertEquals(1, transfer.notify(notify, 2).count { it is Output.Reply })
                }
            }
        }
        val pool = Executors.newFixedThreadPool(16)
        pool.invokeAll(work).forEach { it.get() }
        pool.shutdown()
        // No step was lost: the highest number of all was seen.
        val older = Notify(15_498, "refer").withSubscriptionState("active")
        assertEquals(listOf<Output>(Output.Reply(500)), transfer.notify(older, 3))
    }

    private fun mismatch(job: () -> Any?) {
        assertEquals("signature-mismatch", assertFailsWith<SignatureException> { job() }.kind)
    }

    @Test
    fun `arguments that nobody can read are an error of ours`() {
        for (function in listOf(-1, 0, 1000)) {
            val error = assertFailsWith<IllegalStateException> { call(function, 0UL, { }) { } }
            assertTrue("please report it" in error.message.orEmpty(), error.message)
        }
    }
}
