// Frames of the lane, parts in a row; `frame.rs` says how. What is written here are the lengths of the parts
// and their bytes, as a body may hold any; what is read may also be parts with NUL between them.

import Foundation

/// A frame that is being written.
struct Frame: Sendable {
    private var lengths: [UInt32] = []
    private var bytes: [UInt8] = []

    /// Makes room for parts with so many bytes.
    mutating func reserve(_ parts: Int, _ size: Int) {
        lengths.reserveCapacity(lengths.count + parts)
        bytes.reserveCapacity(bytes.count + size)
    }

    mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { put($0) }
    }

    mutating func put(_ part: UnsafeBufferPointer<UInt8>) {
        lengths.append(UInt32(clamping: part.count).littleEndian)
        bytes.append(contentsOf: part)
    }

    /// How many bytes the whole has.
    var size: Int { 1 + (lengths.count + 1) * word + bytes.count }

    /// Writes the whole into a place of that size.
    func write(to place: UnsafeMutableRawBufferPointer) {
        place[0] = listed
        place.storeBytes(
            of: UInt32(clamping: lengths.count).littleEndian, toByteOffset: 1, as: UInt32.self)
        let start = 1 + word
        lengths.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: place[start...]).copyMemory(from: $0)
        }
        bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: place[(start + word * lengths.count)...])
                .copyMemory(from: $0)
        }
    }
}

/// The parts of a frame that were not taken yet.
struct Parts {
    private let frame: UnsafeRawBufferPointer
    private let isListed: Bool
    /// How many lengths there are, and the next one.
    private var count = 0
    private var next = 0
    /// Where the next part begins; behind the last one, none does.
    private var at = 1

    /// `nil` if it is no frame.
    init?(_ frame: UnsafeRawBufferPointer) {
        guard let form = frame.first, form == listed || form == joined else { return nil }
        self.frame = frame
        isListed = form == listed
        if isListed {
            guard frame.count > word else { return nil }
            count = Int(number(at: 1))
            at = 1 + word * (count + 1)
        }
    }

    private func number(at place: Int) -> UInt32 {
        UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    mutating func take() -> String? {
        let end: Int
        if isListed {
            guard next < count else { return nil }
            next += 1
            end = at + Int(number(at: 1 + word * next))
        } else {
            guard at <= frame.count else { return nil }
            end = separator(from: at) ?? frame.count
        }
        let text = String(
            decoding: UnsafeRawBufferPointer(rebasing: frame[at..<end]), as: UTF8.self)
        at = isListed ? end : end + 1
        return text
    }

    private func separator(from start: Int) -> Int? {
        guard let base = frame.baseAddress else { return nil }
        return memchr(base + start, 0, frame.count - start).map { UnsafeRawPointer($0) - base }
    }

    mutating func text() -> String { take() ?? "" }

    /// A text that is empty where there is none.
    mutating func maybe() -> String? {
        let text = text()
        return text.isEmpty ? nil : text
    }

    mutating func number<Number: FixedWidthInteger>() -> Number? { Number(text()) }

    /// The next pairs, at most so many.
    mutating func pairs(_ most: Int) -> [Pair] {
        var pairs: [Pair] = []
        pairs.reserveCapacity(min(most, usual))
        while pairs.count < most, let name = take(), let value = take() {
            pairs.append(Pair(name: name, value: value))
        }
        return pairs
    }
}

private let joined = UInt8(ascii: "J")
private let listed = UInt8(ascii: "L")
private let word = MemoryLayout<UInt32>.size
/// Parameters of an ordinary request, and some more.
private let usual = 32
