package dev.twimlrefer.tests

import dev.twimlrefer.RequestValidator
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Requests whose body is not a form; the example is that of the official libraries. */
class RawBodyTest {
    private val hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    private val url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    private val body = """{"property": "value", "boolean": true}""".toByteArray()

    @Test
    fun `a raw body is signed by its hash in the URL`() {
        val validator = RequestValidator("12345")
        val signed = RequestValidator.urlWithBodySha256(url, body)
        assertEquals("$url&bodySHA256=$hash", signed)
        assertEquals("https://h/?bodySHA256=$hash", RequestValidator.urlWithBodySha256("https://h/", body))
        val signature = validator.signRaw(signed, body)
        assertEquals("a9nBmqA0ju/hNViExpshrM61xv4=", signature)
        assertTrue(validator.validateRaw(signed, body, signature))
        assertFalse(validator.validateRaw(signed, body + 0, signature))
        assertFalse(validator.validateRaw(url, body, validator.sign(url)))
    }
}
