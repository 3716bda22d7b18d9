//! Swift: the generated functions are fast enough, but for their reader, which copies every number
//! and text through Foundation, and for the texts that are passed, which are copied twice. What needs all of
//! Foundation is left out: a static binary would be three times as large.

use crate::patch::Patched;

pub(crate) fn patch(text: &mut Patched) -> Result<(), String> {
    for (generated, ours) in [READ_INT, READ_BYTES, READ_STRING, WRITE_STRING, LOWER_STRING] {
        text.replace(Some(1), &regex_lite::escape(generated), |_| ours.to_owned())?;
    }
    text.replace(Some(1), "^import Foundation$", |_| IMPORT.to_owned())?;
    // Objects have handles, of which the bridge has none.
    text.replace_between("fileprivate extension NSLock {", "fileprivate let CALL_SUCCESS", "")?;
    text.replace_between("// Initial value and increment", "// Public interface members", "")?;
    text.has_no(&["NSLock", "HandleMap"])
}

const IMPORT: &str = "#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif";

const READ_INT: (&str, &str) = (
    "    if T.self == UInt8.self {
        let value = reader.data[reader.offset]
        reader.offset += 1
        return value as! T
    }
    var value: T = 0
    let _ = withUnsafeMutableBytes(of: &value, { reader.data.copyBytes(to: $0, from: range)})
    reader.offset = range.upperBound
    return value.bigEndian
",
    "    let value = reader.data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: range.lowerBound, as: T.self) }
    reader.offset = range.upperBound
    return T(bigEndian: value)
",
);

const READ_BYTES: (&str, &str) = (
    "    var value = [UInt8](repeating: 0, count: count)
    value.withUnsafeMutableBufferPointer({ buffer in
        reader.data.copyBytes(to: buffer, from: range)
    })
    reader.offset = range.upperBound
    return value
",
    "    let value = reader.data.withUnsafeBytes { [UInt8]($0[range]) }
    reader.offset = range.upperBound
    return value
",
);

const READ_STRING: (&str, &str) = (
    "        // See `lift` above for why we avoid Foundation's NSString-backed decoder here.
        return String(decoding: try readBytes(&buf, count: Int(len)), as: UTF8.self)
",
    "        guard len >= 0, buf.data.count - buf.offset >= Int(len) else {
            throw UniffiInternalError.bufferOverflow
        }
        let range = buf.offset..<buf.offset + Int(len)
        buf.offset = range.upperBound
        return buf.data.withUnsafeBytes {
            String(decoding: UnsafeRawBufferPointer(rebasing: $0[range]), as: UTF8.self)
        }
",
);

const WRITE_STRING: (&str, &str) = (
    "        let len = Int32(value.utf8.count)
        writeInt(&buf, len)
        writeBytes(&buf, value.utf8)
",
    "        var value = value
        value.withUTF8 { bytes in
            writeInt(&buf, Int32(bytes.count))
            buf.append(contentsOf: bytes)
        }
",
);

const LOWER_STRING: (&str, &str) = (
    "        return value.utf8CString.withUnsafeBufferPointer { ptr in
            // The swift string gives us int8_t, we want uint8_t.
            ptr.withMemoryRebound(to: UInt8.self) { ptr in
                // The swift string gives us a trailing null byte, we don't want it.
                let buf = UnsafeBufferPointer(rebasing: ptr.prefix(upTo: ptr.count - 1))
                return RustBuffer.from(buf)
            }
        }
",
    "        var value = value
        return value.withUTF8 { RustBuffer.from($0) }
",
);
