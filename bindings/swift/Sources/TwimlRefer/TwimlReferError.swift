// What is thrown: one error type, with a kind and the group that it belongs to.

internal import TwimlReferBridge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An error of the library; its description says what is wrong and what to do.
///
/// ```swift
/// do {
///     _ = try SipUri("sip:alice@example.com?X-A=a b")
/// } catch {
///     print(error.kind, error.offset!)  // uri-white-space 27
///     print(error)  // invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20
/// }
/// ```
public struct TwimlReferError: Error, Sendable, Hashable {
    /// The part of the library that a kind belongs to. New ones may come.
    public struct Group: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// A SIP URI or a User-to-User value is not valid.
        public static let sipUri = Self(rawValue: "sip-uri")
        /// A header of a SIP URI is not valid.
        public static let header = Self(rawValue: "header")
        /// Something is not allowed in a document.
        public static let twiml = Self(rawValue: "twiml")
        /// A document cannot be read.
        public static let document = Self(rawValue: "document")
        /// A REST request cannot be made of this.
        public static let rest = Self(rawValue: "rest")
        /// A request cannot be read: answer 400, or 413 for the kind `requestTooLarge`.
        public static let request = Self(rawValue: "request")
        /// A request is not signed (answer 403), or a validator cannot be made.
        public static let signature = Self(rawValue: "signature")
        /// A ``Transfer`` is misused, a setting is out of range, or saved bytes are not a transfer's.
        public static let transfer = Self(rawValue: "transfer")
        /// Text is not UTF-8, or too long.
        public static let text = Self(rawValue: "text")

        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public var description: String { rawValue }
    }

    /// The stable name of the error, the same in every language.
    public let kind: Kind
    /// The group of ``kind``.
    public let group: Group
    /// What is wrong and what to do: at most 240 bytes.
    public let message: String
    /// The byte (of UTF-8, from 0) at which it went wrong.
    public let offset: Int?
    /// The line of a document, from 1.
    public let line: Int?
    /// The column of that line, from 1.
    public let column: Int?
    /// The name of the parameter, attribute or header.
    public let parameter: String?
    /// Twilio's own number for it.
    public let number: Int?
}

extension TwimlReferError: CustomStringConvertible, LocalizedError {
    public var description: String { message }
    public var errorDescription: String? { message }
}

extension TwimlReferError {
    init(_ error: any Error) {
        if let error = error as? TwimlReferError {
            self = error
        } else if case .Failed(let details)? = error as? BridgeError {
            self.init(details)
        } else {
            // A defect of ours, caught where the languages meet: it says itself what happened.
            let message = (error as? any LocalizedError)?.errorDescription ?? "\(error)"
            self.init(
                ErrorDetails(
                    kind: "internal", group: "internal", message: message, offset: nil, line: nil,
                    column: nil,
                    parameter: nil, number: nil))
        }
    }

    init(_ details: ErrorDetails) {
        kind = Kind(rawValue: details.kind)
        group = Group(rawValue: details.group)
        message = details.message
        offset = details.offset.map(Int.init)
        line = details.line.map(Int.init)
        column = details.column.map(Int.init)
        parameter = details.parameter
        number = details.number.map(Int.init)
    }
}
