// Documents: built, written, read back, checked.

internal import TwimlReferBridge

/// The document that an app answers Twilio with. Its description is its XML.
///
/// ```swift
/// let refer = try Refer(to: SipUri("sip:alice@example.com"), action: "/handleRefer")
/// let response = try VoiceResponse {
///     Say("Connecting you.")
///     refer
/// }
/// print(response.check().count)  // 0
/// print(response.prettyXML.split(separator: "\n").count)  // 7
/// ```
public struct VoiceResponse: Sendable, Hashable {
    /// The attributes of `<Response>`.
    public let attributes: NameValuePairs
    /// The nodes in `<Response>`, in their order.
    public let nodes: [TwimlNode]
    /// The document in one line.
    public let xml: String

    /// Makes a document of the nodes of the closure.
    ///
    /// - Throws: an error of the group `twiml` where a name or a character is not allowed in a document.
    public init(@TwimlBuilder content: () -> [TwimlNode]) throws(TwimlReferError) {
        try self.init(nodes: content())
    }

    /// Makes a document of the nodes of the closure; throws what the closure throws, too.
    public init(@TwimlBuilder content: () throws -> [TwimlNode]) throws {
        try self.init(nodes: content())
    }

    /// Makes a document of these nodes; throws as with a closure.
    public init(attributes: NameValuePairs = [:], nodes: [TwimlNode] = []) throws(TwimlReferError) {
        self.attributes = attributes
        self.nodes = nodes
        xml = try call(nodes.reduce(attributes.size) { saturating($0, $1.size) }) {
            try documentRender(document: document(attributes, nodes), pretty: false)
        }
    }

    /// Reads a document.
    ///
    /// - Throws: an error of the group `document`, with line and column.
    public init(parsing xml: String) throws(TwimlReferError) {
        try self.init(parsing: xml.utf8)
    }

    /// Reads a document, in UTF-8.
    public init(parsing xml: some Sequence<UInt8>) throws(TwimlReferError) {
        let data = try copied(xml)
        let document = try call(data.count) { try documentParse(xml: data) }
        try self.init(
            attributes: NameValuePairs(document.attributes), nodes: TwimlNode.nodes(document.pieces))
    }

    /// Reads a document and returns its diagnostics, with lines and columns.
    ///
    /// ```swift
    /// let found = try VoiceResponse.check(xml: "<Response>\n  <Refer/>\n</Response>")
    /// print(found[0].code, found[0].line!, found[0].column!)  // target-missing 2 3
    /// ```
    public static func check(xml: String) throws(TwimlReferError) -> [Diagnostic] {
        try check(xml: xml.utf8)
    }

    /// Reads a document, in UTF-8, and returns its diagnostics.
    public static func check(xml: some Sequence<UInt8>) throws(TwimlReferError) -> [Diagnostic] {
        let data = try copied(xml)
        return try call(data.count) { try documentCheck(xml: data) }.map(Diagnostic.init)
    }

    /// Returns what Twilio will refuse, drop or never run.
    public func check() -> [Diagnostic] {
        checked { try documentCheckBuilt(document: plain) }.map(Diagnostic.init)
    }

    /// The document in lines, indented by four spaces.
    public var prettyXML: String {
        checked { try documentRender(document: plain, pretty: true) }
    }

    /// What runs after the first ``Refer``.
    public enum Follows: String, Sendable, Hashable, CaseIterable {
        /// Its action is requested, and answers with a document.
        case action
        /// There is no action: the next verb runs.
        case nextVerb = "next-verb"
        /// Nothing follows: the call ends.
        case hangup
    }

    /// What runs after the first ``Refer``; `nil` if there is none.
    public var follows: Follows? {
        checked { try documentFollows(document: plain) }.flatMap(Follows.init)
    }

    /// The first `<Refer>` directly in `<Response>`; `nil` if there is none, or if it is not as Twilio
    /// documents it.
    public var firstRefer: Refer? {
        checked { try documentFirstRefer(document: plain).map(Refer.init) }
    }

    var plain: Document { document(attributes, nodes) }
}

extension VoiceResponse: CustomStringConvertible, CustomReflectable {
    public var description: String { xml }

    public var customMirror: Mirror { Mirror(self, children: ["xml": xml]) }
}

private func document(_ attributes: NameValuePairs, _ nodes: [TwimlNode]) -> Document {
    Document(attributes: attributes.plain, pieces: pieces(nodes))
}
