// How the face calls the bridge: what is too long for it is an error, and so is everything it throws.

import Foundation
internal import TwimlReferBridge

/// Does a job whose input has this `size`.
func call<Value>(_ size: Int, _ job: () throws -> Value) throws(TwimlReferError) -> Value {
    do {
        // The generated code counts in 32 bits, and traps beyond.
        if Int32(exactly: size) == nil {
            try sizeCheck(bytes: UInt64(clamping: size))
        }
        return try job()
    } catch {
        throw TwimlReferError(error)
    }
}

/// Does a job that was done before on the same valid value, or on one that has been judged.
func settled<Value>(_ job: () throws -> Value) -> Value {
    do {
        return try job()
    } catch {
        preconditionFailure("\(TwimlReferError(error)): \(error)")
    }
}

/// Bytes for the bridge; what is too long is not copied first.
func copied(_ bytes: some Sequence<UInt8>) throws(TwimlReferError) -> Data {
    try call(bytes.underestimatedCount) {}
    return Data(bytes)
}

/// Bytes in a row, copied only if they are none.
func withBytes<Value>(
    _ bytes: some Sequence<UInt8>,
    _ job: (UnsafeBufferPointer<UInt8>) throws(TwimlReferError) -> Value
) throws(TwimlReferError) -> Value {
    let done = bytes.withContiguousStorageIfAvailable { buffer in
        Result { () throws(TwimlReferError) in try job(buffer) }
    }
    if let done { return try done.get() }
    let row = Array(bytes)
    return try row.withUnsafeBufferPointer { buffer in
        Result { () throws(TwimlReferError) in try job(buffer) }
    }.get()
}

/// Beside its bytes, a text takes at most so many in the bridge.
let textOverhead = 16

extension String {
    /// What it takes in the bridge, at most.
    var size: Int { utf8.count + textOverhead }
}

extension String? {
    var size: Int { self?.size ?? textOverhead }
}

extension Fields {
    var size: Int { reduce(0) { $0 + $1.name.size + $1.value.size } }

    var pairs: [Pair] { map { Pair(name: $0.name, value: $0.value) } }

    /// As the lane takes them.
    var tuples: some Sequence<(name: String, value: String)> { lazy.map { ($0.name, $0.value) } }

    init(_ pairs: [Pair]) {
        self.init(fields: pairs.map { Field($0.name, $0.value) })
    }
}
