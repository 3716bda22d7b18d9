// What stands in a document: elements of any name, text, comments, and `<Refer>`.

internal import TwimlReferBridge

/// What may stand in a document: a verb, ``Refer``, an ``Element`` of any name, or a ``Node``.
public protocol DocumentNode: Sendable {
    var node: Node { get }
}

/// A part of a document. Whether it may stand there is judged when a ``VoiceResponse`` is made of it.
public enum Node: DocumentNode, Hashable {
    /// A verb or noun.
    case element(Element)
    /// A `<Refer>` with its target.
    case refer(Refer)
    /// Text, as it is meant: it is escaped where it is written.
    case text(String)
    /// A comment, without `<!--` and `-->`.
    case comment(String)

    public var node: Node { self }
}

/// Any verb or noun.
///
/// ```swift
/// let response = try VoiceResponse {
///     Element("Dial", ["timeout": "10"]) {
///         Element("Sip", text: "sip:bob@example.com")
///     }
/// }
/// print(response.nodes.count)  // 1
/// ```
public struct Element: DocumentNode, Hashable {
    /// As it is spelled in the document: `Say`.
    public let name: String
    /// As they are spelled in the document, in their order.
    public let attributes: Fields
    /// What stands in it, in its order.
    public let children: [Node]
    /// How many elements it is, and how deep: both at least 1.
    let count: Int
    private let depth: Int

    /// Makes an element with these children.
    public init(_ name: String, _ attributes: Fields = [:], children: [Node] = []) {
        self.name = name
        self.attributes = attributes
        var (count, depth) = (1, 1)
        for case .element(let child) in children {
            count = count.addingReportingOverflow(child.count).partialValue
            count = count < 1 ? .max : count
            depth = max(depth, child.depth + 1)
        }
        // What is so deep is refused as a document. It loses a level for each that is added, so that
        // nothing here that recurses runs out of stack.
        if depth > endless {
            depth = endless
            self.children = children.flatMap { node in
                if case .element(let child) = node, child.depth >= endless { child.children } else { [node] }
            }
        } else {
            self.children = children
        }
        self.count = count
        self.depth = depth
    }

    /// Makes an element with text.
    public init(_ name: String, _ attributes: Fields = [:], text: String) {
        self.init(name, attributes, children: text.isEmpty ? [] : [.text(text)])
    }

    /// Makes an element with what stands in the closure; throws what that throws.
    public init<Failure>(
        _ name: String, _ attributes: Fields = [:],
        @DocumentBuilder content: () throws(Failure) -> [Node]
    ) throws(Failure) {
        try self.init(name, attributes, children: content())
    }

    public var node: Node { .element(self) }
    /// The text directly in it.
    public var text: String {
        children.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    }
}

extension Element: CustomStringConvertible {
    public var description: String { "<\(name)> with \(children.count) nodes" }
}

/// Far deeper than a document may be, and far less than recursion takes.
private let endless = 500

/// Puts the parts of a document together; a `String` is text.
@resultBuilder
public enum DocumentBuilder {
    public static func buildExpression(_ node: some DocumentNode) -> [Node] { [node.node] }
    public static func buildExpression(_ nodes: [Node]) -> [Node] { nodes }
    public static func buildExpression(_ text: String) -> [Node] { [.text(text)] }
    public static func buildBlock(_ nodes: [Node]...) -> [Node] { Array(nodes.joined()) }
    public static func buildOptional(_ nodes: [Node]?) -> [Node] { nodes ?? [] }
    public static func buildEither(first nodes: [Node]) -> [Node] { nodes }
    public static func buildEither(second nodes: [Node]) -> [Node] { nodes }
    public static func buildArray(_ nodes: [[Node]]) -> [Node] { Array(nodes.joined()) }
    public static func buildLimitedAvailability(_ nodes: [Node]) -> [Node] { nodes }
}
