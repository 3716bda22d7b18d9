package dev.twimlrefer.tests

import com.sun.jna.Native
import com.sun.jna.Structure
import dev.twimlrefer.CallUpdate
import dev.twimlrefer.Method
import dev.twimlrefer.ReferTarget
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.Text
import dev.twimlrefer.Transfer
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.UserToUser
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.voiceResponse
import org.junit.jupiter.api.Test
import kotlin.math.abs
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

/**
 * Memory stays flat, errors included: each kind of call is made at least so many times as TWIML_REFER_CALLS says, a
 * million by `tests/run endurance`, else fewer.
 */
class MemoryTest {
    private val calls = (System.getenv("TWIML_REFER_CALLS")?.toInt() ?: 9_000) / LEAST_ROUNDS
    private val url = "https://voice.example.com/handleRefer"
    private val validator = RequestValidator("12345")
    private val form = "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486&CallSid=CA1"
    private val signature = validator.sign(
        url,
        form.split('&').map {
            it.substringBefore('=') to
                it.substringAfter('=')
        },
    )
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
        "REST" to { CallUpdate.withUrl(account, "CA" + "1".repeat(32), url) },
        "raw" to { validator.validateRaw(url, byteArrayOf(1), "AAAA") },
        "explain" to { validator.explain(url, byteArrayOf(1)) },
        "transfer" to {
            Transfer(SipUri("sip:a@b")).use {
                it.start(1, 0)
                Transfer.restore(it.save()).use { again -> again.response(405, 1) }
            }
        },
        "a transfer that nobody closes" to { Transfer(SipUri("sip:a@b")).start(1, 0) },
        "no URI" to { refused { SipUri("x") } },
        "no signature" to { refused { validator.verify(Method.POST, url, form, "AAAA") } },
        "no document" to { refused { VoiceResponse.parse("<Response><Say></Response>") } },
        "no text" to { refused { Text(lone) } },
        "a second lone surrogate" to { refused { UserToUser("1", purpose = lone) } },
        "no identifier" to { refused { CallUpdate.withUrl(account, lone, url) } },
        "no event" to { refused { Transfer(SipUri("sip:a@b")).use { it.notify("refer", 1, 0, lone) } } },
        "no bytes" to { refused { Transfer.restore(byteArrayOf(1)) } },
    )

    @Test
    fun `memory is flat`() {
        for ((name, kind) in kinds) {
            calls(kind)
            var before = taken()
            // What leaks grows in every round; caches and compiled code grow in the first ones.
            val rounds = mutableListOf<Long>()
            while (rounds.size < ROUNDS && rounds.count { abs(it) < LEAK } < QUIET) {
                calls(kind)
                val after = taken()
                rounds += (after - before) / calls
                before = after
            }
            println("$name: bytes for each of $calls calls, by rounds: $rounds")
            assertTrue(rounds.count { abs(it) < LEAK } == QUIET, "$name leaks: $rounds bytes a call")
        }
    }

    private fun calls(kind: () -> Unit) {
        repeat(calls) {
            kind()
            // JNA frees on one thread, which a loop that does nothing but call would outrun.
            if (it % BREATH == 0) settled()
        }
    }

    private fun refused(job: () -> Unit) {
        assertFailsWith<TwimlReferException> { job() }
    }

    /** Bytes in use, of the JVM's heap and of C's. */
    private fun taken(): Long {
        fun now() = settled() + Runtime.getRuntime().run { totalMemory() - freeMemory() }
        var least = now()
        var steady = 0
        while (steady < 5) {
            val again = now()
            steady = if (again < least - PAGE) 0 else steady + 1
            least = minOf(least, again)
        }
        return least
    }

    /** Bytes in use of C's heap, when another thread has freed what the collector found. */
    private fun settled(): Long {
        fun native(): Long = C.mallinfo2().run { uordblks + hblkhd }
        System.gc()
        do {
            val before = native()
            Thread.sleep(20)
        } while (native() < before - PAGE)
        return native()
    }

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
        const val ROUNDS = 20
        const val QUIET = 2

        /** One to warm up, and the quiet ones: as many calls as were asked for at least. */
        const val LEAST_ROUNDS = 1 + QUIET
        const val PAGE = 4096
        const val BREATH = 20_000

        /** Less than the smallest thing that a heap hands out. */
        const val LEAK = 20
    }
}
