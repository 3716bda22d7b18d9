package dev.twimlrefer.tests

import dev.twimlrefer.Algorithm
import dev.twimlrefer.AllowedMethods
import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.Origin
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.TwimlReferException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.DynamicTest
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

// Where the vectors are, how one is read, and the record of those that ran.

val vectors: File = System.getenv("TWIML_REFER_VECTORS")?.let(::File)
    ?: generateSequence(File("").absoluteFile) { it.parentFile }
        .map { File(it, "tests/vectors") }
        .first { File(it, "README.md").exists() }

/** A test for each case of a topic; where it has an `error`, the check must throw that one. */
fun topic(topic: String, check: (JsonObject) -> Unit): List<DynamicTest> {
    val cases = Json.parseToJsonElement(File(vectors, "$topic.json").readText()).jsonObject.list("cases")
    assertTrue(cases.isNotEmpty())
    var ran = 0
    return cases.map { it.jsonObject }.map { case ->
        test("$topic: ${case.text("name")}") {
            if ("error" in case) {
                place(assertFailsWith<TwimlReferException> { check(case) }, case.member("error"))
            } else {
                check(case)
            }
            enter(topic, ++ran)
        }
    }
}

/** A test that says its name when it fails: Surefire does not. */
fun test(name: String, run: () -> Unit): DynamicTest = DynamicTest.dynamicTest(name) {
    try {
        run()
    } catch (failure: Throwable) {
        throw AssertionError("$name: ${failure.message}", failure)
    }
}

fun enter(topic: String, ran: Int) {
    System.getenv("TWIML_REFER_COVERAGE")?.let { File(it, "kotlin.$topic").writeText("$ran") }
}

/** Whether an error is where and what it should be. */
fun place(error: TwimlReferException, expected: JsonObject) {
    for ((key, value) in expected) {
        val found: Any? = when (key) {
            "kind" -> error.kind
            "message" -> error.message
            "offset" -> error.offset
            "line" -> error.line
            "column" -> error.column
            "number" -> error.number
            else -> throw AssertionError("no such member: $key")
        }
        assertEquals(value.jsonPrimitive.content, found.toString(), key)
    }
}

/** The input under this key: as text, in repeated parts, or as bytes. */
fun JsonObject.given(key: String): ByteArray {
    val parts = get("${key}_parts")
    val hex = get("${key}_hex")
    return when {
        parts != null ->
            parts.jsonArray
                .joinToString("") {
                    it.jsonArray[0].jsonPrimitive.content.repeat(it.jsonArray[1].jsonPrimitive.int)
                }
                .toByteArray()

        hex != null -> bytes(hex.jsonPrimitive.content)

        else -> text(key).toByteArray()
    }
}

fun bytes(hex: String): ByteArray = hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()

fun JsonObject.text(key: String): String = getValue(key).jsonPrimitive.content

fun JsonObject.maybeText(key: String): String? = get(key)?.plain()?.toString()

fun JsonObject.number(key: String): Int = getValue(key).jsonPrimitive.int

fun JsonObject.flag(key: String): Boolean = getValue(key).jsonPrimitive.boolean

fun JsonObject.list(key: String): JsonArray = getValue(key).jsonArray

/** The URI of these parts. */
fun built(parts: JsonObject): SipUri {
    val (user, password) = parts.maybeText("user") to parts.maybeText("password")
    val port = if ("port" in parts) parts.number("port") else null
    val params = parts["params"]?.jsonArray.orEmpty().map {
        it.jsonArray[0].jsonPrimitive.content to it.jsonArray[1].plain()?.toString()
    }
    return SipUri.build(parts.text("host"), user, password, port, params = params.toMap())
}

/** The verifier of a case of `http-requests`. */
fun httpVerifier(case: JsonObject): HttpVerifier {
    val secrets = case.list("secrets").map { it.jsonPrimitive.content }
    var validator = RequestValidator(secrets, case.maybeText("public_base"))
    case.maybeText("algorithm")?.let {
        validator = validator.withAlgorithm(Algorithm.valueOf(it.uppercase()))
    }
    case["max_body_bytes"]?.let { validator = validator.withMaxBodyBytes(it.jsonPrimitive.int) }
    val origin = (case.maybeText("origin") ?: "public-base").uppercase().replace('-', '_')
    val methods = (case.maybeText("allowed_methods") ?: "post").uppercase().replace('-', '_')
    return HttpVerifier(validator, Origin.valueOf(origin))
        .withAllowedMethods(AllowedMethods.valueOf(methods))
        .withLostQuestionMark("lost_question_mark" in case && case.flag("lost_question_mark"))
}

/** The body of a case of `http-requests`; empty if there is none. */
fun httpBody(case: JsonObject): ByteArray =
    if (listOf("body", "body_parts", "body_hex").any { it in case }) case.given("body") else ByteArray(0)

fun JsonObject.member(key: String): JsonObject = getValue(key).jsonObject

fun JsonObject.pairs(key: String): List<Pair<String, String>> = get(key)?.jsonArray.orEmpty().map {
    it.jsonArray[0].jsonPrimitive.content to it.jsonArray[1].jsonPrimitive.content
}

/** Lists, maps, texts, numbers and nulls, for comparing. */
fun JsonElement.plain(): Any? = when (this) {
    is JsonNull -> null

    is JsonPrimitive -> content.takeIf { isString } ?: content.toIntOrNull() ?: content.toLongOrNull()
        ?: content.toBooleanStrict()

    is JsonArray -> map { it.plain() }

    is JsonObject -> mapValues { it.value.plain() }
}
