// Names and values in order: attributes, headers, parameters.

internal import TwimlReferBridge

/// A name and a value. What shows it (`print`, `dump`) hides the value of `CallToken`.
public struct Field: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    public var description: String { "\(name)=\(isSecret ? "***" : value)" }

    public var customMirror: Mirror { Mirror(self, children: ["field": description]) }

    /// What is too long for the bridge is not a name of Twilio's.
    private var isSecret: Bool {
        (try? call(name.size) { isSecretParameter(name: name) }) ?? false
    }
}

/// Names and values in their order; a name may stand more than once.
///
/// ```swift
/// var headers: Fields = ["X-AcctNumber": "123456", "X-Queue": "billing"]
/// headers.append(Field("X-Queue", "sales"))
/// print(headers.first(named: "X-Queue")!, headers.count)  // billing 3
/// ```
public struct Fields: Sendable, Hashable {
    private var fields: [Field]

    public init() {
        fields = []
    }

    /// Takes what maps names to values in an order: `KeyValuePairs`.
    public init(_ pairs: some Sequence<(key: String, value: String)>) {
        fields = pairs.map { Field($0.key, $0.value) }
    }

    /// Takes a dictionary, sorted by name: its own order changes from run to run.
    public init(_ pairs: [String: String]) {
        fields = pairs.sorted { $0.key < $1.key }.map { Field($0.key, $0.value) }
    }

    init(fields: [Field]) {
        self.fields = fields
    }

    /// The first value of this name, compared with case.
    public func first(named name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// Every value of this name, compared with case.
    public func all(named name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }
}

extension Fields: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    public var startIndex: Int { fields.startIndex }
    public var endIndex: Int { fields.endIndex }

    public subscript(index: Int) -> Field {
        get { fields[index] }
        set { fields[index] = newValue }
    }

    public mutating func append(_ field: Field) {
        fields.append(field)
    }

    public mutating func replaceSubrange(
        _ range: Range<Int>, with new: some Collection<Field>
    ) {
        fields.replaceSubrange(range, with: new)
    }
}

extension Fields: ExpressibleByDictionaryLiteral, CustomStringConvertible, CustomReflectable {
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field($0.0, $0.1) }
    }

    public var description: String { fields.description }

    public var customMirror: Mirror {
        Mirror(self, unlabeledChildren: fields, displayStyle: .collection)
    }
}
