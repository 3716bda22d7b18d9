/**
 * \file
 * twiml-refer: call transfer with TwiML Voice `<Refer>`.
 *
 * Conventions, which hold for every function:
 *
 * Errors. A function that can fail returns a twr_status: TWR_STATUS_OK (0), or why it failed. The last
 * argument is a twr_error of the caller, or NULL; it is written when the call fails. A handle that a call makes
 * is NULL if it fails; other outputs are then left alone (but for the length that a buffer needs).
 *
 * Text comes and goes as twr_str: beginning and length, UTF-8, without NUL at its end. Text that a function
 * returns is a view: it belongs to its object and ends when that is changed or freed. Text that a function
 * takes is read during the call only, and may be a view of the very object that the call changes. TWR_STR("text")
 * makes one of a literal, TWR_STR_INIT("text") initializes a static one, twr_str_of(text) takes NUL-terminated
 * text. To print one: printf("%.*s", (int)text.len, text.ptr).
 *
 * Buffers. Text that is made goes into a buffer of the caller: (buffer, capacity, &length). A NUL follows it
 * where there is room, and is not counted in the length. With capacity 0 the call writes the length only.
 *
 * Handles are opaque. The caller owns what twr_..._new, _parse, _verify, _copy and the like return, and frees it
 * by the function of its type, which takes the address of the handle and leaves NULL there: freeing it again is
 * harmless. NULL where a handle must be is TWR_STATUS_INVALID_ARGUMENT.
 *
 * Names. twr_THING_get fills a structure with all parts of an object; twr_THING_PART_at writes an element of a
 * list by its index from 0 and returns TWR_STATUS_NONE past the last, twr_THING_PART_count returns their number;
 * twr_ENUM_name returns the name of a constant, the same in every language.
 *
 * Numbers for choices are int32_t and are checked. A bool is 0 or 1, as a C compiler makes it: another language
 * that calls these functions must pass no other value. Structures have a reserved tail; those that are passed in
 * must be zero where nothing is set.
 *
 * Time is an argument in milliseconds (..._ms), of any clock that all who use the object share. There are no
 * callbacks, no globals, no threads, and nothing is read or sent.
 *
 * Threads. Functions without an object may be called by any thread. The description of each type says what
 * may be done with its objects.
 *
 * Versions. TWR_VERSION is that of this header, twr_version() that of the library that is loaded.
 */


#ifndef TWIML_REFER_H
#define TWIML_REFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Version of this header. */
#define TWR_VERSION_MAJOR 0

/** Version of this header. */
#define TWR_VERSION_MINOR 1

/** Version of this header. */
#define TWR_VERSION_PATCH 0

/** The version of this header in one number, as twr_version returns that of the library. */
#define TWR_VERSION (TWR_VERSION_MAJOR * 10000 + TWR_VERSION_MINOR * 100 + TWR_VERSION_PATCH)

/** Kind of an error: `uri-empty`. */
#define TWR_KIND_URI_EMPTY 101

/** Kind of an error: `uri-over-limit`. */
#define TWR_KIND_URI_OVER_LIMIT 102

/** Kind of an error: `uri-scheme-missing`. */
#define TWR_KIND_URI_SCHEME_MISSING 103

/** Kind of an error: `uri-scheme-unsupported`. */
#define TWR_KIND_URI_SCHEME_UNSUPPORTED 104

/** Kind of an error: `uri-angle-brackets`. */
#define TWR_KIND_URI_ANGLE_BRACKETS 105

/** Kind of an error: `uri-white-space`. */
#define TWR_KIND_URI_WHITE_SPACE 106

/** Kind of an error: `uri-control-character`. */
#define TWR_KIND_URI_CONTROL_CHARACTER 107

/** Kind of an error: `uri-character`. */
#define TWR_KIND_URI_CHARACTER 108

/** Kind of an error: `uri-escape-invalid`. */
#define TWR_KIND_URI_ESCAPE_INVALID 109

/** Kind of an error: `uri-user-empty`. */
#define TWR_KIND_URI_USER_EMPTY 110

/** Kind of an error: `uri-host-empty`. */
#define TWR_KIND_URI_HOST_EMPTY 111

/** Kind of an error: `uri-host-invalid`. */
#define TWR_KIND_URI_HOST_INVALID 112

/** Kind of an error: `uri-ipv4-invalid`. */
#define TWR_KIND_URI_IPV4_INVALID 113

/** Kind of an error: `uri-ipv6-invalid`. */
#define TWR_KIND_URI_IPV6_INVALID 114

/** Kind of an error: `uri-port-invalid`. */
#define TWR_KIND_URI_PORT_INVALID 115

/** Kind of an error: `uri-parameter-name-empty`. */
#define TWR_KIND_URI_PARAMETER_NAME_EMPTY 116

/** Kind of an error: `uri-parameter-value-empty`. */
#define TWR_KIND_URI_PARAMETER_VALUE_EMPTY 117

/** Kind of an error: `uri-parameter-repeated`. */
#define TWR_KIND_URI_PARAMETER_REPEATED 118

/** Kind of an error: `uri-header-missing`. */
#define TWR_KIND_URI_HEADER_MISSING 119

/** Kind of an error: `uri-header-value-missing`. */
#define TWR_KIND_URI_HEADER_VALUE_MISSING 120

/** Kind of an error: `uri-header-name-empty`. */
#define TWR_KIND_URI_HEADER_NAME_EMPTY 121

/** Kind of an error: `uri-xml-left-over`. */
#define TWR_KIND_URI_XML_LEFT_OVER 122

/** Kind of an error: `header-name-invalid`. */
#define TWR_KIND_HEADER_NAME_INVALID 201

/** Kind of an error: `header-value-invalid`. */
#define TWR_KIND_HEADER_VALUE_INVALID 202

/** Kind of an error: `uui-data-empty`. */
#define TWR_KIND_UUI_DATA_EMPTY 211

/** Kind of an error: `uui-data-invalid`. */
#define TWR_KIND_UUI_DATA_INVALID 212

/** Kind of an error: `uui-parameter-invalid`. */
#define TWR_KIND_UUI_PARAMETER_INVALID 213

/** Kind of an error: `uui-syntax`. */
#define TWR_KIND_UUI_SYNTAX 214

/** Kind of an error: `uui-parameter-repeated`. */
#define TWR_KIND_UUI_PARAMETER_REPEATED 215

/** Kind of an error: `xml-character-forbidden`. */
#define TWR_KIND_XML_CHARACTER_FORBIDDEN 301

/** Kind of an error: `xml-name-invalid`. */
#define TWR_KIND_XML_NAME_INVALID 302

/** Kind of an error: `attribute-repeated`. */
#define TWR_KIND_ATTRIBUTE_REPEATED 303

/** Kind of an error: `method-invalid`. */
#define TWR_KIND_METHOD_INVALID 304

/** Kind of an error: `action-invalid`. */
#define TWR_KIND_ACTION_INVALID 305

/** Kind of an error: `depth-exceeded`. */
#define TWR_KIND_DEPTH_EXCEEDED 306

/** Kind of an error: `elements-exceeded`. */
#define TWR_KIND_ELEMENTS_EXCEEDED 307

/** Kind of an error: `comment-invalid`. */
#define TWR_KIND_COMMENT_INVALID 308

/** Kind of an error: `refer-mismatch`. */
#define TWR_KIND_REFER_MISMATCH 309

/** Kind of an error: `document-too-large`. */
#define TWR_KIND_DOCUMENT_TOO_LARGE 401

/** Kind of an error: `document-empty`. */
#define TWR_KIND_DOCUMENT_EMPTY 402

/** Kind of an error: `document-encoding`. */
#define TWR_KIND_DOCUMENT_ENCODING 403

/** Kind of an error: `document-not-utf8`. */
#define TWR_KIND_DOCUMENT_NOT_UTF8 404

/** Kind of an error: `document-root-invalid`. */
#define TWR_KIND_DOCUMENT_ROOT_INVALID 405

/** Kind of an error: `document-dtd`. */
#define TWR_KIND_DOCUMENT_DTD 406

/** Kind of an error: `document-entity-unknown`. */
#define TWR_KIND_DOCUMENT_ENTITY_UNKNOWN 407

/** Kind of an error: `document-end-tag`. */
#define TWR_KIND_DOCUMENT_END_TAG 408

/** Kind of an error: `document-unclosed`. */
#define TWR_KIND_DOCUMENT_UNCLOSED 409

/** Kind of an error: `document-outside-root`. */
#define TWR_KIND_DOCUMENT_OUTSIDE_ROOT 410

/** Kind of an error: `document-syntax`. */
#define TWR_KIND_DOCUMENT_SYNTAX 411

