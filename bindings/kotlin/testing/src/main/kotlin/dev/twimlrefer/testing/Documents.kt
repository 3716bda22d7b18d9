@file:JvmName("TwimlAssertions")

package dev.twimlrefer.testing

import dev.twimlrefer.Comment
import dev.twimlrefer.Element
import dev.twimlrefer.Node
import dev.twimlrefer.Text
import dev.twimlrefer.VoiceResponse

/**
 * Checks that two TwiML documents are the same: spaces between elements, the order of attributes and how characters are
 * escaped do not count.
 *
 * ```kotlin
 * import dev.twimlrefer.testing.assertTwiml
 * assertTwiml("<Response><Say>Hi</Say></Response>", "<Response>\n  <Say>Hi</Say>\n</Response>")
 * val failed = runCatching { assertTwiml("<Response><Hangup/></Response>", "<Response><Reject/></Response>") }
 * check("-     <Hangup/>\n+     <Reject/>" in failed.exceptionOrNull()?.message.orEmpty())
 * ```
 *
 * @throws AssertionError they differ; its message shows the lines that do, the expected with `-`, the actual with `+`.
 * @throws dev.twimlrefer.DocumentException one is not a document.
 */
public fun assertTwiml(expected: String, actual: String) {
    assertTwiml(VoiceResponse.parse(expected), VoiceResponse.parse(actual))
}

/** Like the other [assertTwiml], for documents that were built or read. */
public fun assertTwiml(expected: VoiceResponse, actual: VoiceResponse) {
    val (wanted, found) = lines(expected) to lines(actual)
    if (wanted != found) {
        throw AssertionError("the documents differ:\n" + difference(wanted, found).joinToString("\n"))
    }
}

private fun lines(response: VoiceResponse): List<String> = VoiceResponse(
    response.nodes.map(::sorted),
    response.attributes.toSortedMap(),
).toXml(pretty = true).lines()

/** The node with its attributes by name. */
private fun sorted(node: Node): Node = when (node) {
    is Element -> Element(node.name, node.attributes.toSortedMap(), node.nodes.map(::sorted))
    is Text, is Comment -> node
}

/** All lines; between those that are the same at the beginning and at the end, first the expected ones. */
private fun difference(expected: List<String>, actual: List<String>): List<String> {
    val most = minOf(expected.size, actual.size)
    val before = (0 until most).firstOrNull { expected[it] != actual[it] } ?: most
    val after = (0 until most - before).firstOrNull {
        expected[expected.lastIndex - it] != actual[actual.lastIndex - it]
    } ?: (most - before)
    return expected.take(before).map { "  $it" } +
        expected.subList(before, expected.size - after).map { "- $it" } +
        actual.subList(before, actual.size - after).map { "+ $it" } +
        expected.takeLast(after).map { "  $it" }
}
