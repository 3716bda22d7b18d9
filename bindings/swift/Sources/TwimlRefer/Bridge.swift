// How the package calls the bridge: input that is too long for it is an error, and so is everything that it
// throws.

internal import TwimlReferBridge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Calls a function whose arguments have this `size`.
func call<Value>(_ size: Int, _ function: () throws -> Value) throws(TwimlReferError) -> Value {
    do {
        // The generated code counts in 32 bits, and traps beyond.
        if Int32(exactly: size) == nil {
            try sizeCheck(bytes: Int64(size))
        }
        return try function()
    } catch {
        throw TwimlReferError(error)
    }
}

/// Calls a function with values that were checked before.
func checked<Value>(_ function: () throws -> Value) -> Value {
    do {
        return try function()
    } catch {
        preconditionFailure("\(TwimlReferError(error)): \(error)")
    }
}

/// Copies bytes for the bridge, but not those that are too many.
func copied(_ bytes: some Sequence<UInt8>) throws(TwimlReferError) -> Data {
    try call(bytes.underestimatedCount) {}
    return Data(bytes)
}

/// Beside its bytes, a text takes at most so many in the bridge.
let overhead = 16

extension String {
    /// The bytes that it takes in the bridge, at most.
    var size: Int { utf8.count + overhead }
}

extension String? {
    var size: Int { self?.size ?? overhead }
}

extension NameValuePairs {
    var size: Int { reduce(0) { $0 + $1.name.size + $1.value.size } }

    var plain: [Pair] { map { Pair(name: $0.name, value: $0.value) } }

    init(_ pairs: [Pair]) {
        self.init(pairs: pairs.map { NameValuePair($0.name, $0.value) })
    }

    /// Every pair as text, values that must never be shown replaced.
    var redacted: [String] {
        let pairs = try? call(size) { paramsRedacted(params: plain) }
        return pairs?.map { "\($0.name)=\($0.value)" } ?? []
    }
}