/** Kind of an error: `document-attribute-syntax`. */
#define TWR_KIND_DOCUMENT_ATTRIBUTE_SYNTAX 412

/** Kind of an error: `sid-invalid`. */
#define TWR_KIND_SID_INVALID 501

/** Kind of an error: `rest-twiml-too-long`. */
#define TWR_KIND_REST_TWIML_TOO_LONG 502

/** Kind of an error: `rest-url-invalid`. */
#define TWR_KIND_REST_URL_INVALID 503

/** Kind of an error: `rest-base-invalid`. */
#define TWR_KIND_REST_BASE_INVALID 504

/** Kind of an error: `rest-from-empty`. */
#define TWR_KIND_REST_FROM_EMPTY 505

/** Kind of an error: `request-too-large`. */
#define TWR_KIND_REQUEST_TOO_LARGE 601

/** Kind of an error: `request-not-utf8`. */
#define TWR_KIND_REQUEST_NOT_UTF8 602

/** Kind of an error: `request-limit-invalid`. */
#define TWR_KIND_REQUEST_LIMIT_INVALID 603

/** Kind of an error: `signature-mismatch`. */
#define TWR_KIND_SIGNATURE_MISMATCH 611

/** Kind of an error: `public-base-invalid`. */
#define TWR_KIND_PUBLIC_BASE_INVALID 612

/** Kind of an error: `signature-missing`. */
#define TWR_KIND_SIGNATURE_MISSING 613

/** Kind of an error: `auth-token-empty`. */
#define TWR_KIND_AUTH_TOKEN_EMPTY 614

/** Kind of an error: `public-base-missing`. */
#define TWR_KIND_PUBLIC_BASE_MISSING 615

/** Kind of an error: `refer-not-supported`. */
#define TWR_KIND_REFER_NOT_SUPPORTED 701

/** Kind of an error: `transfer-event-unexpected`. */
#define TWR_KIND_TRANSFER_EVENT_UNEXPECTED 702

/** Kind of an error: `setting-invalid`. */
#define TWR_KIND_SETTING_INVALID 704

/** Kind of an error: `transfer-outputs-pending`. */
#define TWR_KIND_TRANSFER_OUTPUTS_PENDING 705

/** Kind of an error: `cseq-invalid`. */
#define TWR_KIND_CSEQ_INVALID 706

/** Kind of an error: `sip-status-invalid`. */
#define TWR_KIND_SIP_STATUS_INVALID 707

/** Kind of an error: `state-truncated`. */
#define TWR_KIND_STATE_TRUNCATED 711

/** Kind of an error: `state-version`. */
#define TWR_KIND_STATE_VERSION 712

/** Kind of an error: `state-altered`. */
#define TWR_KIND_STATE_ALTERED 713

/** Kind of an error: `text-not-utf8`. */
#define TWR_KIND_TEXT_NOT_UTF8 801

/** Kind of an error: `text-over-limit`. */
#define TWR_KIND_TEXT_OVER_LIMIT 802

/** Code of a diagnostic: `target-missing`. */
#define TWR_CODE_TARGET_MISSING 1

/** Code of a diagnostic: `target-repeated`. */
#define TWR_CODE_TARGET_REPEATED 2

/** Code of a diagnostic: `target-invalid`. */
#define TWR_CODE_TARGET_INVALID 3

/** Code of a diagnostic: `method-invalid`. */
#define TWR_CODE_METHOD_INVALID 4

/** Code of a diagnostic: `action-invalid`. */
#define TWR_CODE_ACTION_INVALID 5

/** Code of a diagnostic: `refer-misplaced`. */
#define TWR_CODE_REFER_MISPLACED 6

/** Code of a diagnostic: `verb-unknown`. */
#define TWR_CODE_VERB_UNKNOWN 7

/** Code of a diagnostic: `attribute-unknown`. */
#define TWR_CODE_ATTRIBUTE_UNKNOWN 8

/** Code of a diagnostic: `child-unknown`. */
#define TWR_CODE_CHILD_UNKNOWN 9

/** Code of a diagnostic: `text-ignored`. */
#define TWR_CODE_TEXT_IGNORED 10

/** Code of a diagnostic: `unreachable`. */
#define TWR_CODE_UNREACHABLE 11

/** Code of a diagnostic: `no-action`. */
#define TWR_CODE_NO_ACTION 12

/** Code of a diagnostic: `document-too-large`. */
#define TWR_CODE_DOCUMENT_TOO_LARGE 13

/** Code of a diagnostic: `uri-too-long`. */
#define TWR_CODE_URI_TOO_LONG 14

/** Code of a diagnostic: `headers-too-long`. */
#define TWR_CODE_HEADERS_TOO_LONG 15

/** Code of a diagnostic: `header-reserved`. */
#define TWR_CODE_HEADER_RESERVED 16

/** Code of a diagnostic: `header-not-for-uri`. */
#define TWR_CODE_HEADER_NOT_FOR_URI 17

/** Code of a diagnostic: `header-may-be-dropped`. */
#define TWR_CODE_HEADER_MAY_BE_DROPPED 18

/** Code of a diagnostic: `header-name-invalid`. */
#define TWR_CODE_HEADER_NAME_INVALID 19

/** Code of a diagnostic: `header-injection`. */
#define TWR_CODE_HEADER_INJECTION 20

/** Code of a diagnostic: `header-not-utf8`. */
#define TWR_CODE_HEADER_NOT_UTF8 21

/** Code of a diagnostic: `uui-invalid`. */
#define TWR_CODE_UUI_INVALID 22

/** Code of a diagnostic: `uui-odd-hex`. */
#define TWR_CODE_UUI_ODD_HEX 23

/** Code of a diagnostic: `plus-in-value`. */
#define TWR_CODE_PLUS_IN_VALUE 24

/** Code of a diagnostic: `password-in-uri`. */
#define TWR_CODE_PASSWORD_IN_URI 25

/** Code of a diagnostic: `double-slash`. */
#define TWR_CODE_DOUBLE_SLASH 26

/** Code of a diagnostic: `transport-unsupported`. */
#define TWR_CODE_TRANSPORT_UNSUPPORTED 27

/** Code of a diagnostic: `event-unexpected`. */
#define TWR_CODE_EVENT_UNEXPECTED 28

/** Code of a diagnostic: `response-code-invalid`. */
#define TWR_CODE_RESPONSE_CODE_INVALID 29

/** Code of a diagnostic: `document-too-deep`. */
#define TWR_CODE_DOCUMENT_TOO_DEEP 30

/** Code of a diagnostic: `document-too-many-elements`. */
#define TWR_CODE_DOCUMENT_TOO_MANY_ELEMENTS 31

/** Code of a diagnostic: `parameter-repeated`. */
#define TWR_CODE_PARAMETER_REPEATED 32

/** Code of a diagnostic: `parameter-invalid`. */
#define TWR_CODE_PARAMETER_INVALID 33

/** Code of a diagnostic: `action-suspicious`. */
#define TWR_CODE_ACTION_SUSPICIOUS 34

/** Code of a diagnostic: `header-is-parameter`. */
#define TWR_CODE_HEADER_IS_PARAMETER 35

/** Code of a diagnostic: `scheme-doubled`. */
#define TWR_CODE_SCHEME_DOUBLED 36

/** A status that must be looked at, where the compiler can tell. */
#if defined(__GNUC__) || defined(__clang__)
#define TWR_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TWR_MUST_CHECK
#endif

/** Where no offset is known. */
#define TWR_NO_OFFSET SIZE_MAX

/** The initializer of a twr_str from a string literal: `static const twr_str name = TWR_STR_INIT("text");` */
#define TWR_STR_INIT(literal) {"" literal, sizeof(literal) - 1}

/** A twr_str of a string literal, as an argument or in an assignment. */
#ifdef __cplusplus
#define TWR_STR(literal) (twr_str TWR_STR_INIT(literal))
#else
#define TWR_STR(literal) ((twr_str)TWR_STR_INIT(literal))
#endif


/**
 * Good to know; nothing is lost.
 */
#define TWR_SEVERITY_NOTE 1

/**
 * Something is dropped or never runs.
 */
#define TWR_SEVERITY_WARNING 2

/**
 * Twilio will refuse it, a transfer never happens, or the app is not secure.
 */
#define TWR_SEVERITY_ERROR 3

/**
 * An element; the nodes in it follow, one level deeper.
 */
#define TWR_NODE_ELEMENT 1

/**
 * Text.
 */
#define TWR_NODE_TEXT 2

/**
 * A comment.
 */
#define TWR_NODE_COMMENT 3

/**
 * The document that the action returns.
 */
