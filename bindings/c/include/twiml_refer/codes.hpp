// Kinds of errors and codes of diagnostics; tests/header.rs writes this file.
#ifndef TWIML_REFER_CODES_HPP
#define TWIML_REFER_CODES_HPP

#include <cstdint>

#include "../twiml_refer.h"

namespace twiml_refer {

/// What went wrong.
enum class error_kind : std::int32_t {
    /// `uri-empty`
    uri_empty = TWR_KIND_URI_EMPTY,
    /// `uri-over-limit`
    uri_over_limit = TWR_KIND_URI_OVER_LIMIT,
    /// `uri-scheme-missing`
    uri_scheme_missing = TWR_KIND_URI_SCHEME_MISSING,
    /// `uri-scheme-unsupported`
    uri_scheme_unsupported = TWR_KIND_URI_SCHEME_UNSUPPORTED,
    /// `uri-angle-brackets`
    uri_angle_brackets = TWR_KIND_URI_ANGLE_BRACKETS,
    /// `uri-white-space`
    uri_white_space = TWR_KIND_URI_WHITE_SPACE,
    /// `uri-control-character`
    uri_control_character = TWR_KIND_URI_CONTROL_CHARACTER,
    /// `uri-character`
    uri_character = TWR_KIND_URI_CHARACTER,
    /// `uri-escape-invalid`
    uri_escape_invalid = TWR_KIND_URI_ESCAPE_INVALID,
    /// `uri-user-empty`
    uri_user_empty = TWR_KIND_URI_USER_EMPTY,
    /// `uri-host-empty`
    uri_host_empty = TWR_KIND_URI_HOST_EMPTY,
    /// `uri-host-invalid`
    uri_host_invalid = TWR_KIND_URI_HOST_INVALID,
    /// `uri-ipv4-invalid`
    uri_ipv4_invalid = TWR_KIND_URI_IPV4_INVALID,
    /// `uri-ipv6-invalid`
    uri_ipv6_invalid = TWR_KIND_URI_IPV6_INVALID,
    /// `uri-port-invalid`
    uri_port_invalid = TWR_KIND_URI_PORT_INVALID,
    /// `uri-parameter-name-empty`
    uri_parameter_name_empty = TWR_KIND_URI_PARAMETER_NAME_EMPTY,
    /// `uri-parameter-value-empty`
    uri_parameter_value_empty = TWR_KIND_URI_PARAMETER_VALUE_EMPTY,
    /// `uri-parameter-repeated`
    uri_parameter_repeated = TWR_KIND_URI_PARAMETER_REPEATED,
    /// `uri-header-missing`
    uri_header_missing = TWR_KIND_URI_HEADER_MISSING,
    /// `uri-header-value-missing`
    uri_header_value_missing = TWR_KIND_URI_HEADER_VALUE_MISSING,
    /// `uri-header-name-empty`
    uri_header_name_empty = TWR_KIND_URI_HEADER_NAME_EMPTY,
    /// `uri-xml-left-over`
    uri_xml_left_over = TWR_KIND_URI_XML_LEFT_OVER,
    /// `header-name-invalid`
    header_name_invalid = TWR_KIND_HEADER_NAME_INVALID,
    /// `header-value-invalid`
    header_value_invalid = TWR_KIND_HEADER_VALUE_INVALID,
    /// `uui-data-empty`
    uui_data_empty = TWR_KIND_UUI_DATA_EMPTY,
    /// `uui-data-invalid`
    uui_data_invalid = TWR_KIND_UUI_DATA_INVALID,
    /// `uui-parameter-invalid`
    uui_parameter_invalid = TWR_KIND_UUI_PARAMETER_INVALID,
    /// `uui-syntax`
    uui_syntax = TWR_KIND_UUI_SYNTAX,
    /// `uui-parameter-repeated`
    uui_parameter_repeated = TWR_KIND_UUI_PARAMETER_REPEATED,
    /// `xml-character-forbidden`
    xml_character_forbidden = TWR_KIND_XML_CHARACTER_FORBIDDEN,
    /// `xml-name-invalid`
    xml_name_invalid = TWR_KIND_XML_NAME_INVALID,
    /// `attribute-repeated`
    attribute_repeated = TWR_KIND_ATTRIBUTE_REPEATED,
    /// `method-invalid`
    method_invalid = TWR_KIND_METHOD_INVALID,
    /// `action-invalid`
    action_invalid = TWR_KIND_ACTION_INVALID,
    /// `depth-exceeded`
    depth_exceeded = TWR_KIND_DEPTH_EXCEEDED,
    /// `elements-exceeded`
    elements_exceeded = TWR_KIND_ELEMENTS_EXCEEDED,
    /// `comment-invalid`
    comment_invalid = TWR_KIND_COMMENT_INVALID,
    /// `refer-mismatch`
    refer_mismatch = TWR_KIND_REFER_MISMATCH,
    /// `document-too-large`
    document_too_large = TWR_KIND_DOCUMENT_TOO_LARGE,
    /// `document-empty`
    document_empty = TWR_KIND_DOCUMENT_EMPTY,
    /// `document-encoding`
    document_encoding = TWR_KIND_DOCUMENT_ENCODING,
    /// `document-not-utf8`
    document_not_utf8 = TWR_KIND_DOCUMENT_NOT_UTF8,
    /// `document-root-invalid`
    document_root_invalid = TWR_KIND_DOCUMENT_ROOT_INVALID,
    /// `document-dtd`
    document_dtd = TWR_KIND_DOCUMENT_DTD,
    /// `document-entity-unknown`
    document_entity_unknown = TWR_KIND_DOCUMENT_ENTITY_UNKNOWN,
    /// `document-end-tag`
    document_end_tag = TWR_KIND_DOCUMENT_END_TAG,
    /// `document-unclosed`
    document_unclosed = TWR_KIND_DOCUMENT_UNCLOSED,
    /// `document-outside-root`
    document_outside_root = TWR_KIND_DOCUMENT_OUTSIDE_ROOT,
    /// `document-syntax`
    document_syntax = TWR_KIND_DOCUMENT_SYNTAX,
    /// `document-attribute-syntax`
    document_attribute_syntax = TWR_KIND_DOCUMENT_ATTRIBUTE_SYNTAX,
    /// `sid-invalid`
    sid_invalid = TWR_KIND_SID_INVALID,
    /// `rest-twiml-too-long`
    rest_twiml_too_long = TWR_KIND_REST_TWIML_TOO_LONG,
    /// `rest-url-invalid`
    rest_url_invalid = TWR_KIND_REST_URL_INVALID,
    /// `rest-base-invalid`
    rest_base_invalid = TWR_KIND_REST_BASE_INVALID,
    /// `rest-from-empty`
    rest_from_empty = TWR_KIND_REST_FROM_EMPTY,
    /// `request-too-large`
    request_too_large = TWR_KIND_REQUEST_TOO_LARGE,
    /// `request-not-utf8`
    request_not_utf8 = TWR_KIND_REQUEST_NOT_UTF8,
    /// `request-limit-invalid`
    request_limit_invalid = TWR_KIND_REQUEST_LIMIT_INVALID,
    /// `signature-mismatch`
    signature_mismatch = TWR_KIND_SIGNATURE_MISMATCH,
    /// `public-base-invalid`
    public_base_invalid = TWR_KIND_PUBLIC_BASE_INVALID,
    /// `signature-missing`
    signature_missing = TWR_KIND_SIGNATURE_MISSING,
    /// `auth-token-empty`
    auth_token_empty = TWR_KIND_AUTH_TOKEN_EMPTY,
    /// `public-base-missing`
    public_base_missing = TWR_KIND_PUBLIC_BASE_MISSING,
    /// `refer-not-supported`
    refer_not_supported = TWR_KIND_REFER_NOT_SUPPORTED,
    /// `transfer-event-unexpected`
    transfer_event_unexpected = TWR_KIND_TRANSFER_EVENT_UNEXPECTED,
    /// `setting-invalid`
    setting_invalid = TWR_KIND_SETTING_INVALID,
    /// `transfer-outputs-pending`
    transfer_outputs_pending = TWR_KIND_TRANSFER_OUTPUTS_PENDING,
    /// `cseq-invalid`
    cseq_invalid = TWR_KIND_CSEQ_INVALID,
    /// `sip-status-invalid`
    sip_status_invalid = TWR_KIND_SIP_STATUS_INVALID,
    /// `state-truncated`
    state_truncated = TWR_KIND_STATE_TRUNCATED,
    /// `state-version`
    state_version = TWR_KIND_STATE_VERSION,
    /// `state-altered`
    state_altered = TWR_KIND_STATE_ALTERED,
    /// `text-not-utf8`
    text_not_utf8 = TWR_KIND_TEXT_NOT_UTF8,
    /// `text-over-limit`
    text_over_limit = TWR_KIND_TEXT_OVER_LIMIT,
};

/// What a diagnostic is about.
enum class diagnostic_code : std::int32_t {
    /// `target-missing`
    target_missing = TWR_CODE_TARGET_MISSING,
    /// `target-repeated`
    target_repeated = TWR_CODE_TARGET_REPEATED,
    /// `target-invalid`
    target_invalid = TWR_CODE_TARGET_INVALID,
    /// `method-invalid`
    method_invalid = TWR_CODE_METHOD_INVALID,
    /// `action-invalid`
    action_invalid = TWR_CODE_ACTION_INVALID,
    /// `refer-misplaced`
    refer_misplaced = TWR_CODE_REFER_MISPLACED,
    /// `verb-unknown`
    verb_unknown = TWR_CODE_VERB_UNKNOWN,
    /// `attribute-unknown`
    attribute_unknown = TWR_CODE_ATTRIBUTE_UNKNOWN,
    /// `child-unknown`
    child_unknown = TWR_CODE_CHILD_UNKNOWN,
    /// `text-ignored`
    text_ignored = TWR_CODE_TEXT_IGNORED,
    /// `unreachable`
    unreachable = TWR_CODE_UNREACHABLE,
    /// `no-action`
    no_action = TWR_CODE_NO_ACTION,
    /// `document-too-large`
    document_too_large = TWR_CODE_DOCUMENT_TOO_LARGE,
    /// `uri-too-long`
    uri_too_long = TWR_CODE_URI_TOO_LONG,
    /// `headers-too-long`
    headers_too_long = TWR_CODE_HEADERS_TOO_LONG,
    /// `header-reserved`
    header_reserved = TWR_CODE_HEADER_RESERVED,
    /// `header-not-for-uri`
    header_not_for_uri = TWR_CODE_HEADER_NOT_FOR_URI,
    /// `header-may-be-dropped`
    header_may_be_dropped = TWR_CODE_HEADER_MAY_BE_DROPPED,
    /// `header-name-invalid`
    header_name_invalid = TWR_CODE_HEADER_NAME_INVALID,
    /// `header-injection`
    header_injection = TWR_CODE_HEADER_INJECTION,
    /// `header-not-utf8`
    header_not_utf8 = TWR_CODE_HEADER_NOT_UTF8,
    /// `uui-invalid`
    uui_invalid = TWR_CODE_UUI_INVALID,
    /// `uui-odd-hex`
    uui_odd_hex = TWR_CODE_UUI_ODD_HEX,
    /// `plus-in-value`
    plus_in_value = TWR_CODE_PLUS_IN_VALUE,
    /// `password-in-uri`
    password_in_uri = TWR_CODE_PASSWORD_IN_URI,
    /// `double-slash`
    double_slash = TWR_CODE_DOUBLE_SLASH,
    /// `transport-unsupported`
    transport_unsupported = TWR_CODE_TRANSPORT_UNSUPPORTED,
    /// `event-unexpected`
    event_unexpected = TWR_CODE_EVENT_UNEXPECTED,
    /// `response-code-invalid`
    response_code_invalid = TWR_CODE_RESPONSE_CODE_INVALID,
    /// `document-too-deep`
    document_too_deep = TWR_CODE_DOCUMENT_TOO_DEEP,
    /// `document-too-many-elements`
    document_too_many_elements = TWR_CODE_DOCUMENT_TOO_MANY_ELEMENTS,
    /// `parameter-repeated`
    parameter_repeated = TWR_CODE_PARAMETER_REPEATED,
    /// `parameter-invalid`
    parameter_invalid = TWR_CODE_PARAMETER_INVALID,
    /// `action-suspicious`
    action_suspicious = TWR_CODE_ACTION_SUSPICIOUS,
    /// `header-is-parameter`
    header_is_parameter = TWR_CODE_HEADER_IS_PARAMETER,
    /// `scheme-doubled`
    scheme_doubled = TWR_CODE_SCHEME_DOUBLED,
};

} // namespace twiml_refer

#endif
