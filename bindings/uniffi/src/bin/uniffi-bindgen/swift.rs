//! Swift: the generated functions are fast enough, but for their reader, which copies every number
//! and text through Foundation. What needs all of Foundation is left out: a static binary would be three times as
//! large.

use crate::patch::Patched;

pub(crate) fn patch(text: &mut Patched) -> Result<(), String> {
    for (generated, ours) in [READ_INT, READ_BYTES, READ_STRING] {
        text.replace(Some(1), &regex::escape(generated), |_| ours.to_owned())?;
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
