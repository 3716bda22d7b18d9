package dev.twimlrefer.internal

import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.internal.bridge.Failure
import dev.twimlrefer.internal.bridge.Fault
import dev.twimlrefer.internal.bridge.InternalException
import dev.twimlrefer.internal.bridge.Pair as BridgePair

// The generated bridge, its errors turned into ours.

/** Does what calls the bridge. Not inline: who never calls it shall not load it. */
internal fun <T> bridged(job: () -> T): T = try {
    job()
} catch (failure: Failure.Refused) {
    throw refusal(failure.fault)
} catch (broken: InternalException) {
    throw IllegalStateException("the native library could not do this job; please report it", broken)
}

internal fun refusal(fault: Fault): TwimlReferException = refusal(
    kind = fault.kind,
    message = fault.text,
    offset = fault.offset?.toInt(),
    line = fault.line?.toInt(),
    column = fault.column?.toInt(),
    parameter = fault.parameter,
    number = fault.number?.toInt(),
    group = fault.group,
)

internal fun bridgePairs(pairs: Iterable<Pair<String, String>>): List<BridgePair> =
    pairs.map { (name, value) -> BridgePair(wellFormed(name), wellFormed(value)) }

internal fun plainPairs(pairs: List<BridgePair>): List<Pair<String, String>> = pairs.map {
    it.name to it.value
}
