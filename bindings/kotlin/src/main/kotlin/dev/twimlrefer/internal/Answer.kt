package dev.twimlrefer.internal

import dev.twimlrefer.Leg
import dev.twimlrefer.Problem
import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.outcome

/**
 * What the library says of a request: the layout of the answer to [Lane.VERIFY], [Lane.FROM_FORM] and
 * [Lane.FROM_PAIRS]. The pairs are taken out of it when they are first asked for.
 */
internal class Answer(private val parts: Parts) {
    val outcome: ReferOutcome = outcome(parts.text(), parts.maybe(), parts.int())
    val mayResume: Boolean = parts.maybe() != null
    val leg: Leg = named<Leg>(parts.text()) ?: Leg.UNKNOWN
    val referCallStatus: ReferCallStatus? = parts.maybe()?.let(ReferCallStatus::of)
    val referSipResponseCode: Int? = parts.int()
    val notifySipResponseCode: Int? = parts.int()
    private val problemCount = parts.int() ?: 0
    private val sipHeaderCount = parts.int() ?: 0

    private val pairs by lazy { Pairs(parts.pairs()) }

    private val first: Map<String, String> by lazy {
        HashMap<String, String>().also { for ((name, value) in params) it.putIfAbsent(name, value) }
    }

    val problems: List<Problem> get() = pairs.subList(0, problemCount).map { Problem(it.first, it.second) }

    val sipHeaders: List<Pair<String, String>>
        get() = pairs.subList(problemCount, problemCount + sipHeaderCount)

    val params: List<Pair<String, String>>
        get() = pairs.subList(problemCount + sipHeaderCount, pairs.size)

    fun param(name: String): String? = first[name]
}