#define TWR_FOLLOWS_ACTION 1

/**
 * The next verb.
 */
#define TWR_FOLLOWS_NEXT_VERB 2

/**
 * The end of the call.
 */
#define TWR_FOLLOWS_HANGUP 3

/**
 * A SIP URI cannot be read or built.
 */
#define TWR_GROUP_SIP_URI 1

/**
 * A SIP header, or the value of User-to-User, cannot be written or read.
 */
#define TWR_GROUP_HEADER 2

/**
 * A verb, an attribute or a text cannot be written.
 */
#define TWR_GROUP_TWIML 3

/**
 * A document cannot be read.
 */
#define TWR_GROUP_DOCUMENT 4

/**
 * A REST request cannot be made.
 */
#define TWR_GROUP_REST 5

/**
 * A request from Twilio cannot be read.
 */
#define TWR_GROUP_REQUEST 6

/**
 * A signature is missing or does not match, or a validator cannot be made.
 */
#define TWR_GROUP_SIGNATURE 7

/**
 * A transfer was used wrongly, or cannot be restored.
 */
#define TWR_GROUP_TRANSFER 8

/**
 * Text or a number cannot be passed.
 */
#define TWR_GROUP_TEXT 9

/**
 * Scheme and host of the URL that Twilio requested are those of the validator's public base. No header is trusted.
 */
#define TWR_ORIGIN_PUBLIC_BASE 1

/**
 * They are X-Forwarded-Proto (https without it) and X-Forwarded-Host (Host without it). Only behind a proxy that sets
 * these headers itself.
 */
#define TWR_ORIGIN_FORWARDED 2

/**
 * They are https and the header Host. Only where the app is reached directly.
 */
#define TWR_ORIGIN_HOST_HTTPS 3

/**
 * They are http and the header Host. Only where the app is reached directly.
 */
#define TWR_ORIGIN_HOST_HTTP 4

/**
 * Only POST, the default: a signature covers no method, so that what was signed as a POST could be sent as a GET.
 */
#define TWR_ALLOWED_METHODS_POST 1

/**
 * Only GET: its query holds the parameters, and it must have no body.
 */
#define TWR_ALLOWED_METHODS_GET 2

/**
 * Both. Only for routes that read nothing but the parameters of the verified request.
 */
#define TWR_ALLOWED_METHODS_GET_AND_POST 3

/**
 * The target answers.
 */
#define TWR_SCENARIO_TRANSFERRED 1

/**
 * The endpoint rejects the REFER with 405.
 */
#define TWR_SCENARIO_REJECTED 2

/**
 * The target is busy.
 */
#define TWR_SCENARIO_TARGET_FAILED 3

/**
 * The caller hangs up while the target rings.
 */
#define TWR_SCENARIO_CANCELED 4

/**
 * The endpoint accepts the REFER and never says how it went.
 */
#define TWR_SCENARIO_UNCONFIRMED 5

/**
 * The target answered: the caller is no longer with the app.
 */
#define TWR_OUTCOME_TRANSFERRED 1

/**
 * The endpoint rejected the REFER itself.
 */
#define TWR_OUTCOME_REJECTED 2

/**
 * The endpoint called the target, and that call failed.
 */
#define TWR_OUTCOME_TARGET_FAILED 3

/**
 * The call ended before the transfer was decided, most often because the caller hung up.
 */
#define TWR_OUTCOME_CANCELED 4

/**
 * The endpoint never reported how it went.
 */
#define TWR_OUTCOME_UNCONFIRMED 5

/**
 * Twilio sent a status that this version does not know.
 */
#define TWR_OUTCOME_UNKNOWN 6

/**
 * `in-progress`: the target answered.
 */
#define TWR_CALL_STATUS_IN_PROGRESS 1

/**
 * `busy`: the target is busy.
 */
#define TWR_CALL_STATUS_BUSY 2

/**
 * `no-answer`: the target did not answer.
 */
#define TWR_CALL_STATUS_NO_ANSWER 3

/**
 * `failed`: the call to the target failed, or the REFER was rejected.
 */
#define TWR_CALL_STATUS_FAILED 4

/**
 * `canceled`: the caller hung up first.
 */
#define TWR_CALL_STATUS_CANCELED 5

/**
 * A status that this version does not know; the text says it.
 */
#define TWR_CALL_STATUS_OTHER 6

/**
 * A SIP device or domain: `<Refer>` works.
 */
#define TWR_LEG_SIP 1

/**
 * A telephone number.
 */
#define TWR_LEG_PSTN 2

/**
 * Twilio's Voice SDK.
 */
#define TWR_LEG_CLIENT 3

/**
 * The request does not say.
 */
#define TWR_LEG_UNKNOWN 4

/**
 * Send the REFER, with twr_transfer_refer_to as its Refer-To.
 */
#define TWR_OUTPUT_SEND_REFER 1

/**
 * Answer the NOTIFY that was just fed with `code`.
 */
#define TWR_OUTPUT_REPLY 2

/**
 * The endpoint has lost the dialog, or did not answer the REFER: end the dialog without waiting for an answer.
 */
#define TWR_OUTPUT_END_DIALOG 3

/**
 * The transfer has ended, once: twr_transfer_report says how.
 */
#define TWR_OUTPUT_COMPLETED 4

/**
 * What came from the wire was unexpected or invalid, and was answered or ignored: log it.
 */
#define TWR_OUTPUT_DIAGNOSTIC 5

/**
 * Not started.
 */
#define TWR_STATE_IDLE 1

/**
 * The REFER has no final response yet.
 */
#define TWR_STATE_REFERRING 2

/**
 * The REFER was accepted: NOTIFYs report the call to the target.
 */
#define TWR_STATE_SUBSCRIBED 3

/**
 * The transfer has ended.
 */
#define TWR_STATE_COMPLETED 4

/**
 * Where there is no deadline.
 */
#define TWR_NO_DEADLINE UINT64_MAX

/**
 * A CSeq that is not known yet: twr_transfer_cseq feeds it once the stack has sent the REFER.
 */
#define TWR_NO_CSEQ -1

/**
 * The wait for a final response to the REFER (32 s unless set).
 */
#define TWR_TIME_RESPONSE 1

/**
 * The wait for the first NOTIFY (32 s).
 */
#define TWR_TIME_NOTIFY 2

/**
 * The life of the subscription after a NOTIFY without expires (180 s).
 */
#define TWR_TIME_SUBSCRIPTION 3

/**
 * The wait for a last NOTIFY after a hang-up (0).
 */
#define TWR_TIME_HANG_UP_GRACE 4

/**
 * The longest time of a transfer, counted from the 2xx to the REFER, whatever expires says (600 s).
 */
#define TWR_TIME_MAX_DURATION 5

/**
 * A SIP URI.
 */
#define TWR_TARGET_SIP 1

/**
 * A tel URI.
 */
#define TWR_TARGET_TEL 2

/**
 * Any other text.
 */
#define TWR_TARGET_OTHER 3

/**
 * The usual one.
 */
#define TWR_ALGORITHM_SHA1 1

/**
 * HMAC-SHA256 with a shared key; pinned by the caller, never by the request.
 */
#define TWR_ALGORITHM_SHA256 2

/**
 * The route takes GET: the URL's query holds the parameters.
 */
#define TWR_METHOD_GET 1

/**
 * The route takes POST: the body is the form.
 */
#define TWR_METHOD_POST 2

/**
 * The diagnostics of a check; they do not change, and any thread may read them.
 */
typedef struct twr_diagnostics twr_diagnostics;

/**
 * Any verb or noun, until it is appended to another or to a document. One thread at a time.
 */
typedef struct twr_element twr_element;

/**
 * Why twr_validator_verify refuses a request. They do not change, and any thread may read them.
 */
typedef struct twr_hints twr_hints;

/**
 * Verifies requests as an HTTP server receives them. Once it is set up, any number of threads may use one.
 */
typedef struct twr_http_verifier twr_http_verifier;

/**
 * A request from Twilio. It does not change, and any thread may read it.
 */
typedef struct twr_request twr_request;

/**
 * A document. Any number of threads may read one; changing it needs exclusive access.
 */
typedef struct twr_response twr_response;

/**
 * A REST request to make, as plain data; it does not change, and any thread may read it.
 */
typedef struct twr_rest_request twr_rest_request;

/**
 * How long a transfer waits, and what it reports. twr_settings_new makes the defaults.
 */
typedef struct twr_settings twr_settings;

/**
 * A request as Twilio sends it, for the tests of an app. It does not change, and any thread may read it.
 */
typedef struct twr_signed_request twr_signed_request;

/**
 * One `<Refer>` in progress. One thread at a time.
 */
