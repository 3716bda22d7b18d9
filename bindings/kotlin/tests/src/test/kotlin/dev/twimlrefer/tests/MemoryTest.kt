package dev.twimlrefer.tests

import com.sun.jna.Native
import com.sun.jna.Structure
import dev.twimlrefer.CallUpdate
import dev.twimlrefer.Method
import dev.twimlrefer.Notify
import dev.twimlrefer.ReferTarget
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.Text
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferState
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.UserToUser
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.voiceResponse
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/**
 * The library's memory stays flat without help of the collector, and the JVM's with it, errors included. Each kind of
 * call is made at least so many times as TWIML_REFER_CALLS says, a million by `tests/run endurance`, else fewer.
 */
class MemoryTest {
    private val calls = (System.getenv("TWIML_REFER_CALLS")?.toInt() ?: 40_000) / (1 + LEAST_ROUNDS)
    private val url = "https://voice.example.com/handleRefer"
    private val validator = RequestValidator("12345")
    private val params = mapOf(
        "ReferCallStatus" to "busy",
        "ReferSipResponseCode" to "202",
        "NotifySipResponseCode" to "486",
        "CallSid" to "CA1",
    )
    private val form = params.entries.joinToString("&")
    private val signature = validator.sign(url, params)
    private val account = "AC" + "0".repeat(32)
    private val document = voiceResponse { refer("sip:a@b?X-A=1", action = "/a") }
    private val lone = "\uD800"

    private val kinds: Map<String, () -> Unit> = mapOf(
        "document" to { voiceResponse { refer("sip:a@b?X-A=1", action = "/a") }.toXml() },
        "verify" to { validator.verify(Method.POST, url, form, signature).params },
        "parse" to { VoiceResponse.parse("<Response><Say>a</Say></Response>") },
        "check" to { document.check() },
        "URI parts" to { SipUri("sip:a:b@c;d=e?F=g").headers },
        "Refer-To" to { ReferTarget.parse("<tel:1>") },
        "User-to-User" to { UserToUser.parse("00;encoding=hex").toBytes() },
        "REST" to { CallUpdate.fromUrl(account, "CA" + "1".repeat(32), url) },
        "raw" to { validator.validateRaw(url, byteArrayOf(1), "AAAA") },
        "explain" to { validator.explain(url, byteArrayOf(1)) },
        "transfer" to { transfer() },
        "not a URI" to { refused { SipUri("x") } },
        "no signature" to { refused { validator.verify(Method.POST, url, form, "AAAA") } },
        "not a document" to { refused { VoiceResponse.parse("<Response><Say></Response>") } },
        "not text" to { refused { Text(lone) } },
        "not an identifier" to { refused { CallUpdate.fromUrl(account, lone, url) } },
        "not a transfer" to { refused { Transfer.restore(byteArrayOf(1)) } },
    )

    @Test
    fun `no call keeps memory`() {
        for (kind in kinds.values) repeat(calls) { kind() }
        val heap = heap()
        for ((name, kind) in kinds) {
            var before = native()
            // What leaks grows in every round; the memory of the JVM and its compiler in some.
            val rounds = mutableListOf<Long>()
            while (rounds.size < LEAST_ROUNDS || (leaks(rounds) && rounds.size < MOST_ROUNDS)) {
                repeat(calls) { kind() }
                val after = native()
                rounds += (after - before) / calls
                before = after
            }
            println("$name: bytes for each of $calls calls, by rounds: $rounds")
            assertFalse(leaks(rounds), "$name leaks: $rounds bytes a call")
        }
        val grown = heap() - heap
        println("the heap has $grown bytes more after them")
        assertTrue(grown < MOST_HEAP_GROWTH, "$grown")
    }

    /** Whether most rounds grew, and all of them together. */
    private fun leaks(rounds: List<Long>) =
        rounds.sorted()[rounds.size / 2] >= LEAK && rounds.average() >= LEAK

    /** Five events, and bytes that are saved and restored. */
    private fun transfer() {
        val transfer = Transfer(SipUri("sip:a@b"))
        transfer.start(1, 0)
        transfer.response(202, 1)
        transfer.notify(notify(1, "SIP/2.0 100 Trying", "active"), 2)
        val again = Transfer.restore(transfer.save())
        again.notify(notify(2, "SIP/2.0 180 Ringing", "active"), 3)
        again.notify(notify(3, "SIP/2.0 200 OK", "terminated"), 4)
        assertEquals(TransferState.COMPLETED, again.state)
    }

    private fun notify(cseq: Long, body: String, state: String) =
        Notify(cseq, "refer", body.toByteArray()).withSubscriptionState(state)

    private fun refused(job: () -> Unit) {
        assertFailsWith<TwimlReferException> { job() }
    }

    /** Bytes of the JVM's heap that are reachable. */
    private fun heap(): Long {
        System.gc()
        return Runtime.getRuntime().run { totalMemory() - freeMemory() }
    }

    /** Bytes in use of C's heap. */
    private fun native(): Long = C.mallinfo2().run { uordblks + hblkhd }

    /** What glibc says of its heap; the tests run with one arena, the only one that this counts. */
    private object C {
        init {
            Native.register(C::class.java, "c")
        }

        @JvmStatic
        external fun mallinfo2(): Mallinfo2
    }

    @Suppress("unused", "SpellCheckingInspection")
    @Structure.FieldOrder(
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost",
    )
    class Mallinfo2 :
        Structure(),
        Structure.ByValue {
        @JvmField var arena = 0L

        @JvmField var ordblks = 0L

        @JvmField var smblks = 0L

        @JvmField var hblks = 0L

        @JvmField var hblkhd = 0L

        @JvmField var usmblks = 0L

        @JvmField var fsmblks = 0L

        @JvmField var uordblks = 0L

        @JvmField var fordblks = 0L

        @JvmField var keepcost = 0L
    }

    private companion object {
        const val LEAST_ROUNDS = 3
        const val MOST_ROUNDS = 60

        /** Less than the smallest thing that a heap hands out. */
        const val LEAK = 20

        /** Bytes of the JVM's heap, after collection. */
        const val MOST_HEAP_GROWTH = 4_000_000L
    }
}
