// Frames of the lane: a count, as many lengths, and the bytes. All numbers are 32 bits, little-endian;
// a length of all ones is an absent part. What each job takes and gives is said in the bridge.

/// A frame that is being written.
struct Frame: Sendable {
    private var lengths: [UInt32] = []
    private var bytes: [UInt8] = []

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
    var size: Int { (lengths.count + 1) * MemoryLayout<UInt32>.size + bytes.count }

    func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let whole = UnsafeMutableRawBufferPointer(buffer)
            whole.storeBytes(of: UInt32(clamping: lengths.count).littleEndian, as: UInt32.self)
            let head = MemoryLayout<UInt32>.size
            lengths.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: whole[head...]).copyMemory(from: $0)
            }
            let start = head * (lengths.count + 1)
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: whole[start...]).copyMemory(from: $0)
            }
            count = size
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
        let head = MemoryLayout<UInt32>.size
        self.frame = frame
        count = frame.count < head ? 0 : Int(UInt32(littleEndian: frame.loadUnaligned(as: UInt32.self)))
        at = head * (count + 1)
    }

    mutating func bytes() -> UnsafeRawBufferPointer? {
        guard next < count else { return nil }
        next += 1
        let length = UInt32(
            littleEndian: frame.loadUnaligned(
                fromByteOffset: next * MemoryLayout<UInt32>.size, as: UInt32.self))
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

private let absent = UInt32.max
