// The names of errors, diagnostics and hints that the library has. core/docs/errors.md and diagnostics.md explain
// the first two.

extension TwimlReferError {
    /// The stable name of an error, the same in every language. New ones may come.
    public struct Kind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public static let uriEmpty = Self(rawValue: "uri-empty")
        public static let uriOverLimit = Self(rawValue: "uri-over-limit")
        public static let uriSchemeMissing = Self(rawValue: "uri-scheme-missing")
        public static let uriSchemeUnsupported = Self(rawValue: "uri-scheme-unsupported")
        public static let uriAngleBrackets = Self(rawValue: "uri-angle-brackets")
        public static let uriWhiteSpace = Self(rawValue: "uri-white-space")
        public static let uriControlCharacter = Self(rawValue: "uri-control-character")
        public static let uriCharacter = Self(rawValue: "uri-character")
        public static let uriEscapeInvalid = Self(rawValue: "uri-escape-invalid")
        public static let uriUserEmpty = Self(rawValue: "uri-user-empty")
        public static let uriHostEmpty = Self(rawValue: "uri-host-empty")
        public static let uriHostInvalid = Self(rawValue: "uri-host-invalid")
        public static let uriIpv4Invalid = Self(rawValue: "uri-ipv4-invalid")
        public static let uriIpv6Invalid = Self(rawValue: "uri-ipv6-invalid")
        public static let uriPortInvalid = Self(rawValue: "uri-port-invalid")
        public static let uriParameterNameEmpty = Self(rawValue: "uri-parameter-name-empty")
        public static let uriParameterValueEmpty = Self(rawValue: "uri-parameter-value-empty")
        public static let uriParameterRepeated = Self(rawValue: "uri-parameter-repeated")
        public static let uriHeaderMissing = Self(rawValue: "uri-header-missing")
        public static let uriHeaderValueMissing = Self(rawValue: "uri-header-value-missing")
        public static let uriHeaderNameEmpty = Self(rawValue: "uri-header-name-empty")
        public static let uriXmlLeftOver = Self(rawValue: "uri-xml-left-over")
        public static let headerNameInvalid = Self(rawValue: "header-name-invalid")
        public static let headerValueInvalid = Self(rawValue: "header-value-invalid")
        public static let uuiDataEmpty = Self(rawValue: "uui-data-empty")
        public static let uuiDataInvalid = Self(rawValue: "uui-data-invalid")
        public static let uuiParameterInvalid = Self(rawValue: "uui-parameter-invalid")
        public static let uuiSyntax = Self(rawValue: "uui-syntax")
        public static let uuiParameterRepeated = Self(rawValue: "uui-parameter-repeated")
        public static let xmlCharacterForbidden = Self(rawValue: "xml-character-forbidden")
        public static let xmlNameInvalid = Self(rawValue: "xml-name-invalid")
        public static let attributeRepeated = Self(rawValue: "attribute-repeated")
        public static let methodInvalid = Self(rawValue: "method-invalid")
        public static let actionInvalid = Self(rawValue: "action-invalid")
        public static let depthExceeded = Self(rawValue: "depth-exceeded")
        public static let elementsExceeded = Self(rawValue: "elements-exceeded")
        public static let commentInvalid = Self(rawValue: "comment-invalid")
        public static let referMismatch = Self(rawValue: "refer-mismatch")
        public static let documentTooLarge = Self(rawValue: "document-too-large")
        public static let documentEmpty = Self(rawValue: "document-empty")
        public static let documentEncoding = Self(rawValue: "document-encoding")
        public static let documentNotUtf8 = Self(rawValue: "document-not-utf8")
        public static let documentRootInvalid = Self(rawValue: "document-root-invalid")
        public static let documentDtd = Self(rawValue: "document-dtd")
        public static let documentEntityUnknown = Self(rawValue: "document-entity-unknown")
        public static let documentEndTag = Self(rawValue: "document-end-tag")
        public static let documentUnclosed = Self(rawValue: "document-unclosed")
        public static let documentOutsideRoot = Self(rawValue: "document-outside-root")
        public static let documentSyntax = Self(rawValue: "document-syntax")
        public static let documentAttributeSyntax = Self(rawValue: "document-attribute-syntax")
        public static let sidInvalid = Self(rawValue: "sid-invalid")
        public static let restTwimlTooLong = Self(rawValue: "rest-twiml-too-long")
        public static let restUrlInvalid = Self(rawValue: "rest-url-invalid")
        public static let restBaseInvalid = Self(rawValue: "rest-base-invalid")
        public static let restFromEmpty = Self(rawValue: "rest-from-empty")
        public static let requestTooLarge = Self(rawValue: "request-too-large")
        public static let requestNotUtf8 = Self(rawValue: "request-not-utf8")
        public static let requestLimitInvalid = Self(rawValue: "request-limit-invalid")
        public static let signatureMismatch = Self(rawValue: "signature-mismatch")
        public static let publicBaseInvalid = Self(rawValue: "public-base-invalid")
        public static let signatureMissing = Self(rawValue: "signature-missing")
        public static let authTokenEmpty = Self(rawValue: "auth-token-empty")
        public static let publicBaseMissing = Self(rawValue: "public-base-missing")
        public static let referNotSupported = Self(rawValue: "refer-not-supported")
        public static let transferEventUnexpected = Self(rawValue: "transfer-event-unexpected")
        public static let settingInvalid = Self(rawValue: "setting-invalid")
        public static let transferOutputsPending = Self(rawValue: "transfer-outputs-pending")
        public static let cseqInvalid = Self(rawValue: "cseq-invalid")
        public static let sipStatusInvalid = Self(rawValue: "sip-status-invalid")
        public static let stateTruncated = Self(rawValue: "state-truncated")
        public static let stateVersion = Self(rawValue: "state-version")
        public static let stateAltered = Self(rawValue: "state-altered")
        public static let textNotUtf8 = Self(rawValue: "text-not-utf8")
        public static let textOverLimit = Self(rawValue: "text-over-limit")

        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public var description: String { rawValue }
    }
}

