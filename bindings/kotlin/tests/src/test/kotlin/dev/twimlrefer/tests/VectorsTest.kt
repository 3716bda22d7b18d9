package dev.twimlrefer.tests

import dev.twimlrefer.Algorithm
import dev.twimlrefer.CallCreate
import dev.twimlrefer.CallUpdate
import dev.twimlrefer.Diagnostic
import dev.twimlrefer.Element
import dev.twimlrefer.Method
import dev.twimlrefer.Node
import dev.twimlrefer.Refer
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.ReferTarget
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SignatureException
import dev.twimlrefer.SipUri
import dev.twimlrefer.Text
import dev.twimlrefer.Transfer
import dev.twimlrefer.UserToUser
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.internal.bridge.referNew
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.TestFactory
import java.net.URLDecoder
import java.net.URLEncoder
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Every case of `tests/vectors` but the transfers. */
class VectorsTest {
    @TestFactory
    fun documents() = topic("documents") { case ->
        val response = VoiceResponse(case.list("verbs").flatMap { nodes(it.jsonObject) })
        assertEquals(case.text("compact"), response.toString())
        if ("follows" in case) assertEquals(case.maybeText("follows"), response.follows?.toString())
        if ("pretty" in case) assertEquals(case.text("pretty"), response.toXml(pretty = true))
    }

    @TestFactory
    fun reading() = topic("reading") { case ->
        val response = VoiceResponse.parse(case.given("xml"))
        case.maybeText("compact")?.let { assertEquals(it, response.toString()) }
        if ("first_refer" in case) {
            val refer = response.firstRefer?.run {
                mapOf("sip" to "$target", "action" to action, "method" to method?.name)
            }
            assertEquals(case.getValue("first_refer").plain(), refer)
        }
    }

    @TestFactory
    fun diagnostics() = topic("diagnostics") { case ->
        val diagnostics = if ("verbs" in case) {
            VoiceResponse(case.list("verbs").flatMap { nodes(it.jsonObject) }).check()
        } else {
            VoiceResponse.check(case.given("xml"))
        }
        val found = diagnostics.map(::found)
        assertEquals(case.getValue("found").plain(), found)
    }

    @TestFactory
    fun sipUris() = topic("sip-uris") { case ->
        if ("refer_to" in case) {
            val target = ReferTarget.parse(case.text("refer_to"))
            val kind = when (target) {
                is ReferTarget.Sip -> "sip"
                is ReferTarget.Tel -> "tel"
                is ReferTarget.Other -> "other"
            }
            assertEquals(case.getValue("target").plain(), listOf(kind, target.toString()))
            return@topic
        }
        if ("build" in case) {
            val made = built(case.member("build"))
            assertEquals(case.text("uri"), made.toString())
            return@topic
        }
        val uri = SipUri(String(case.given("uri")))
        assertEquals(String(case.given("uri")), uri.toString())
        if ("parts" in case) {
            val parts = mapOf(
                "scheme" to uri.scheme,
                "user" to uri.user,
                "password" to uri.password,
                "host" to uri.host,
                "port" to uri.port,
                "params" to uri.params.map { it.toPair().toList() },
                "headers" to uri.headers.map { it.toPair().toList() },
            )
            assertEquals(case.getValue("parts").plain(), parts)
        }
        if ("equivalent" in case) {
            assertEquals(case.flag("equivalent"), uri.equivalent(SipUri(case.text("other"))))
        }
        if ("header" in case) {
            val (name, value) = case.list("header").map { it.jsonPrimitive.content }
            val longer = uri.withHeader(name, value)
            assertEquals(case.text("with_header"), longer.toString())
        }
    }

    @TestFactory
    fun userToUser() = topic("user-to-user") { case ->
        if ("bytes_hex" in case) {
            val value = UserToUser.fromBytes(case.given("bytes"))
            assertEquals(case.text("value"), value.toString())
            assertContentEquals(case.given("bytes"), value.toBytes())
            return@topic
        }
        if ("list" in case) {
            val uri = SipUri("sip:a@b").withHeader("User-to-User", case.text("list"))
            val values = uri.userToUsers.map { it.toString() }
            assertEquals(case.list("values").map { it.jsonPrimitive.content }, values)
            assertEquals(values.first(), uri.userToUser.toString())
            return@topic
        }
        val value = UserToUser.parse(case.text("value"))
        assertEquals(case.text("value"), value.toString())
        val parts = listOf(value.data, value.encoding, value.purpose, value.content)
        assertEquals(listOf("data", "encoding", "purpose", "content").map(case::maybeText), parts)
    }

