// What a caller's application tells the target's.

import Foundation
internal import TwimlReferBridge

/// A User-to-User value (RFC 7433). Bytes are sent hex-encoded, and are then always valid.
///
/// ```swift
/// print(try UserToUser(bytes: Array("order 7".utf8)))  // 6F726465722037;encoding=hex
/// print(try UserToUser(parsing: "123456789;encoding=hex").data)  // 123456789
/// ```
public struct UserToUser: Sendable, Hashable, CustomStringConvertible {
    /// The data, as they are encoded.
    public let data: String
    /// How they are encoded: `hex`.
    public let encoding: String?
    /// What they are for.
    public let purpose: String?
    /// What they are.
    public let content: String?
    /// The value as it stands in a header, before it is escaped.
    public let description: String

    /// Makes a value of its parts.
    ///
    /// - Throws: an error of the category `sipUri` where a part cannot stand in a header.
    public init(
        data: String, encoding: String? = nil, purpose: String? = nil, content: String? = nil
    ) throws(TwimlReferError) {
        try self.init(
            UserToUserParts(data: data, encoding: encoding, purpose: purpose, content: content))
    }

    /// Reads the decoded value of a User-to-User header.
    public init(parsing text: String) throws(TwimlReferError) {
        try self.init(call(text.size) { try userToUserParse(text: text) })
    }

    /// Encodes bytes as hexadecimal digits.
    public init(bytes: some Sequence<UInt8>) throws(TwimlReferError) {
        let data = try copied(bytes)
        try self.init(call(data.count) { try userToUserFromBytes(bytes: data) })
    }

    init(_ parts: UserToUserParts) throws(TwimlReferError) {
        data = parts.data
        encoding = parts.encoding
        purpose = parts.purpose
        content = parts.content
        let size = data.size + encoding.size + purpose.size + content.size
        description = try call(size) { try userToUserBuild(parts: parts) }
    }

    /// The bytes of hexadecimal data; `nil` if it is none.
    public var bytes: [UInt8]? {
        settled { try userToUserBytes(text: description) }.map(Array.init)
    }
}
