package dev.twimlrefer.tests

import dev.twimlrefer.DocumentException
import dev.twimlrefer.Follows
import dev.twimlrefer.GatherBuilder
import dev.twimlrefer.Leg
import dev.twimlrefer.Method
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.RequestException
import dev.twimlrefer.RestException
import dev.twimlrefer.Scenario
import dev.twimlrefer.Severity
import dev.twimlrefer.SignatureException
import dev.twimlrefer.SipUri
import dev.twimlrefer.SipUriException
import dev.twimlrefer.TransferException
import dev.twimlrefer.TransferState
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.VoiceResponseBuilder
import dev.twimlrefer.internal.bridge.ErrorDetails
import dev.twimlrefer.internal.bridge.errorClasses
import dev.twimlrefer.internal.bridge.names
import dev.twimlrefer.internal.bridge.typedParameters
import dev.twimlrefer.internal.bridge.verbs
import dev.twimlrefer.internal.exception
import dev.twimlrefer.voiceResponse
import kotlinx.validation.api.dump
import kotlinx.validation.api.filterOutNonPublic
import kotlinx.validation.api.loadApiFromJvmClasses
import org.junit.jupiter.api.Test
import java.io.File
import java.util.jar.JarFile
import kotlin.reflect.KClass
import kotlin.reflect.KVisibility
import kotlin.reflect.full.functions
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue

/** That the package has what the library's tables have, and what the last release had. */
class TablesTest {
    private val jar = JarFile(SipUri::class.java.protectionDomain.codeSource.location.path)

    @Test
    fun `every verb and each of its attributes has a function or a parameter`() {
        val functions = VoiceResponseBuilder::class.functions
        // Sip is a noun: the target of Refer.
        for (verb in verbs().filter { it.name != "Sip" }) {
            val name = verb.name.replaceFirstChar { it.lowercase() }
            val parameters = functions.filter { it.name == name }.flatMap { it.parameters }.map { it.name }
            val builder = if (name ==
                "gather"
            ) {
                GatherBuilder::class.functions.map { it.name }
            } else {
                emptyList()
            }
            assertTrue(functions.any { it.name == name }, name)
            assertEquals(
                emptyList(),
                verb.attributes - parameters.filterNotNull().toSet() - builder.toSet(),
                name,
            )
        }
    }

    @Test
    fun `every attribute of Gather is written`() {
        val values = mapOf<KClass<*>, Any>(
            String::class to "a",
            Int::class to 7,
            Boolean::class to true,
            Method::class to Method.GET,
        )
        for (attribute in verbs().single { it.name == "Gather" }.attributes) {
            val function = GatherBuilder::class.functions.single {
                it.name == attribute &&
                    it.parameters.size == 2
            }
            val value = values.getValue(function.parameters[1].type.classifier as KClass<*>)
            val response = voiceResponse { gather { function.call(this, value) } }
            assertTrue("<Gather $attribute=\"$value\"/>" in response.toXml(), attribute)
        }
    }

    @Test
    fun `every name of the library has its constant`() {
        val names = names()
        assertEquals(names.legs, Leg.entries.map { "$it" })
        assertEquals(names.transferStates, TransferState.entries.map { "$it" })
        assertEquals(names.follows, Follows.entries.map { "$it" })
        assertEquals(names.severities, Severity.entries.map { "$it" })
        assertEquals(names.methods, Method.entries.map { "$it" })
        assertEquals(names.scenarios, Scenario.entries.map { it.name.lowercase().replace('_', '-') })
        val statuses = ReferCallStatus.run { listOf(IN_PROGRESS, BUSY, NO_ANSWER, FAILED, CANCELED) }
        assertEquals(names.referCallStatuses, statuses.map { it.text })
        val kinds = ReferOutcome::class.sealedSubclasses.map { kind ->
            kind.objectInstance?.kind
                ?: kind.simpleName!!.replace(Regex("(?<=[a-z])[A-Z]"), "-$0").lowercase()
        }
        assertEquals(names.outcomeKinds.toSet(), kinds.toSet())
    }

    @Test
    fun `every parameter has its getter`() {
        val names = typedParameters().associate { it.getter to it.name }
        val values = names.values.associateWith { "value of $it" } +
            mapOf(
                "ReferCallStatus" to "busy",
                "ReferSipResponseCode" to "202",
                "NotifySipResponseCode" to "486",
            )
        val request = VoiceRequest.fromParams(values)
        val report = request.refer!!
        val refer = mapOf(
            "refer_call_status" to report.callStatus,
            "refer_sip_response_code" to report.referSipResponseCode,
            "notify_sip_response_code" to report.notifySipResponseCode,
        )
        for ((getter, name) in names) {
            assertEquals(values[name], "${refer[getter] ?: read(request, getter)}", getter)
        }
    }

    @Test
    fun `every group of errors has its class`() {
        val classes: Map<String, KClass<out TwimlReferException>> = mapOf(
            "SipUri" to SipUriException::class,
            "Document" to DocumentException::class,
            "Rest" to RestException::class,
            "Request" to RequestException::class,
            "Signature" to SignatureException::class,
            "Transfer" to TransferException::class,
            "" to TwimlReferException::class,
        )
        for (group in errorClasses().filter { it.kind == null }) {
            val details = ErrorDetails("kind", group.group, "message", null, null, null, null, null)
            assertEquals(classes[group.className], exception(details)::class, group.group)
            assertEquals(group.group, exception(details).group)
        }
    }

    @Test
    fun `the public signatures are those of the committed list`() {
        val dumped = StringBuilder()
        jar.loadApiFromJvmClasses()
            .filterOutNonPublic(nonPublicPackages = listOf("dev.twimlrefer.internal"))
            .dump(dumped)
        val list = vectors.resolve("../../bindings/kotlin/api.txt")
        if (System.getenv("TWIML_REFER_WRITE_API") != null) list.writeText(dumped.toString())
        // Whoever compiled against a signature that is gone gets a NoSuchMethodError.
        assertEquals(
            list.readText(),
            dumped.toString(),
            "if the change is meant, run the tests with TWIML_REFER_WRITE_API=1 and commit ${list.name}",
        )
    }

    @Test
    fun `what is inside is visible to nobody`() {
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
