// What is thrown: one error type, with a category for what an app tells apart.

import Foundation
internal import TwimlReferBridge

/// Something that the library refuses; its description says what to do about it.
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
    /// What an app tells apart.
    public enum Category: Sendable, Hashable {
        /// A SIP URI, one of its headers or a User-to-User value is not valid.
        case sipUri
        /// A document cannot be read, or something cannot stand in one.
        case document
        /// A REST request cannot be made of this.
        case rest
        /// An event cannot come now, a setting is out of range, or saved bytes are not a transfer's.
        case transfer
        /// The request has no signature: answer 403.
        case signatureMissing
        /// The signature is not that of this request: answer 403.
        case signatureMismatch
        /// The request has more bytes than the limit: answer 413.
        case requestTooLarge
        /// The request cannot be read, as it is not UTF-8: answer 400. Or the limit for one is out of range.
        case request
        /// A validator cannot be made: a secret is empty, or the public base is not valid.
        case validator
        /// Anything else: text that is too long.
        case other
    }

    /// The stable name of what went wrong, the same in every language.
    public let kind: String
    /// What to do about it: at most 240 bytes.
    public let message: String
    /// The byte (of UTF-8, from 0) at which it went wrong.
    public let offset: Int?
    /// The line of a document, from 1.
    public let line: Int?
    /// The column of that line, from 1.
    public let column: Int?
    /// The parameter, attribute or header at fault.
    public let parameter: String?
    /// Twilio's own number for it.
    public let number: Int?
    /// The category of ``kind``.
    public let category: Category
}

extension TwimlReferError: CustomStringConvertible, LocalizedError {
    public var description: String { message }
    public var errorDescription: String? { message }
}

extension TwimlReferError {
    init(_ error: any Error) {
        if case .Refused(let fault)? = error as? Failure {
            self.init(fault)
        } else {
            // A defect of ours, caught where the languages meet.
            self.init(
                Fault(
                    kind: "internal", text: "the native library could not do this job; please report it",
                    offset: nil, line: nil, column: nil, parameter: nil, number: nil, group: ""))
        }
    }

    init(_ fault: Fault) {
        kind = fault.kind
        message = fault.text
        offset = fault.offset.map(Int.init)
        line = fault.line.map(Int.init)
        column = fault.column.map(Int.init)
        parameter = fault.parameter
        number = fault.number.map(Int.init)
        category = answers[fault.kind] ?? groups[fault.group] ?? .other
    }
}

/// The kinds that a web server answers in ways of their own.
private let answers: [String: TwimlReferError.Category] = [
    "signature-missing": .signatureMissing, "signature-mismatch": .signatureMismatch,
    "request-too-large": .requestTooLarge,
]
private let groups: [String: TwimlReferError.Category] = [
    "sip-uri": .sipUri, "header": .sipUri, "twiml": .document, "document": .document, "rest": .rest,
    "request": .request, "signature": .validator, "transfer": .transfer,
]
