package dev.twimlrefer.tests

import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.Origin
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.internal.LogRate
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.test.fail

/** What the vectors do not say of `HttpVerifier`. */
class HttpVerifierTest {
    private val validator = RequestValidator("12345", "https://voice.example.com")
    private val verifier = HttpVerifier(validator)

    private fun headers(signature: String) = mapOf("x-twilio-signature" to listOf(signature))

    @Test
    fun `a servlet's parameters`() {
        val headers = headers(validator.sign("/t?a=1", mapOf("a" to "2", "AccountSid" to "AC1")))
        val params = mapOf("a" to arrayOf("1", "2"), "AccountSid" to arrayOf("AC1"))
        val answer = verifier.verifyServletParams("/t?a=1", headers, params)
        assertEquals(200, answer.status)
        assertEquals(listOf("a=2", "AccountSid=AC1"), answer.request?.params?.map { "$it" })
        assertEquals(
            answer.request,
            validator.verifyServletParams("/t?a=1", params, headers.values.single()[0]),
        )
        assertEquals(403, verifier.verifyServletParams("/t?a=3", headers, params).status)
        val twice = headers + ("X-Twilio-Signature" to headers.values.single())
        assertEquals(403, verifier.verifyServletParams("/t?a=1", twice, params).status)
        val large = mapOf("a" to "b".repeat(70_000))
        assertEquals(
            413,
            verifier.verifyServletParams("/t", headers(validator.sign("/t", large)), large).status,
        )
        val other = RequestValidator(
            "54321",
            "https://voice.example.com",
        ).sign("/t", mapOf("AccountSid" to "AC1"))
        val account = mapOf("AccountSid" to "AC1")
        assertEquals(403, verifier.verifyServletParams("/t", headers(other), account).status)
        val ofAccounts = verifier.withAuthTokens { if (it == "AC1") listOf("54321") else null }
        assertEquals(200, ofAccounts.verifyServletParams("/t", headers(other), account).status)
    }

    @Test
    fun `a servlet's parameters without a public base`() {
        val host = HttpVerifier(RequestValidator("12345"), Origin.HOST_HTTPS)
        val params = mapOf("CallSid" to "CA1")
        val signature = RequestValidator("12345").sign("https://h/t", params)
        val headers = headers(signature) + ("Host" to listOf("h"))
        assertEquals(200, host.verifyServletParams("/t", headers, params).status)
        assertEquals("", host.diagnoseServletParams("/t", headers, params))
        val empty = emptyMap<String, String>()
        assertEquals(403, host.verifyServletParams("/t", headers, empty).status)
    }

    @Test
    fun `the line about a servlet's parameters does not speak of an empty body`() {
        val headers = headers(validator.sign("/t/", mapOf("Digits" to "7531")))
        val near = verifier.diagnoseServletParams("/t", headers, mapOf("Digits" to "7531"))
        assertTrue(near.startsWith("403 to POST /t: the signature matches with another slash"), near)
        val other = verifier.diagnoseServletParams("/t", headers, mapOf("Digits" to "1"))
        assertTrue("something parsed the form before it was verified" in other && "empty" !in other, other)
    }

    @Test
    fun `a body that could not be read to its end`() {
        assertEquals(400, verifier.verify("POST", "/t", emptyMap(), null).status)
        val line = "400 to POST /t: the body ended early, or is malformed"
        assertEquals(line, verifier.diagnose("POST", "/t", emptyMap(), null))
    }

    @Test
    fun `a log line a second, with the number of those left out`() {
        var now = -5L
        val rate = LogRate { now }
        assertEquals(listOf("0", null, null), List(3) { rate.line { "$it" } })
        now += 999_999_999
        assertNull(rate.line { fail("it is not written") })
        now += 1
        assertEquals(listOf("0 (3 more were not logged)", null), List(2) { rate.line { "$it" } })
        assertEquals("line", verifier.logLine { "line" })
    }

    @Test
    fun `for people`() {
        val text = "HttpVerifier(origin=PUBLIC_BASE, publicBase=https://voice.example.com, " +
            "allowedMethods=POST, maxBodyBytes=65536)"
        assertEquals(text, "$verifier")
        val answer = verifier.checkHead("GET", emptyMap())
        assertEquals("HttpAnswer(status=405, allow=POST)", "$answer")
        assertEquals(65_536, verifier.maxBodyBytes)
    }
}