    @TestFactory
    fun callbacks() = topic("callbacks") { case ->
        val request = VoiceRequest.fromForm(case.given("form"))
        val expected = case.getValue("outcome").plain()
        val outcome = request.outcome?.let(::outcome)
        val told = "may_resume" in (expected as? Map<*, *>).orEmpty()
        assertEquals(expected, if (told) outcome.orEmpty() + ("may_resume" to request.mayResume) else outcome)
        if ("leg" in case) assertEquals(case.text("leg"), request.leg.toString())
        if ("params" in case) assertEquals(case.pairs("params"), request.params.map { it.toPair() })
        if ("sip_headers" in case) {
            assertEquals(case.pairs("sip_headers"), request.sipHeaders.map { it.toPair() })
        }
        for ((getter, value) in case["typed"]?.jsonObject.orEmpty()) {
            assertEquals(value.jsonPrimitive.content, read(request, getter).toString(), getter)
        }
        val diagnostics = request.diagnostics.map {
            mapOf(
                "code" to it.code,
                "severity" to "${it.severity}",
                "parameter" to it.parameter,
                "message" to it.message,
            )
        }
        assertEquals(case["diagnostics"]?.plain() ?: emptyList<Any>(), diagnostics)
    }

    @TestFactory
    fun signatures() = topic("signatures") { case ->
        val algorithm = if (case.maybeText("algorithm") == "sha256") Algorithm.SHA256 else Algorithm.SHA1
        val validator = validator(case).withAlgorithm(algorithm)
        val (url, signature, valid) = Triple(
            case.text("url"),
            case.maybeText("signature"),
            case.flag("valid"),
        )
        if ("raw_body" in case) {
            val body = case.text("raw_body").toByteArray()
            assertEquals(valid, validator.validateRaw(url, body, signature))
            return@topic
        }
        val params = case.pairs("params")
        val several = params.groupBy({ it.first }, { it.second })
        val arrays = several.mapValues { it.value.toTypedArray() }
        val entries = VoiceRequest.fromForm(form(params)).params
        for (map in listOf(several, arrays)) assertEquals(valid, validator.validate(url, map, signature))
        val form = form(params)
        for (verify in listOf(
            { validator.verify(Method.POST, url, form, signature) },
            { validator.verify(Method.POST, url, form.toByteArray(), signature) },
            { validator.verifyParams(url, several, signature) },
            { validator.verifyParams(url, arrays, signature) },
            { validator.verifyParams(url, entries, signature) },
        )) {
            if (valid) verify() else assertFailsWith<SignatureException> { verify() }
        }
        if (case["signs"]?.plain() == true) {
            assertEquals(signature, validator.sign(url, several))
            assertEquals(signature, validator.sign(url, entries))
        }
    }

    @TestFactory
    fun requests() = topic("requests") { case ->
        val limit = case["max_body_bytes"]?.jsonPrimitive?.int
        val validator = validator(case).let { if (limit == null) it else it.withMaxBodyBytes(limit) }
        val (url, signature) = case.text("url") to case.maybeText("signature")
        val method = Method.valueOf(case.text("method"))
        val request = validator.verify(method, url, case.given("body"), signature)
        assertEquals(case.pairs("params"), request.params.map { it.toPair() })
    }

    @TestFactory
    fun httpRequests() = topic("http-requests") { case ->
        val verifier = httpVerifier(case)
        val headers = case.pairs("headers").groupBy({ it.first }, { it.second })
        val (method, target, body) = Triple(case.text("method"), case.text("target"), httpBody(case))
        val head = verifier.checkHead(method, headers)
        assertEquals(case["head"]?.jsonPrimitive?.int ?: 200, head.status)
        val answer = verifier.verify(method, target, headers, body)
        assertEquals(case.number("status"), answer.status)
        assertEquals(case.maybeText("allow"), answer.allow)
        assertEquals(answer.status == 200, answer.request != null)
        assertEquals(answer.status == 200, verifier.diagnose(method, target, headers, body).isEmpty())
        if ("params" in case) {
            assertEquals(case.pairs("params"), answer.request?.params?.map { it.toPair() })
        }
        if ("account_sid" in case) {
            val account = RequestValidator.claimedAccountSid(Method.valueOf(method), target, body)
            assertEquals(case.maybeText("account_sid"), account)
        }
    }

    @TestFactory
    fun rawBodies() = topic("raw-bodies") { case ->
        val validator = RequestValidator(case.list("secrets").map { it.jsonPrimitive.content })
        val body = case.given("raw_body")
        val url = RequestValidator.urlWithBodySha256(case.text("url"), body)
        assertEquals(case.text("url_with_hash"), url)
        val signature = validator.signRaw(url, body)
        assertEquals(case.text("signature"), signature)
        assertTrue(validator.validateRaw(url, body, signature))
        assertFalse(validator.validateRaw(url, body + 0, signature))
    }

