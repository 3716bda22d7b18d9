// Frames of the lane: a count, as many lengths, and the bytes. All numbers are 32 bits, little-endian;
// a length of all ones is an absent part. What each job takes and gives is said in the bridge.

import Foundation

/// A frame that is being written: the lengths of its parts, and their bytes.
struct Frame: Sendable {
    private var lengths: [UInt32] = []
    private var bytes: [UInt8] = []

    /// Makes room for parts with so many bytes.
    mutating func reserve(_ parts: Int, _ size: Int) {
        lengths.reserveCapacity(lengths.count + parts)
        bytes.reserveCapacity(bytes.count + size)
    }

    mutating func put(_ text: String?) {
        guard var text else {
            lengths.append(absent)
            return
        }
        text.withUTF8 { put($0) }
    }

    mutating func put(_ part: UnsafeBufferPointer<UInt8>) {
        lengths.append(UInt32(clamping: part.count).littleEndian)
        bytes.append(contentsOf: part)
    }

    /// How many bytes the whole has.
    var size: Int { (lengths.count + 1) * word + bytes.count }

    /// Writes the whole into a place of at least its size.
    func write(to place: UnsafeMutableRawBufferPointer) {
        place.storeBytes(of: UInt32(clamping: lengths.count).littleEndian, as: UInt32.self)
        lengths.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: place[word...]).copyMemory(from: $0)
        }
        let start = word * (lengths.count + 1)
        bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: place[start...]).copyMemory(from: $0)
        }
    }
}

/// The parts of a frame, one after the other; beyond the end all are absent.
struct Parts {
    private let frame: UnsafeRawBufferPointer
    private let count: Int
    private var next = 0
    private var at: Int

    init(_ frame: UnsafeRawBufferPointer) {
        self.frame = frame
        count = frame.count < word ? 0 : Int(UInt32(littleEndian: frame.loadUnaligned(as: UInt32.self)))
        at = word * (count + 1)
    }

    mutating func bytes() -> UnsafeRawBufferPointer? {
        guard next < count else { return nil }
        next += 1
        let length = UInt32(
            littleEndian: frame.loadUnaligned(fromByteOffset: next * word, as: UInt32.self))
        guard length != absent else { return nil }
        defer { at += Int(length) }
        return UnsafeRawBufferPointer(rebasing: frame[at..<at + Int(length)])
    }

    mutating func maybe() -> String? {
        bytes().map { String(decoding: $0, as: UTF8.self) }
    }

    mutating func text() -> String { maybe() ?? "" }

    mutating func number<Number: FixedWidthInteger>() -> Number? {
        maybe().flatMap { Number($0) }
    }

    mutating func isSet() -> Bool { bytes() != nil }
}

/// Texts in a row: joined by NUL as one part, or, where a text holds one, each a part of its own.
struct Texts {
    private var joined: UnsafeRawBufferPointer?
    private var parts: Parts
    private let isJoined: Bool

    init(_ parts: inout Parts) {
        let whole = parts.bytes()
        isJoined = whole != nil
        joined = whole?.isEmpty == true ? nil : whole
        self.parts = parts
    }

    /// The next text; `nil` if there is none.
    mutating func next() -> String? {
        guard isJoined else { return parts.maybe() }
        guard let rest = joined else { return nil }
        let end = rest.baseAddress.flatMap { start in
            memchr(start, 0, rest.count).map { UnsafeRawPointer($0) - start }
        }
        joined = end.map { UnsafeRawBufferPointer(rebasing: rest[($0 + 1)...]) }
        let text = UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.count)])
        return String(decoding: text, as: UTF8.self)
    }
}

private let absent = UInt32.max
private let word = MemoryLayout<UInt32>.size
