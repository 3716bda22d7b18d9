package dev.twimlrefer.tests

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility
import com.fasterxml.jackson.annotation.PropertyAccessor
import com.fasterxml.jackson.databind.ObjectMapper
import com.fasterxml.jackson.databind.SerializationFeature
import com.google.gson.Gson
import dev.twimlrefer.Algorithm
import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.Method
import dev.twimlrefer.Origin
import dev.twimlrefer.Refer
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.VoiceRequest
import org.junit.jupiter.api.Test
import java.io.ByteArrayOutputStream
import java.io.ObjectOutputStream
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Neither the auth token nor CallToken gets out, by whatever prints or writes objects. */
class SecretsTest {
    private val token = "a-very-secret-token"
    private val callToken = "a-very-secret-call-token"
    private val secrets = listOf("a-very-secret", "YS12ZXJ5LXNlY3JldC", "612d766572792d736563726574")
    private val url = "https://voice.example.com/handleRefer"
    private val form = "CallToken=$callToken&CallSid=CA1&CallToken=$callToken&ReferCallStatus=busy"
    private val validators = Algorithm.entries.flatMap {
        listOf(
            RequestValidator(token).withAlgorithm(it),
            RequestValidator(listOf("other", token), "https://voice.example.com")
                .withAlgorithm(it).withMaxBodyBytes(200).withEncodedSpellings(true),
        )
    }

    private val jackson = ObjectMapper()
    private val jacksonWithFields = ObjectMapper()
        .setVisibility(PropertyAccessor.ALL, Visibility.ANY)
        .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)

    @Test
    fun `verifiers of HTTP requests are not written, nor is what they say`() {
        for (validator in validators) {
            val verifier = HttpVerifier(validator, Origin.HOST_HTTPS).withAuthTokens { listOf(token) }
            val headers = mapOf("X-Twilio-Signature" to listOf(validator.sign("https://h/a")))
            keepsSecrets(verifier)
            keepsSecrets(verifier.verify("POST", "/a", headers, form.toByteArray()))
            val line = verifier.diagnose("POST", "/a?CallToken=$callToken", headers, form.toByteArray())
            noSecret(line)
            for (signature in headers.values.flatten()) assertFalse(signature in line, line)
        }
    }

    @Test
    fun `validators are not written`() {
        validators.forEach(::keepsSecrets)
        for (validator in validators) {
            keepsSecrets(validator.explain("$url?CallToken=$callToken", form.toByteArray()))
        }
    }

    @Test
    fun `requests are written without CallToken`() {
        val read = VoiceRequest.fromForm(form)
        assertEquals(callToken, read.callToken)
        val requests = listOf(
            read,
            VoiceRequest.fromParams(read.params),
            validators[0].verify(Method.POST, url, form, validators[0].sign(url, read.params)),
        )
        for (request in requests) {
            keepsSecrets(request)
            keepsSecrets(request.diagnostics)
            keepsSecrets(request.sipHeaders)
            keepsSecrets(request.refer!!)
            // As text, neither the list nor a part of it has secrets; who writes the values asks for them.
            noSecret("${request.params} ${request.params.subList(0, 2)} ${request.params.first()}")
            assertTrue("CA1" in request.toString())
            assertTrue("\"callSid\":\"CA1\"" in jackson.writeValueAsString(request))
            assertEquals(request.params, VoiceRequest.fromForm(request.toForm()).params)
        }
    }

    @Test
    fun `no exception has a secret`() {
        val lone = "\uD800"
        val body = form.toByteArray()
        val jobs = validators.flatMap { validator ->
            val signature = validator.sign(url, VoiceRequest.fromForm(form).params)
            Method.entries.flatMap { method ->
                listOf(null, "", "AAAA", lone, signature).flatMap { sent ->
                    listOf<() -> Any?>(
                        { validator.verify(method, url, body, sent) },
                        { validator.verify(method, url, form, sent) },
                        { validator.verify(method, "$url?$form#", body, sent) },
                        { validator.verify(method, url, form + "&a=%ff", sent) },
                        { validator.verify(method, url, "$form&a=" + "b".repeat(70_000), sent) },
                        { validator.verify(method, lone, lone, sent) },
                        { validator.verifyParams(url, mapOf("CallToken" to callToken, lone to lone), sent) },
                        { validator.sign(lone) },
                        { validator.signRaw(lone, body) },
                        { validator.explain(lone) },
                    )
                }
            }
        } + listOf(
            { RequestValidator(token + lone) },
            { RequestValidator(listOf(token, "")) },
            { RequestValidator(token, lone) },
            { RequestValidator(token).withMaxBodyBytes(-1) },
            { RequestValidator("1", "https://u:$token@h .example.com") },
            { RequestValidator("1", "u:$token@voice.example.com") },
            { VoiceRequest.fromForm("$form&a=%ff") },
            { VoiceRequest.fromForm(form, maxBytes = 10) },
            { VoiceRequest.fromParams(mapOf("CallToken" to callToken + lone)) },
        )
        var thrown = 0
        for (job in jobs) {
            val error = runCatching { job() }.exceptionOrNull() ?: continue
            assertTrue(error is TwimlReferException, error.stackTraceToString())
            keepsSecrets(error)
            thrown++
        }
        assertTrue(thrown > jobs.size / 2, "$thrown of ${jobs.size}")
    }

    @Test
    fun `passwords are not for people`() {
        noSecret(Refer(SipUri("sip:a:$token@b")).toString())
        assertFailsWith<TwimlReferException> {
            RequestValidator("1", "https://u:$token@h/")
        }.let(::keepsSecrets)
    }

    /** Whatever writes objects finds no secret in this one: as text, by getters, by fields, as Java's bytes. */
    private fun keepsSecrets(any: Any) {
        noSecret(any.toString())
        noSecret(written { jackson.writeValueAsString(any) })
        noSecret(written { jacksonWithFields.writeValueAsString(any) })
        noSecret(written { Gson().toJson(any) })
        noSecret(
            written {
                val bytes = ByteArrayOutputStream()
                ObjectOutputStream(bytes).use { it.writeObject(any) }
                bytes.toString(Charsets.ISO_8859_1)
            },
        )
        if (any is Throwable) noSecret(any.stackTraceToString())
    }

    /** What is written, or why it cannot be. */
    private fun written(write: () -> String): String =
        runCatching(write).getOrElse { it.stackTraceToString() }

    private fun noSecret(text: String) {
        for (secret in secrets) assertFalse(secret in text, text)
    }
}