typedef struct twr_transfer twr_transfer;

/**
 * A SIP URI. Any number of threads may read one; changing it needs exclusive access.
 */
typedef struct twr_uri twr_uri;

/**
 * The URLs that verifying tries, and what is hashed for each; never a signature or secret. They do not
 * change, and any thread may read them.
 */
typedef struct twr_url_candidates twr_url_candidates;

/**
 * A User-to-User value; it does not change, and any thread may read it.
 */
typedef struct twr_user_to_user twr_user_to_user;

/**
 * Verifies requests from Twilio. Once it is set up, any number of threads may use one.
 */
typedef struct twr_validator twr_validator;

/**
 * What a call returns. The numbers are never used again for something else.
 */
typedef int32_t twr_status;

/**
 * Text by its beginning and length in bytes: not NUL-terminated, and never owned by who receives it.
 * `ptr` NULL: absent where absence means something, else the empty text.
 */
typedef struct {
  /**
   * The first byte; may be NULL if `len` is 0.
   */
  const char *ptr;
  /**
   * Bytes.
   */
  size_t len;
} twr_str;

/**
 * A diagnostic; views of the object that it was asked of.
 */
typedef struct {
  /**
   * A TWR_CODE_… number; 0 for one that has none yet.
   */
  int32_t code;
  /**
   * A TWR_SEVERITY_… number.
   */
  int32_t severity;
  /**
   * Twilio's own error number, or 0.
   */
  int32_t number;
  /**
   * The name of the code, the same in every language.
   */
  twr_str name;
  /**
   * Where in the document, as `Response/Refer[0]/Sip`; empty for anything else.
   */
  twr_str path;
  /**
   * What will happen, or what is unexpected or invalid.
   */
  twr_str message;
  /**
   * The parameter of a request; else absent.
   */
  twr_str parameter;
  /**
   * The line of a document that was read, from 1; 0 if it is not known.
   */
  size_t line;
  /**
   * The column of that line, from 1; 0 if it is not known.
   */
  size_t column;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_diagnostic;

/**
 * Why a call failed; allocated by the caller; pass NULL if it is not needed. It is written when a call fails, and
 * left alone when it succeeds.
 */
typedef struct {
  /**
   * The status that was returned.
   */
  twr_status status;
  /**
   * A TWR_KIND_… number (its name: twr_kind_name); 0 unless the input was refused.
   */
  int32_t kind;
  /**
   * A TWR_GROUP_… number: what the kind is about; 0 unless the input was refused.
   */
  int32_t group;
  /**
   * Twilio's own error number, or 0.
   */
  int32_t number;
  /**
   * The byte of the input, from 0; TWR_NO_OFFSET if it is not known.
   */
  size_t offset;
  /**
   * The line of a document, from 1; 0 if it is not known.
   */
  size_t line;
  /**
   * The column of that line, from 1; 0 if it is not known.
   */
  size_t column;
  /**
   * The parameter, attribute or header that is wrong, NUL-terminated; empty if there is none.
   */
  char parameter[40];
  /**
   * What is wrong and what to do about it, NUL-terminated UTF-8.
   */
  char message[248];
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[4];
} twr_error;

/**
 * A `<Refer>`; views of the document, until it is changed.
 */
typedef struct {
  /**
   * The SIP URI of its target.
   */
  twr_str target;
  /**
   * Its action; absent if there is none.
   */
  twr_str action;
  /**
   * Its method, GET or POST; absent if there is none.
   */
  twr_str method;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_refer;

/**
 * A node; views of the document, until it is changed.
 */
typedef struct {
  /**
   * A TWR_NODE_… number.
   */
  int32_t kind;
  /**
   * 1 for the nodes of `<Response>` itself.
   */
  size_t depth;
  /**
   * The name of an element; else absent.
   */
  twr_str name;
  /**
   * The text of a text or comment; else absent.
   */
  twr_str text;
  /**
   * The number of attributes.
   */
  size_t attribute_count;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_node;

/**
 * A name and a value.
 */
typedef struct {
  /**
   * The name.
   */
  twr_str name;
  /**
   * The value.
   */
  twr_str value;
} twr_pair;

/**
 * A request as an HTTP server received it; nothing may have decoded or normalized it.
 */
typedef struct {
  /**
   * The method.
   */
  twr_str method;
  /**
   * The request target, path and query as they came on the wire.
   */
  twr_str target;
  /**
   * All headers, a repeated one as often as it came; may be NULL if `header_count` is 0.
   */
  const twr_pair *headers;
  /**
   * The number of headers.
   */
  size_t header_count;
  /**
   * The body, read up to a byte over twr_http_verifier_max_body_bytes.
   */
  twr_str body;
  /**
   * Not 0 if the body ended before its Content-Length, or its chunks are malformed: the answer is 400.
   */
  int32_t body_is_incomplete;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[3];
} twr_http_request;

/**
 * What to answer.
 */
typedef struct {
  /**
   * The HTTP status: 200 if there is nothing to object, 403, 405, 413 or 400; 500 if the call itself is wrong.
   */
  int32_t status;
  /**
   * The header Allow, which 405 must have; else absent. The view lives as long as the process.
   */
  twr_str allow;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_http_answer;

/**
 * The parts of a signed request; views of it.
 */
typedef struct {
  /**
   * GET or POST.
   */
  twr_str method;
  /**
   * The URL, with the parameters of a GET.
   */
  twr_str url;
  /**
   * The form of a POST.
   */
  twr_str body;
  /**
   * The header X-Twilio-Signature.
   */
  twr_str signature;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_signed_request_parts;

/**
 * How a transfer ended.
 */
typedef struct {
  /**
   * A TWR_OUTCOME_… number; 0 if the request has no report of a `<Refer>`.
   */
  int32_t kind;
  /**
   * The SIP status code of REJECTED and TARGET_FAILED, or 0.
   */
  int32_t code;
  /**
   * The status of TARGET_FAILED and UNKNOWN: a TWR_CALL_STATUS_… number; else 0.
   */
  int32_t call_status;
  /**
   * That status as text, a view; else absent.
   */
  twr_str call_status_text;
  /**
   * A sentence for a log, a view.
   */
  twr_str explanation;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_outcome;

/**
 * The three parameters by which Twilio reports a transfer, and what they mean; views of the object that it was
 * asked of.
 */
typedef struct {
  /**
   * ReferCallStatus as a TWR_CALL_STATUS_… number; 0 if it is absent.
   */
  int32_t call_status;
  /**
   * ReferSipResponseCode: the answer to the REFER; 0 if it is absent.
   */
  int32_t refer_sip_response_code;
  /**
   * NotifySipResponseCode: the last code of the call to the target; 0 if it is absent.
   */
  int32_t notify_sip_response_code;
  /**
   * ReferCallStatus as text; absent if the parameter is.
   */
  twr_str call_status_text;
  /**
   * The parameters as the body of a form: what Twilio adds to its other parameters for the action URL.
   */
  twr_str form;
  /**
   * How the transfer ended.
   */
  twr_outcome outcome;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[4];
} twr_refer_report;

/**
 * The parts of a REST request; views of it.
 */
typedef struct {
  /**
   * The HTTP method.
   */
  twr_str method;
  /**
   * The URL.
   */
  twr_str url;
  /**
   * The form body.
   */
  twr_str body;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_rest_request_parts;

/**
 * A NOTIFY, with its headers as they are on the wire. Set every member to 0 first: so that those of later
 * versions are, too.
 */
typedef struct {
  /**
   * The CSeq number.
   */
  int64_t cseq;
  /**
   * The Event header; absent if there is none.
   */
  twr_str event;
  /**
   * The Subscription-State header; absent if there is none.
   */
  twr_str subscription_state;
  /**
   * The body.
   */
  twr_str body;
  /**
   * Not 0: it came outside the dialog of the REFER (in_dialog in the other languages, inverted here so that 0 is
   * the usual case).
   */
  int32_t outside_dialog;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[4];
} twr_notify;

/**
 * What to do next.
 */
typedef struct {
  /**
   * A TWR_OUTPUT_… number.
   */
  int32_t kind;
  /**
   * The status code of TWR_OUTPUT_REPLY; else 0.
   */
  int32_t code;
  /**
   * TWR_OUTPUT_DIAGNOSTIC: what was unexpected or invalid; views of the transfer until the next
   * TWR_OUTPUT_DIAGNOSTIC.
   */
  twr_diagnostic diagnostic;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[4];
} twr_output;

/**
 * The parts of a URI as spelled; views of it.
 */
typedef struct {
  /**
   * `sip` or `sips`, as spelled.
   */
  twr_str scheme;
  /**
   * Absent if there is none.
   */
  twr_str user;
  /**
   * Absent if there is none.
   */
  twr_str password;
  /**
   * IPv6 with its brackets.
   */
  twr_str host;
  /**
   * 1 to 65535, or 0.
   */
  int64_t port;
  /**
   * The number of parameters.
   */
  size_t param_count;
  /**
   * The number of headers.
   */
  size_t header_count;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_uri_parts;

/**
 * The parts of a User-to-User value; views of it.
 */
typedef struct {
  /**
   * The data as spelled.
   */
  twr_str data;
  /**
   * Its parameter `encoding`; absent if there is none.
   */
  twr_str encoding;
  /**
   * Its parameter `purpose`; absent if there is none.
   */
  twr_str purpose;
  /**
   * Its parameter `content`; absent if there is none.
   */
  twr_str content;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_user_to_user_parts;

/**
 * A URL that verifying tries; views of the candidates.
 */
typedef struct {
  /**
   * The URL.
   */
  twr_str url;
  /**
   * The text that is hashed for it: the URL with the parameters.
   */
  twr_str hashed;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_url_candidate;

/**
 * A reason; views of the hints.
 */
typedef struct {
  /**
   * The kind, the same in every language: `scheme`.
   */
  twr_str kind;
  /**
   * What is wrong and what to change; no secret, signature or parameter value is in it.
   */
  twr_str message;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_hint;

/**
 * The call succeeded.
 */
#define TWR_STATUS_OK 0

/**
 * The call itself is wrong: NULL where something must be, a number that is not a constant.
 */
#define TWR_STATUS_INVALID_ARGUMENT 1

/**
 * The buffer is too small; the length it needs was written.
 */
#define TWR_STATUS_BUFFER_TOO_SMALL 2

/**
 * The input is refused: `kind` says why.
 */
#define TWR_STATUS_REFUSED 3

/**
 * The signature is not that of this request: answer 403.
 */
#define TWR_STATUS_SIGNATURE_MISMATCH 4

/**
 * The request is signed, but cannot be read: answer 400.
 */
#define TWR_STATUS_REQUEST_INVALID 5

/**
 * There is nothing to return: no report, no index as high, no further output.
 */
#define TWR_STATUS_NONE 6

/**
 * The request has no signature, or an empty one: answer 403.
 */
#define TWR_STATUS_SIGNATURE_MISSING 7

/**
 * The request has more bytes than the limit: answer 413. Nothing else of it was looked at.
 */
#define TWR_STATUS_TOO_LARGE 8

/**
 * The route does not accept the method: answer 405 with the header Allow.
 */
#define TWR_STATUS_METHOD_NOT_ALLOWED 9

/**
 * A bug in this library; please report it.
 */
#define TWR_STATUS_INTERNAL 99

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the library that is loaded, to compare with TWR_VERSION: if they differ, the program
 * was built against the header of another version. Any thread.
 */
uint32_t twr_version(void);

/**
 * Returns the number of diagnostics; 0 for NULL.
 */
size_t twr_diagnostics_count(const twr_diagnostics *diagnostics);

/**
 * Writes the diagnostic at an index from 0. TWR_STATUS_NONE past the last.
 */
twr_status twr_diagnostics_at(const twr_diagnostics *diagnostics,
                              size_t index,
                              twr_diagnostic *diagnostic,
                              twr_error *error);

/**
 * Frees diagnostics and writes NULL in their place; NULL is ignored.
 */
void twr_diagnostics_free(twr_diagnostics **diagnostics);

/**
 * Returns the name of a TWR_CODE_… number (`target-missing`); absent for another number. The view lives as
 * long as the process. Any thread.
 */
twr_str twr_code_name(int32_t code);

/**
 * Returns the name of a TWR_SEVERITY_… number (`warning`); absent for another number. As twr_code_name.
 */
twr_str twr_severity_name(int32_t severity);

/**
 * Makes an element. Free it with twr_element_free, unless it was appended.
 */
twr_status twr_element_new(twr_str name, twr_element **element, twr_error *error);

/**
 * Copies an element and all in it. Free the copy with twr_element_free, unless it was appended.
 */
twr_status twr_element_copy(const twr_element *element, twr_element **copy, twr_error *error);

/**
 * Frees an element and writes NULL in its place; NULL is ignored.
 */
void twr_element_free(twr_element **element);

/**
 * Sets an attribute.
 */
twr_status twr_element_set_attribute(twr_element *element,
                                     twr_str name,
                                     twr_str value,
                                     twr_error *error);

/**
 * Appends text.
 */
twr_status twr_element_add_text(twr_element *element, twr_str text, twr_error *error);

/**
 * Appends a comment.
 */
twr_status twr_element_add_comment(twr_element *element, twr_str text, twr_error *error);

/**
 * Appends an element to another. The child is taken: its handle becomes NULL.
 */
twr_status twr_element_append(twr_element *parent, twr_element **child, twr_error *error);

/**
 * Makes an empty document. Free it with twr_response_free.
 */
twr_status twr_response_new(twr_response **response, twr_error *error);

/**
 * Reads a document, in UTF-8. Free it with twr_response_free.
 */
twr_status twr_response_parse(twr_str xml, twr_response **response, twr_error *error);

/**
 * Copies a document. Free the copy with twr_response_free.
 */
twr_status twr_response_copy(const twr_response *response, twr_response **copy, twr_error *error);

/**
 * Frees a document and writes NULL in its place; NULL is ignored.
 */
void twr_response_free(twr_response **response);

/**
 * Appends a verb. The element is taken: its handle becomes NULL.
 */
twr_status twr_response_append(twr_response *response, twr_element **element, twr_error *error);

/**
 * Appends a verb with one text in it, as Say, Play or Redirect.
 */
twr_status twr_response_add(twr_response *response, twr_str name, twr_str text, twr_error *error);

/**
 * Appends a `<Refer>` to this SIP URI: its text, which twr_uri_text returns of one that was built. `action`
 * and `method` (GET or POST) may be absent.
 */
twr_status twr_response_refer(twr_response *response,
                              twr_str target,
                              twr_str action,
                              twr_str method,
                              twr_error *error);

/**
 * Writes the first `<Refer>` directly in `<Response>`. TWR_STATUS_NONE if there is none, or if it is not one that
 * twr_response_refer could have made; twr_response_check says why.
 */
twr_status twr_response_first_refer(const twr_response *response,
                                    twr_refer *refer,
                                    twr_error *error);

/**
 * Writes the document as XML, indented by four spaces a level or compact.
 */
twr_status twr_response_xml(const twr_response *response,
                            bool pretty,
                            char *buffer,
                            size_t capacity,
                            size_t *length,
                            twr_error *error);

/**
 * Checks what Twilio will refuse, drop or never run. Free the diagnostics with twr_diagnostics_free.
 */
twr_status twr_response_check(const twr_response *response,
                              twr_diagnostics **diagnostics,
                              twr_error *error);

/**
 * Returns what follows the first `<Refer>`: a TWR_FOLLOWS_… number; 0 if there is none, and for NULL.
 */
int32_t twr_response_follows(const twr_response *response);

/**
 * Returns the name of a TWR_FOLLOWS_… number (`next-verb`); absent for another number. Any thread.
 */
twr_str twr_follows_name(int32_t follows);

/**
 * Returns the number of nodes in a document, at all levels; 0 for NULL.
 */
size_t twr_response_node_count(const twr_response *response);

/**
 * Writes the node at an index from 0, in the order of the document. TWR_STATUS_NONE past the last.
 */
twr_status twr_response_node_at(const twr_response *response,
                                size_t index,
                                twr_node *node,
                                twr_error *error);

/**
 * Writes an attribute of a node, both by their indexes from 0. TWR_STATUS_NONE past the last.
 */
twr_status twr_response_attribute_at(const twr_response *response,
                                     size_t node,
                                     size_t index,
                                     twr_pair *attribute,
                                     twr_error *error);

/**
 * Returns the name of a TWR_KIND_… number, the same in every language (`uri-empty`); absent for another number.
 * The view lives as long as the process. Any thread.
 */
twr_str twr_kind_name(int32_t kind);

/**
 * Returns the name of a TWR_GROUP_… number (`sip-uri`); absent for another number. As twr_kind_name.
 */
twr_str twr_group_name(int32_t group);

/**
 * Returns the name of a TWR_STATUS_… number (`signature-mismatch`); absent for another number. As twr_kind_name.
 */
twr_str twr_status_name(int32_t status);

/**
 * Makes a verifier that accepts only POST. `origin` is a TWR_ORIGIN_… number; with TWR_ORIGIN_PUBLIC_BASE a
 * validator without public base is refused. The validator is copied. Free it with twr_http_verifier_free.
 */
twr_status twr_http_verifier_new(const twr_validator *validator,
                                 int32_t origin,
                                 twr_http_verifier **verifier,
                                 twr_error *error);

/**
 * Frees a verifier and writes NULL in its place; NULL is ignored.
 */
void twr_http_verifier_free(twr_http_verifier **verifier);

/**
 * Sets the methods that are accepted, those of the route: a TWR_ALLOWED_METHODS_… number.
 */
twr_status twr_http_verifier_set_allowed_methods(twr_http_verifier *verifier,
                                                 int32_t allowed_methods,
                                                 twr_error *error);

/**
 * Sets whether a target without `?` is also tried with an empty query: for servers that cannot tell `/refer?` from
 * `/refer`.
 */
twr_status twr_http_verifier_set_lost_question_mark(twr_http_verifier *verifier,
                                                    bool accept,
                                                    twr_error *error);

/**
 * Returns the limit of a body in bytes: read at most one byte more. 0 for NULL.
 */
size_t twr_http_verifier_max_body_bytes(const twr_http_verifier *verifier);

/**
 * Checks method and Content-Length before the body is read. It returns and writes what twr_http_verifier_verify does, which
 * checks them again; `target` and `body` of the request are not looked at.
 */
TWR_MUST_CHECK
twr_status twr_http_verifier_check_head(const twr_http_verifier *verifier,
                                        const twr_http_request *request,
                                        twr_http_answer *answer,
                                        twr_error *error);

/**
 * Verifies a request and reads it: method, size and signature, in this order. TWR_STATUS_OK (answer status 200), else
 * TWR_STATUS_METHOD_NOT_ALLOWED (405), TWR_STATUS_TOO_LARGE (413), TWR_STATUS_SIGNATURE_MISMATCH (403: missing, or
 * not Twilio's) or TWR_STATUS_REQUEST_INVALID (400). A POST is read as a form, whatever its type. `answer` is written
 * in any case. Free the request with twr_request_free.
 */
TWR_MUST_CHECK
twr_status twr_http_verifier_verify(const twr_http_verifier *verifier,
                                    const twr_http_request *request,
                                    twr_http_answer *answer,
                                    twr_request **verified,
                                    twr_error *error);

/**
 * Writes one line for the log about a request that twr_http_verifier_verify rejects: status, method, path and hints, without
 * secrets. Empty if it is accepted. It costs up to a thousand times as much as twr_http_verifier_verify: call it at a bounded
 * rate, and only when the line will be written.
 */
twr_status twr_http_verifier_diagnose(const twr_http_verifier *verifier,
                                      const twr_http_request *request,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *length,
                                      twr_error *error);

/**
 * Writes the AccountSid that a request claims, to choose the auth tokens of a subaccount by; trust it for nothing else.
 * It is in the query of a GET, and in the form of any other method. TWR_STATUS_NONE if there is none.
 */
twr_status twr_claimed_account_sid(twr_str method,
                                   twr_str target,
                                   twr_str body,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *length,
                                   twr_error *error);

/**
 * Makes a request as Twilio sends it, for the tests of an app: that to the action URL in a scenario (a
 * TWR_SCENARIO_… number), or any other (0). `params` are added to the usual ones, or replace them. `url` is what is
 * passed to twr_validator_verify. Free it with twr_signed_request_free.
 */
twr_status twr_signed_request_new(const twr_validator *validator,
                                  int32_t scenario,
                                  int32_t method,
                                  twr_str url,
                                  const twr_pair *params,
                                  size_t param_count,
                                  twr_signed_request **request,
                                  twr_error *error);

/**
 * Writes the parts of a signed request.
 */
twr_status twr_signed_request_get(const twr_signed_request *request,
                                  twr_signed_request_parts *parts,
                                  twr_error *error);

/**
 * Frees a signed request and writes NULL in its place; NULL is ignored.
 */
void twr_signed_request_free(twr_signed_request **request);

/**
 * Reads a form body; nothing is verified. `max_bytes` 0: the default limit of 64 KiB. Free it with
 * twr_request_free.
 */
twr_status twr_request_from_form(twr_str body,
                                 int64_t max_bytes,
                                 twr_request **request,
                                 twr_error *error);

/**
 * Reads the query of a URL, without its `?`. The rest is as in twr_request_from_form.
 */
twr_status twr_request_from_query(twr_str query,
                                  int64_t max_bytes,
                                  twr_request **request,
                                  twr_error *error);

/**
 * Takes pairs that were decoded already. The rest is as in twr_request_from_form.
 */
twr_status twr_request_from_pairs(const twr_pair *pairs,
                                  size_t count,
                                  int64_t max_bytes,
                                  twr_request **request,
                                  twr_error *error);

/**
 * Frees a request and writes NULL in its place; NULL is ignored.
 */
void twr_request_free(twr_request **request);

/**
 * Writes what the request says of a transfer. TWR_STATUS_NONE if it has none of the three parameters.
 */
twr_status twr_request_refer(const twr_request *request,
                             twr_refer_report *report,
                             twr_error *error);

/**
 * Returns how the transfer ended, as twr_request_refer does; its `kind` is 0 if the request says nothing of
 * one, and for NULL.
 */
twr_outcome twr_request_outcome(const twr_request *request);

/**
 * Returns whether the original call is still there for the app to talk to; false for NULL.
 */
bool twr_request_may_resume(const twr_request *request);

/**
 * Returns the leg that the request is about: a TWR_LEG_… number; 0 for NULL.
 */
int32_t twr_request_leg(const twr_request *request);

/**
 * Returns the first value of the parameter of this name, compared with case; a view, absent if there is none.
 */
twr_str twr_request_param(const twr_request *request,
                          twr_str name);

/**
 * Returns the number of parameters; 0 for NULL.
 */
size_t twr_request_param_count(const twr_request *request);

/**
 * Writes the parameter at an index from 0, in arrival order; views. TWR_STATUS_NONE past the last.
 */
twr_status twr_request_param_at(const twr_request *request,
                                size_t index,
                                twr_pair *param,
                                twr_error *error);

/**
 * Returns the number of headers that came as `SipHeader_…`; 0 for NULL.
 */
size_t twr_request_sip_header_count(const twr_request *request);

/**
 * Writes a header that came as `SipHeader_…`, without that prefix, at an index from 0; views.
 * TWR_STATUS_NONE past the last.
 */
twr_status twr_request_sip_header_at(const twr_request *request,
                                     size_t index,
                                     twr_pair *header,
                                     twr_error *error);

/**
 * Returns the number of diagnostics; 0 for NULL.
 */
size_t twr_request_diagnostic_count(const twr_request *request);

/**
 * Writes what is unexpected or invalid about a parameter, at an index from 0; views. TWR_STATUS_NONE past the last.
 */
twr_status twr_request_diagnostic_at(const twr_request *request,
                                     size_t index,
                                     twr_diagnostic *diagnostic,
                                     twr_error *error);

/**
 * Writes every pair as a form body.
 */
twr_status twr_request_form(const twr_request *request,
                            char *buffer,
                            size_t capacity,
                            size_t *length,
                            twr_error *error);

/**
 * Returns the name of a TWR_OUTCOME_… number (`target-failed`); absent for another number. The view lives as
 * long as the process. Any thread.
 */
twr_str twr_outcome_name(int32_t outcome);

/**
 * Returns the name of a TWR_CALL_STATUS_… number (`no-answer`); absent for another number and for
 * TWR_CALL_STATUS_OTHER. As twr_outcome_name.
 */
twr_str twr_call_status_name(int32_t call_status);

/**
 * Returns the name of a TWR_LEG_… number (`sip`); absent for another number. As twr_outcome_name.
 */
twr_str twr_leg_name(int32_t leg);

/**
 * Makes the request that gives a live call another document: `twiml`, or (if it is NULL) the one at `url`,
 * requested by `url_method` (absent: Twilio's default). `base` absent: Twilio's usual API.
 * Free it with twr_rest_request_free.
 */
twr_status twr_call_update(twr_str account_sid,
                           twr_str call_sid,
                           const twr_response *twiml,
                           twr_str url,
                           twr_str url_method,
                           twr_str base,
                           twr_rest_request **request,
                           twr_error *error);

/**
 * Makes the request for a new call to this SIP URI. The rest is as in twr_call_update.
 */
twr_status twr_call_create(twr_str account_sid,
                           twr_str to,
                           twr_str from,
                           const twr_response *twiml,
                           twr_str url,
                           twr_str url_method,
                           twr_str base,
                           twr_rest_request **request,
                           twr_error *error);

/**
 * Writes the parts of a request.
 */
twr_status twr_rest_request_get(const twr_rest_request *request,
                                twr_rest_request_parts *parts,
                                twr_error *error);

/**
 * Frees a request and writes NULL in its place; NULL is ignored.
 */
void twr_rest_request_free(twr_rest_request **request);

/**
 * Returns a view of NUL-terminated text, as getenv() or main() have it; absent if it is NULL.
 */
twr_str twr_str_of(const char *text);

/**
 * Makes the default settings. Free them with twr_settings_free.
 */
twr_status twr_settings_new(twr_settings **settings, twr_error *error);

/**
 * Frees settings and writes NULL in their place; NULL is ignored.
 */
void twr_settings_free(twr_settings **settings);

/**
 * Sets a time: `which` is a TWR_TIME_… number.
 */
twr_status twr_settings_set_time(twr_settings *settings,
                                 int32_t which,
                                 int64_t time_ms,
                                 twr_error *error);

/**
 * Sets whether ReferCallStatus is omitted when the REFER itself fails, instead of `failed`.
 */
twr_status twr_settings_set_rejected_status_omitted(twr_settings *settings,
                                                    bool omitted,
                                                    twr_error *error);

/**
 * Sets the status that is reported for a final code of the call to the target.
 */
twr_status twr_settings_set_status(twr_settings *settings,
                                   int32_t code,
                                   twr_str status,
                                   twr_error *error);

/**
 * Makes a transfer to this SIP URI, not yet started: its text, which twr_uri_text returns of one that was
 * built. `settings` NULL: the defaults; they are copied. Free it with twr_transfer_free.
 */
twr_status twr_transfer_new(twr_str target,
                            const twr_settings *settings,
                            twr_transfer **transfer,
                            twr_error *error);

/**
 * Frees a transfer and writes NULL in its place; NULL is ignored.
 */
void twr_transfer_free(twr_transfer **transfer);

/**
 * Starts the transfer. `leg` is a TWR_LEG_… number (on any but TWR_LEG_SIP: Twilio's error 13801), `cseq` that
 * of the REFER, or TWR_NO_CSEQ; `first_in_dialog`: no REFER was sent in this dialog before.
 */
twr_status twr_transfer_start(twr_transfer *transfer,
                              int32_t leg,
                              int64_t cseq,
                              bool first_in_dialog,
                              uint64_t now_ms,
                              twr_error *error);

/**
 * Feeds the CSeq with which the stack has sent the REFER (after TWR_NO_CSEQ), or has sent it again after it
 * answered a challenge itself.
 */
twr_status twr_transfer_cseq(twr_transfer *transfer,
                             int64_t cseq,
                             uint64_t now_ms,
                             twr_error *error);

/**
 * Feeds a response to the REFER. `refer_sub` is what its Refer-Sub header says, true if there is none.
 */
twr_status twr_transfer_response(twr_transfer *transfer,
                                 int32_t code,
                                 bool refer_sub,
                                 uint64_t now_ms,
                                 twr_error *error);

/**
 * Feeds a 401 or 407 (`code`) after which the REFER was sent again with credentials, and this CSeq.
 */
twr_status twr_transfer_retried(twr_transfer *transfer,
                                int32_t code,
                                int64_t cseq,
                                uint64_t now_ms,
                                twr_error *error);

/**
 * Feeds what a stack reports that reads NOTIFYs itself: the status code of the call to the target, and whether
 * it is the last one. It needs no reply.
 */
twr_status twr_transfer_status(twr_transfer *transfer,
                               int32_t code,
                               bool is_final,
                               uint64_t now_ms,
                               twr_error *error);

/**
 * Feeds a NOTIFY.
 */
twr_status twr_transfer_notify(twr_transfer *transfer,
                               const twr_notify *notify,
                               uint64_t now_ms,
                               twr_error *error);

/**
 * Reports that either side ended the call.
 */
twr_status twr_transfer_hang_up(twr_transfer *transfer, uint64_t now_ms, twr_error *error);

/**
 * Reports that the REFER could not be sent, or that its connection broke.
 */
twr_status twr_transfer_transport_error(twr_transfer *transfer, uint64_t now_ms, twr_error *error);

/**
 * Fires expired deadlines: to be called when twr_transfer_deadline_ms has come.
 */
twr_status twr_transfer_handle_timeout(twr_transfer *transfer, uint64_t now_ms, twr_error *error);

/**
 * Writes what to do next; to be called after every event until it returns TWR_STATUS_NONE.
 */
twr_status twr_transfer_poll(twr_transfer *transfer, twr_output *output, twr_error *error);

/**
 * Writes how the transfer ended: the parameters for the action URL, one by one and as a form, and the outcome
 * with its explanation. TWR_STATUS_NONE before TWR_OUTPUT_COMPLETED.
 */
twr_status twr_transfer_report(const twr_transfer *transfer,
                               twr_refer_report *report,
                               twr_error *error);

/**
 * Returns when to call twr_transfer_handle_timeout at the latest; TWR_NO_DEADLINE: never. A time that is past
 * means at once.
 */
uint64_t twr_transfer_deadline_ms(const twr_transfer *transfer);

/**
 * Writes the value of the Refer-To header.
 */
twr_status twr_transfer_refer_to(const twr_transfer *transfer,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length,
                                 twr_error *error);

/**
 * Returns the state: a TWR_STATE_… number; 0 for NULL.
 */
int32_t twr_transfer_state(const twr_transfer *transfer);

/**
 * Returns the name of a TWR_STATE_… number (`subscribed`); absent for another number. The view lives as long
 * as the process. Any thread.
 */
twr_str twr_state_name(int32_t state);

/**
 * Returns the name of a TWR_OUTPUT_… number (`send-refer`); absent for another number. As twr_state_name.
 */
twr_str twr_output_name(int32_t output);

/**
 * Writes the whole transfer as bytes, to be kept anywhere.
 */
twr_status twr_transfer_save(const twr_transfer *transfer,
                             char *buffer,
                             size_t capacity,
                             size_t *length,
                             twr_error *error);

/**
 * Restores what twr_transfer_save wrote, in this or any older version. Free it with twr_transfer_free.
 */
twr_status twr_transfer_restore(twr_str bytes,
                                twr_transfer **transfer,
                                twr_error *error);

/**
 * Reads a SIP URI; nothing is trimmed. Free it with twr_uri_free.
 */
twr_status twr_uri_parse(twr_str text, twr_uri **uri, twr_error *error);

/**
 * Builds a URI of decoded parts and parameters: each is escaped for its place. An absent scheme is sip, a
 * parameter without a value a flag. The counts in `parts` are not read; add headers with
 * twr_uri_add_header. Free it with twr_uri_free.
 */
twr_status twr_uri_build(const twr_uri_parts *parts,
                         const twr_pair *params,
                         size_t param_count,
                         twr_uri **uri,
                         twr_error *error);

/**
 * Copies a URI. Free the copy with twr_uri_free.
 */
twr_status twr_uri_copy(const twr_uri *uri, twr_uri **copy, twr_error *error);

/**
 * Frees a URI and writes NULL in its place; NULL is ignored.
 */
void twr_uri_free(twr_uri **uri);

/**
 * Returns the URI as spelled; a view of it, absent for NULL.
 */
twr_str twr_uri_text(const twr_uri *uri);

/**
 * Writes the parts of a URI.
 */
twr_status twr_uri_get(const twr_uri *uri, twr_uri_parts *parts, twr_error *error);

/**
 * Writes the parameter at an index from 0, as spelled; a flag has no value. Views of the URI. TWR_STATUS_NONE
 * past the last.
 */
twr_status twr_uri_param_at(const twr_uri *uri,
                            size_t index,
                            twr_pair *param,
                            twr_error *error);

/**
 * Writes the header at an index from 0, decoded; views of the URI. TWR_STATUS_NONE past the last.
 */
twr_status twr_uri_header_at(const twr_uri *uri, size_t index, twr_pair *header, twr_error *error);

/**
 * Returns the decoded value of the first header of this name, compared without regard to case; a view of the
 * URI, absent if there is none.
 */
twr_str twr_uri_header(const twr_uri *uri,
                       twr_str name);

/**
 * Adds a header, given as decoded text, which is escaped. Views of the URI end with this call, also if it fails.
 */
twr_status twr_uri_add_header(twr_uri *uri,
                              twr_str name,
                              twr_str value,
                              twr_error *error);

/**
 * Adds a User-to-User header with these bytes, hex-encoded (RFC 7433). Views of the URI end with this call, also if it fails.
 */
twr_status twr_uri_add_user_to_user(twr_uri *uri,
                                    twr_str bytes,
                                    twr_error *error);

/**
 * Returns the number of User-to-User values in its headers, those that cannot be read among them; 0 for NULL.
 */
size_t twr_uri_user_to_user_count(const twr_uri *uri);

/**
 * Makes an object of the User-to-User value at an index from 0; a header may hold several (RFC 7433 section 4).
 * Free it with twr_user_to_user_free. TWR_STATUS_NONE past the last, TWR_STATUS_REFUSED for one that cannot
 * be read.
 */
twr_status twr_uri_user_to_user_at(const twr_uri *uri,
                                   size_t index,
                                   twr_user_to_user **value,
                                   twr_error *error);

/**
 * Returns whether two URIs are the same as RFC 3261 section 19.1.4 compares them; false if one is NULL.
 */
bool twr_uri_equivalent(const twr_uri *one,
                        const twr_uri *other);

/**
 * Writes the value of a Refer-To header, in angle brackets.
 */
twr_status twr_uri_refer_to(const twr_uri *uri,
                            char *buffer,
                            size_t capacity,
                            size_t *length,
                            twr_error *error);

/**
 * Writes text escaped as the value of a header in a URI.
 */
twr_status twr_escape_header(twr_str text,
                             char *buffer,
                             size_t capacity,
                             size_t *length,
                             twr_error *error);

/**
 * Reads a Refer-To value: a TWR_TARGET_… number, and its text (without brackets) into the buffer.
 */
twr_status twr_refer_target_parse(twr_str text,
                                  int32_t *kind,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *length,
                                  twr_error *error);

/**
 * Returns the name of a TWR_TARGET_… number (`tel`); absent for another number. Any thread.
 */
twr_str twr_target_name(int32_t target);

/**
 * Checks what of a URI will be dropped or misread on the wire. Free the diagnostics with twr_diagnostics_free.
 */
twr_status twr_uri_check(const twr_uri *uri,
                         twr_diagnostics **diagnostics,
                         twr_error *error);

/**
 * Reads the decoded value of a User-to-User header. Free it with twr_user_to_user_free.
 */
twr_status twr_user_to_user_parse(twr_str text, twr_user_to_user **value, twr_error *error);

/**
 * Makes a value of bytes, which are hex-encoded. Free it with twr_user_to_user_free.
 */
twr_status twr_user_to_user_from_bytes(twr_str bytes, twr_user_to_user **value, twr_error *error);

/**
 * Frees a value and writes NULL in its place; NULL is ignored.
 */
void twr_user_to_user_free(twr_user_to_user **value);

/**
 * Writes the parts of a value.
 */
twr_status twr_user_to_user_get(const twr_user_to_user *value,
                                twr_user_to_user_parts *parts,
                                twr_error *error);

/**
 * Writes the value as spelled in a header.
 */
twr_status twr_user_to_user_text(const twr_user_to_user *value,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length,
                                 twr_error *error);

/**
 * Makes a validator with the account's auth token; an absent or empty one is refused. Free it with
 * twr_validator_free.
 */
twr_status twr_validator_new(twr_str auth_token, twr_validator **validator, twr_error *error);

/**
 * Frees a validator and writes NULL in its place; NULL is ignored.
 */
void twr_validator_free(twr_validator **validator);

/**
 * Adds another auth token; a signature made with any of them is accepted (rotation).
 */
twr_status twr_validator_add_auth_token(twr_validator *validator,
                                        twr_str auth_token,
                                        twr_error *error);

/**
 * Sets how Twilio reaches the app, whatever proxies are in between: scheme, host, port, and the path prefix
 * that a gateway strips (`https://voice.example.com/tw`). Then the URL to verify is the request target as it
 * came on the wire (`/handleRefer?x=1`).
 */
twr_status twr_validator_set_public_base(twr_validator *validator,
                                         twr_str base,
                                         twr_error *error);

/**
 * Pins the algorithm: a TWR_ALGORITHM_… number.
 */
twr_status twr_validator_set_algorithm(twr_validator *validator,
                                       int32_t algorithm,
                                       twr_error *error);

/**
 * Sets the limit of a body in bytes (64 KiB unless set).
 */
twr_status twr_validator_set_max_body_bytes(twr_validator *validator,
                                            int64_t max_body_bytes,
                                            twr_error *error);

/**
 * Sets whether spellings of path and query are tried as well that a framework writes anew: with %27 for ',
 * with escaped SIP URIs, and with escapes for what is beyond ASCII, or without.
 */
twr_status twr_validator_set_encoded_spellings(twr_validator *validator,
                                               bool accept,
                                               twr_error *error);

/**
 * Verifies the signature of a request and reads it; else TWR_STATUS_TOO_LARGE (413, before anything is
 * hashed), TWR_STATUS_SIGNATURE_MISSING, TWR_STATUS_SIGNATURE_MISMATCH (both 403) or
 * TWR_STATUS_REQUEST_INVALID (400). `method` is a TWR_METHOD_… number: that of the route, not a copy of the
 * request's, which the signature does not cover. `url` is the request target where a public base is set,
 * else the URL that was asked for; `body` the form as it was received (empty: an empty form); `signature`
 * the header X-Twilio-Signature, absent if there was none. Free the request with twr_request_free.
 */
TWR_MUST_CHECK
twr_status twr_validator_verify(const twr_validator *validator,
                                int32_t method,
                                twr_str url,
                                twr_str body,
                                twr_str signature,
                                twr_request **request,
                                twr_error *error);

/**
 * Verifies a POST like twr_validator_verify, from pairs that were decoded already; none: an empty form. The
 * parameters of the URL must not be among them.
 */
TWR_MUST_CHECK
twr_status twr_validator_verify_pairs(const twr_validator *validator,
                                      twr_str url,
                                      const twr_pair *pairs,
                                      size_t count,
                                      twr_str signature,
                                      twr_request **request,
                                      twr_error *error);

/**
 * Returns whether Twilio signed a request whose body is not a form: `bodySHA256` in the URL must be its hash.
 * False for anything that is wrong with the call, too.
 */
TWR_MUST_CHECK
bool twr_validator_validate_raw(const twr_validator *validator,
                                twr_str url,
                                twr_str body,
                                twr_str signature);

/**
 * Writes the signature of a request with these parameters; without any, of only the URL.
 */
twr_status twr_validator_sign(const twr_validator *validator,
                              twr_str url,
                              const twr_pair *pairs,
                              size_t count,
                              char *buffer,
                              size_t capacity,
                              size_t *length,
                              twr_error *error);

/**
 * Writes the signature of a request whose body is not a form. The request must go to the URL that
 * twr_url_with_body_sha256 writes.
 */
twr_status twr_validator_sign_raw(const twr_validator *validator,
                                  twr_str url,
                                  twr_str body,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *length,
                                  twr_error *error);

/**
 * Writes the URL with the hash of a body in its query.
 */
twr_status twr_url_with_body_sha256(twr_str url,
                                    twr_str body,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length,
                                    twr_error *error);

/**
 * Lists the URLs that verifying tries, to find out why a signature does not match. Free them with
 * twr_url_candidates_free.
 */
twr_status twr_validator_explain(const twr_validator *validator,
                                 twr_str url,
                                 twr_str body,
                                 twr_url_candidates **candidates,
                                 twr_error *error);

/**
 * Returns the number of candidates; 0 for NULL.
 */
size_t twr_url_candidates_count(const twr_url_candidates *candidates);

/**
 * Writes the candidate at an index from 0. TWR_STATUS_NONE past the last.
 */
twr_status twr_url_candidates_at(const twr_url_candidates *candidates,
                                 size_t index,
                                 twr_url_candidate *candidate,
                                 twr_error *error);

/**
 * Frees candidates and writes NULL in their place; NULL is ignored.
 */
void twr_url_candidates_free(twr_url_candidates **candidates);

/**
 * Finds out why twr_validator_verify refuses a request: the near miss that would match. None if it accepts the
 * request. It computes up to a thousand signatures with each auth token: for logs at a bounded rate, and never to
 * accept a request. Free them with twr_hints_free.
 */
twr_status twr_validator_diagnose(const twr_validator *validator,
                                  int32_t method,
                                  twr_str url,
                                  twr_str body,
                                  twr_str signature,
                                  twr_hints **hints,
                                  twr_error *error);

/**
 * Returns the number of hints; 0 for NULL.
 */
size_t twr_hints_count(const twr_hints *hints);

/**
 * Writes the hint at an index from 0. TWR_STATUS_NONE past the last.
 */
twr_status twr_hints_at(const twr_hints *hints, size_t index, twr_hint *hint, twr_error *error);

/**
 * Frees hints and writes NULL in their place; NULL is ignored.
 */
void twr_hints_free(twr_hints **hints);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TWIML_REFER_H */
