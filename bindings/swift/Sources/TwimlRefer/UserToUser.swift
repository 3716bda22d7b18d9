// Data for the application at the target.

internal import TwimlReferBridge

/// A User-to-User value (RFC 7433). Bytes are sent hex-encoded, and are then always valid.
///
/// ```swift
/// print(try UserToUser(bytes: Array("order 7".utf8)))  // 6F726465722037;encoding=hex
/// print(try UserToUser(parsing: "123456789;encoding=hex").data)  // 123456789
/// ```
public struct UserToUser: Sendable, Hashable, CustomStringConvertible {
    /// The data, encoded.
    public let data: String
    /// The parameter `encoding`, for example `hex`; `nil` if absent.
    public let encoding: String?
    /// The purpose of the data.
    public let purpose: String?
    /// The kind of content.
    public let content: String?
    /// The bytes of hexadecimal data; `nil` if it is not hexadecimal.
    public let bytes: [UInt8]?
    /// The value of the header, before it is escaped.
    public let description: String

    /// Makes a value of its parts.
    ///
    /// - Throws: an error of the group `header` where a part is not allowed in a header.
    public init(
        data: String, encoding: String? = nil, purpose: String? = nil, content: String? = nil
    ) throws(TwimlReferError) {
        let size = data.size + encoding.size + purpose.size + content.size
        self.init(
            try call(size) {
                try userToUserNew(data: data, encoding: encoding, purpose: purpose, content: content)
            })
    }

    /// Reads the decoded value of a User-to-User header.
    public init(parsing text: String) throws(TwimlReferError) {
        self.init(try call(text.size) { try userToUserParse(text: text) })
    }

    /// Encodes bytes as hexadecimal digits.
    public init(
        bytes: some Sequence<UInt8>, purpose: String? = nil, content: String? = nil
    ) throws(TwimlReferError) {
        let data = try copied(bytes)
        self.init(
            try call(data.count + purpose.size + content.size) {
                try userToUserFromBytes(bytes: data, purpose: purpose, content: content)
            })
    }

    /// Reads the decoded value of a User-to-User header that may hold several values, separated by commas.
    public static func list(parsing text: String) throws(TwimlReferError) -> [UserToUser] {
        try call(text.size) { try userToUserParseList(text: text) }.map(UserToUser.init)
    }

    init(_ value: TwimlReferBridge.UserToUser) {
        data = value.data
        encoding = value.encoding
        purpose = value.purpose
        content = value.content
        bytes = value.bytes.map(Array.init)
        description = value.text
    }

    /// The value for a URI.
    var source: UserToUserSource { .text(text: description) }
}