extension Diagnostic {
    /// The stable name of a diagnostic, the same in every language. New ones may come.
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public static let targetMissing = Self(rawValue: "target-missing")
        public static let targetRepeated = Self(rawValue: "target-repeated")
        public static let targetInvalid = Self(rawValue: "target-invalid")
        public static let methodInvalid = Self(rawValue: "method-invalid")
        public static let actionInvalid = Self(rawValue: "action-invalid")
        public static let actionSuspicious = Self(rawValue: "action-suspicious")
        public static let referMisplaced = Self(rawValue: "refer-misplaced")
        public static let verbUnknown = Self(rawValue: "verb-unknown")
        public static let attributeUnknown = Self(rawValue: "attribute-unknown")
        public static let childUnknown = Self(rawValue: "child-unknown")
        public static let textIgnored = Self(rawValue: "text-ignored")
        public static let unreachable = Self(rawValue: "unreachable")
        public static let noAction = Self(rawValue: "no-action")
        public static let documentTooLarge = Self(rawValue: "document-too-large")
        public static let documentTooDeep = Self(rawValue: "document-too-deep")
        public static let documentTooManyElements = Self(rawValue: "document-too-many-elements")
        public static let uriTooLong = Self(rawValue: "uri-too-long")
        public static let headersTooLong = Self(rawValue: "headers-too-long")
        public static let headerReserved = Self(rawValue: "header-reserved")
        public static let headerNotForUri = Self(rawValue: "header-not-for-uri")
        public static let headerIsParameter = Self(rawValue: "header-is-parameter")
        public static let headerMayBeDropped = Self(rawValue: "header-may-be-dropped")
        public static let headerNameInvalid = Self(rawValue: "header-name-invalid")
        public static let headerInjection = Self(rawValue: "header-injection")
        public static let headerNotUtf8 = Self(rawValue: "header-not-utf8")
        public static let uuiInvalid = Self(rawValue: "uui-invalid")
        public static let uuiOddHex = Self(rawValue: "uui-odd-hex")
        public static let plusInValue = Self(rawValue: "plus-in-value")
        public static let schemeDoubled = Self(rawValue: "scheme-doubled")
        public static let passwordInUri = Self(rawValue: "password-in-uri")
        public static let doubleSlash = Self(rawValue: "double-slash")
        public static let transportUnsupported = Self(rawValue: "transport-unsupported")
        public static let parameterRepeated = Self(rawValue: "parameter-repeated")
        public static let parameterInvalid = Self(rawValue: "parameter-invalid")
        public static let eventUnexpected = Self(rawValue: "event-unexpected")
        public static let responseCodeInvalid = Self(rawValue: "response-code-invalid")

        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public var description: String { rawValue }
    }
}

extension RequestValidator.Hint {
    /// The stable name of a hint, the same in every language. New ones may come.
    public struct Kind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public static let signatureMissing = Self(rawValue: "signature-missing")
        public static let signatureInvalid = Self(rawValue: "signature-invalid")
        public static let algorithm = Self(rawValue: "algorithm")
        public static let url = Self(rawValue: "url")
        public static let method = Self(rawValue: "method")
        public static let scheme = Self(rawValue: "scheme")
        public static let port = Self(rawValue: "port")
        public static let prefix = Self(rawValue: "prefix")
        public static let fragment = Self(rawValue: "fragment")
        public static let trailingSlash = Self(rawValue: "trailing-slash")
        public static let questionMark = Self(rawValue: "question-mark")
        public static let query = Self(rawValue: "query")
        public static let queryOrder = Self(rawValue: "query-order")
        public static let escapes = Self(rawValue: "escapes")
        public static let body = Self(rawValue: "body")
        public static let bodyNewline = Self(rawValue: "body-newline")
        public static let queryInForm = Self(rawValue: "query-in-form")
        public static let bodyHash = Self(rawValue: "body-hash")
        public static let bodyEmpty = Self(rawValue: "body-empty")
        public static let unreadable = Self(rawValue: "unreadable")
        public static let authToken = Self(rawValue: "auth-token")

        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public var description: String { rawValue }
    }
}