    @TestFactory
    fun rest() = topic("rest") { case ->
        val account = case.text("account")
        val base = case.maybeText("base")
        val twiml = case.maybeText("twiml")?.let(VoiceResponse::parse)
        val url = case.maybeText("url").orEmpty()
        val method = case.maybeText("url_method")?.let(::method)
        val call = case.maybeText("call")
        val request = if (call != null) {
            if (twiml != null) {
                CallUpdate.fromTwiml(account, call, twiml, base)
            } else {
                CallUpdate.fromUrl(account, call, url, method, base)
            }
        } else {
            val (to, from) = SipUri(case.text("to")) to case.text("from")
            if (twiml != null) {
                CallCreate.fromTwiml(account, to, from, twiml, base)
            } else {
                CallCreate.fromUrl(account, to, from, url, method, base)
            }
        }
        assertEquals(case.text("method") to case.text("request_url"), request.method to request.url)
        val body = request.body.split('&').map { pair ->
            val (name, value) = pair.split('=').map { URLDecoder.decode(it, Charsets.UTF_8) }
            name to value
        }
        assertEquals(case.pairs("body"), body)
    }

    @TestFactory
    fun savedTransfers() = topic("saved-transfers") { case ->
        val transfer = Transfer.restore(case.given("saved"))
        assertEquals(case.text("state"), transfer.state.toString())
        assertEquals(case.maybeText("deadline"), transfer.deadlineMs?.toString())
        assertEquals(case.text("refer_to"), transfer.referTo)
        assertContentEquals(case.given("saved"), transfer.save())
    }
}

/** The nodes of an entry: as often as `times` says, or as deep as `levels` says. */
fun nodes(json: JsonObject): List<Node> {
    val levels = json["levels"]?.jsonPrimitive?.int ?: 1
    var node = node(json)
    repeat(levels - 1) { node = Element((node as Element).name, nodes = listOf(node)) }
    return List(json["times"]?.jsonPrimitive?.int ?: 1) { node }
}

private fun node(json: JsonObject): Node {
    val refer = json["refer"]?.jsonObject
    if (refer != null) {
        val target = SipUri(refer.text("sip"))
        return Refer(target, refer.maybeText("action"), refer.maybeText("method")?.let(::method)).toElement()
    }
    val element = json["element"]?.jsonObject ?: json
    val text = element.maybeText("text")?.let { listOf(Text(it)) }.orEmpty()
    val children = element["children"]?.let { element.list("children") }.orEmpty().map { node(it.jsonObject) }
    return Element(element.text("name"), element.pairs("attributes").toMap(), text + children)
}

/** A diagnostic as the vectors write it. */
fun found(diagnostic: Diagnostic): Map<String, Any?> = mapOf(
    "code" to diagnostic.code,
    "severity" to "${diagnostic.severity}",
    "number" to diagnostic.number,
    "path" to diagnostic.path,
    "message" to diagnostic.message,
)

/** An outcome as the vectors write it. */
fun outcome(outcome: ReferOutcome): Map<String, Any?> {
    val (status, code) = when (outcome) {
        is ReferOutcome.Rejected -> null to outcome.code
        is ReferOutcome.TargetFailed -> outcome.status.text to outcome.code
        is ReferOutcome.Unknown -> outcome.status.text to null
        ReferOutcome.Transferred, ReferOutcome.Canceled, ReferOutcome.Unconfirmed -> null to null
    }
    return mapOf("kind" to outcome.kind, "status" to status, "code" to code)
}

/** What the getter of this name in snake case returns. */
fun read(request: VoiceRequest, getter: String): Any? {
    val name = getter.split('_').joinToString("") { part -> part.replaceFirstChar { it.uppercase() } }
    // What is secret has no getter of a bean.
    val names = setOf("get$name", name.replaceFirstChar { it.lowercase() })
    return VoiceRequest::class.java.methods.single {
        it.name in names && it.parameterCount == 0
    }.invoke(request)
}

/** The method; of text that is not one, the library's own error. */
private fun method(text: String): Method {
    referNew(null, null, text)
    return Method.valueOf(text)
}

private fun validator(case: JsonObject) =
    RequestValidator(case.list("secrets").map { it.jsonPrimitive.content }, case.maybeText("public_base"))

private fun form(params: List<Pair<String, String>>) =
    params.joinToString("&") { (name, value) -> encode(name) + "=" + encode(value) }

private fun encode(text: String) = URLEncoder.encode(text, Charsets.UTF_8)
