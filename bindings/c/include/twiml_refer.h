/**
 * \file
 * twiml-refer: call transfer with TwiML Voice `<Refer>`.
 *
 * Conventions, which hold for every function:
 *
 * Errors. A function that can fail returns a twr_status: TWR_STATUS_OK (0), or why not. The last
 * argument is a twr_error of the caller, or NULL; it is written when the call fails. Outputs are
 * written only when it does not (of a buffer that is too small, the length it needs).
 *
 * Text comes and goes as twr_str: beginning and length, UTF-8, without NUL at its end. What a function
 * returns is a view: it belongs to its object and ends when that is changed or freed. What a function
 * takes is read during the call alone, and may be a view of the very object that the call changes. TWR_STR("text") makes one of a literal,
 * twr_str_of(text) of what ends with NUL.
 *
 * Buffers. Text that is made goes into a buffer of the caller: (buffer, capacity, &length). With
 * capacity 0 the call tells the length.
 *
 * Handles are opaque. Who receives one by twr_..._new, _parse, _verify and the like owns it and frees it
 * by the function of its type, which takes the address of the handle and leaves NULL there, so that a
 * second time does no harm. NULL where a handle must be is TWR_STATUS_INVALID_ARGUMENT.
 *
 * Numbers for choices are int32_t and are checked. Structures that are filled in have a reserved tail.
 *
 * Time is an argument in milliseconds, of any clock that all who hold the object share. There are no
 * callbacks, no globals, no threads, and nothing is read or sent.
 *
 * Threads. Functions without an object may be called by any thread. What may be done with an object
 * stands at its type.
 */


#ifndef TWIML_REFER_H
#define TWIML_REFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A status that must be looked at, where the compiler can tell. */
#if defined(__GNUC__) || defined(__clang__)
#define TWR_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TWR_MUST_CHECK
#endif

/** Where no offset is known. */
#define TWR_NO_OFFSET SIZE_MAX

/** A twr_str of a string literal. */
#ifdef __cplusplus
#define TWR_STR(literal) (twr_str{"" literal, sizeof(literal) - 1})
#else
#define TWR_STR(literal) ((twr_str){"" literal, sizeof(literal) - 1})
#endif


/**
 * The target answered: the caller is no longer with the app.
 */
#define TWR_OUTCOME_TRANSFERRED 1

/**
 * The endpoint refused the REFER itself.
 */
#define TWR_OUTCOME_REJECTED 2

/**
 * The endpoint called the target, and that call failed.
 */
#define TWR_OUTCOME_TARGET_FAILED 3

/**
 * The caller hung up before it was decided.
 */
#define TWR_OUTCOME_CANCELED 4

/**
 * The endpoint never told how it went.
 */
#define TWR_OUTCOME_UNCONFIRMED 5

/**
 * Twilio sent a status that this version does not know.
 */
#define TWR_OUTCOME_UNKNOWN 6

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
 * The request does not tell.
 */
#define TWR_LEG_UNKNOWN 4

/**
 * An element; what stands in it follows, one level deeper.
 */
#define TWR_NODE_ELEMENT 1

/**
 * A `<Refer>` with one target: `text` is its URI.
 */
#define TWR_NODE_REFER 2

/**
 * Text.
 */
#define TWR_NODE_TEXT 3

/**
 * A comment.
 */
#define TWR_NODE_COMMENT 4

/**
 * The document that the action returns.
 */
#define TWR_FOLLOWS_ACTION 1

/**
 * The next verb.
 */
#define TWR_FOLLOWS_NEXT_VERB 2

/**
 * The call ends.
 */
#define TWR_FOLLOWS_HANGUP 3

/**
 * Worth knowing.
 */
#define TWR_SEVERITY_NOTE 1

/**
 * Something is dropped, or never runs.
 */
#define TWR_SEVERITY_WARNING 2

/**
 * Twilio will refuse it.
 */
#define TWR_SEVERITY_ERROR 3

/**
 * Send the REFER, with twr_transfer_refer_to as its Refer-To.
 */
#define TWR_OUTPUT_SEND_REFER 1

/**
 * Answer the NOTIFY that was just fed with `code`.
 */
#define TWR_OUTPUT_REPLY 2

/**
 * The endpoint has lost the dialog: end it without waiting for an answer.
 */
#define TWR_OUTPUT_END_DIALOG 3

/**
 * The verb has ended; comes once.
 */
#define TWR_OUTPUT_COMPLETED 4

/**
 * What came from the wire was odd, and was answered or ignored: there is nothing to do but to log it.
 */
#define TWR_OUTPUT_DIAGNOSTIC 5

/**
 * Where there is no deadline.
 */
#define TWR_NO_DEADLINE UINT64_MAX

/**
 * Wait for an answer to the REFER (32 s unless set).
 */
#define TWR_TIME_RESPONSE 1

/**
 * Wait for the first NOTIFY (32 s).
 */
#define TWR_TIME_NOTIFY 2

/**
 * A subscription lives after a NOTIFY without expires (180 s).
 */
#define TWR_TIME_SUBSCRIPTION 3

/**
 * Wait for a last NOTIFY after a hang-up (0).
 */
#define TWR_TIME_HANG_UP_GRACE 4

/**
 * A transfer lasts at most, counted from the 2xx to the REFER, whatever expires says (600 s).
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
 * A request of Twilio; one that is no callback of `<Refer>` has no status and no codes. It
 * does not change, and any thread may read it.
 */
typedef struct twr_callback twr_callback;

/**
 * Any verb or noun, until it is appended to another or to a document. One thread at a time.
 */
typedef struct twr_element twr_element;

/**
 * What a check found; it does not change, and any thread may read it.
 */
typedef struct twr_findings twr_findings;

/**
 * A document. Any number of threads may read one; who changes it must be alone.
 */
typedef struct twr_response twr_response;

/**
 * A REST request to make, as plain data; it does not change, and any thread may read it.
 */
typedef struct twr_rest_request twr_rest_request;

/**
 * How long to wait for what, and what is reported. twr_settings_new makes the defaults.
 */
typedef struct twr_settings twr_settings;

/**
 * The spellings of a URL that are tried, and what is hashed for each; never a signature or secret. It
 * does not change, and any thread may read it.
 */
typedef struct twr_spellings twr_spellings;

/**
 * One `<Refer>` at work. One thread at a time.
 */
typedef struct twr_transfer twr_transfer;

/**
 * A SIP URI. Any number of threads may read one; who changes it must be alone.
 */
typedef struct twr_uri twr_uri;

/**
 * A User-to-User value; it does not change, and any thread may read it.
 */
typedef struct twr_user_to_user twr_user_to_user;

/**
 * Verifies requests of Twilio. Once it is set up, any number of threads may use one.
 */
typedef struct twr_validator twr_validator;

/**
 * What a call came to. The numbers are never used again for something else.
 */
typedef int32_t twr_status;

/**
 * Text by its beginning and length in bytes. It is not terminated by NUL, and never owned by who
 * receives it. `ptr` NULL: absent where absence means something, else the empty text.
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
 * What went wrong; the caller's own, and NULL wherever nobody asks. It is written when a call fails,
 * and left alone when it does not.
 */
typedef struct {
  /**
   * The status that was returned.
   */
  twr_status status;
  /**
   * The number of the kind (`twr_error_kind_name`); 0 unless the input was refused.
   */
  uint16_t kind;
  /**
   * Twilio's own number for it, or 0.
   */
  uint16_t number;
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
   * The parameter, attribute or header at fault, NUL-terminated; empty if there is none.
   */
  char parameter[40];
  /**
   * What to do about it, NUL-terminated UTF-8.
   */
  char message[248];
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[4];
} twr_error;

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
 * How a transfer ended.
 */
typedef struct {
  /**
   * A TWR_OUTCOME_… number; 0 for a NULL handle.
   */
  int32_t kind;
  /**
   * The SIP code of REJECTED and TARGET_FAILED, or 0.
   */
  uint16_t code;
  /**
   * The status of TARGET_FAILED and UNKNOWN, a view; else absent.
   */
  twr_str status;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_outcome;

/**
 * A node; views of the document, until it is changed.
 */
typedef struct {
  /**
   * A TWR_NODE_… number.
   */
  int32_t kind;
  /**
   * 1 for what stands in `<Response>` itself.
   */
  size_t depth;
  /**
   * The name of an element; else absent.
   */
  twr_str name;
  /**
   * Text, comment, or the target of a `<Refer>`; else absent.
   */
  twr_str text;
  /**
   * How many attributes it has.
   */
  size_t attribute_count;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_node;

/**
 * A finding; views of the findings it is of.
 */
typedef struct {
  /**
   * The stable name, the same in every language.
   */
  twr_str code;
  /**
   * A TWR_SEVERITY_… number.
   */
  int32_t severity;
  /**
   * Twilio's own number, or 0.
   */
  uint16_t number;
  /**
   * Where, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
   */
  twr_str path;
  /**
   * What will happen.
   */
  twr_str message;
  /**
   * The line of a document that was read, from 1; 0 if it is not known.
   */
  size_t line;
  /**
   * The column of that line, from 1.
   */
  size_t column;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_finding;

/**
 * What to do.
 */
typedef struct {
  /**
   * A TWR_OUTPUT_… number.
   */
  int32_t kind;
  /**
   * The status code of TWR_OUTPUT_REPLY.
   */
  uint16_t code;
  /**
   * TWR_OUTPUT_COMPLETED: ReferSipResponseCode; 0 if it is omitted.
   */
  uint16_t refer_sip_response_code;
  /**
   * TWR_OUTPUT_COMPLETED: NotifySipResponseCode; 0 if it is omitted.
   */
  uint16_t notify_sip_response_code;
  /**
   * TWR_OUTPUT_COMPLETED: a TWR_OUTCOME_… number.
   */
  int32_t outcome;
  /**
   * TWR_OUTPUT_COMPLETED: ReferCallStatus, absent if it is omitted; a view of the transfer.
   */
  twr_str refer_call_status;
  /**
   * TWR_OUTPUT_DIAGNOSTIC: what was odd; views of the transfer until the next TWR_OUTPUT_DIAGNOSTIC.
   */
  twr_finding finding;
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
   * How many parameters there are.
   */
  size_t param_count;
  /**
   * How many headers there are.
   */
  size_t header_count;
  /**
   * Zero; room for later versions.
   */
  uint64_t reserved[2];
} twr_uri_parts;

/**
 * It is done.
 */
#define TWR_STATUS_OK 0

/**
 * The call itself is wrong: NULL where something must be, a number that is no constant.
 */
#define TWR_STATUS_INVALID_ARGUMENT 1

/**
 * The buffer has too little room; the length it needs was written.
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
#define TWR_STATUS_CALLBACK_INVALID 5

/**
 * There is no such thing: no outcome yet, no index as high, nothing waits.
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
 * A fault of this library; please report it.
 */
#define TWR_STATUS_INTERNAL 99

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Reads a form body, or a URL's query without its `?`. `max_bytes` 0 is the usual limit of 64 KiB.
 * Free it with twr_callback_free.
 */
twr_status twr_callback_from_form(twr_str body,
                                  int64_t max_bytes,
                                  twr_callback **callback,
                                  twr_error *error);

/**
 * Takes pairs that were decoded already.
 */
twr_status twr_callback_from_pairs(const twr_pair *pairs,
                                   size_t count,
                                   twr_callback **callback,
                                   twr_error *error);

/**
 * Frees a callback and writes NULL in its place; NULL is no harm.
 */
void twr_callback_free(twr_callback **callback);

/**
 * How the transfer ended; never fails.
 */
twr_outcome twr_callback_outcome(const twr_callback *callback);

/**
 * Whether the original call is still there for the app to talk to; false for NULL.
 */
bool twr_callback_may_resume(const twr_callback *callback);

/**
 * ReferCallStatus; a view, absent if there is none.
 */
twr_str twr_callback_refer_call_status(const twr_callback *callback);

/**
 * ReferSipResponseCode, or 0.
 */
uint16_t twr_callback_refer_sip_response_code(const twr_callback *callback);

/**
 * NotifySipResponseCode, or 0.
 */
uint16_t twr_callback_notify_sip_response_code(const twr_callback *callback);

/**
 * The leg that it speaks of: a TWR_LEG_… number; 0 for a NULL handle.
 */
int32_t twr_callback_leg(const twr_callback *callback);

/**
 * The first value of the parameter of this name, compared with case; a view, absent if it was not
 * sent.
 */
twr_str twr_callback_param(const twr_callback *callback, twr_str name);

/**
 * How many parameters there are; 0 for NULL.
 */
size_t twr_callback_param_count(const twr_callback *callback);

/**
 * A parameter by its place from 0, in arrival order; views. TWR_STATUS_NONE behind the last.
 */
twr_status twr_callback_param_at(const twr_callback *callback,
                                 size_t index,
                                 twr_pair *pair,
                                 twr_error *error);

/**
 * A header that came as SipHeader_…, without that prefix, by its place from 0; views.
 * TWR_STATUS_NONE behind the last.
 */
twr_status twr_callback_sip_header_at(const twr_callback *callback,
                                      size_t index,
                                      twr_pair *pair,
                                      twr_error *error);

/**
 * What is odd about a parameter, by its place from 0: its name and a message; views.
 * TWR_STATUS_NONE behind the last.
 */
twr_status twr_callback_problem_at(const twr_callback *callback,
                                   size_t index,
                                   twr_pair *problem,
                                   twr_error *error);

/**
 * Writes every pair as a form body.
 */
twr_status twr_callback_to_form(const twr_callback *callback,
                                char *buffer,
                                size_t capacity,
                                size_t *length,
                                twr_error *error);

/**
 * Makes an element. Free it with twr_element_free, unless it was appended.
 */
twr_status twr_element_new(twr_str name, twr_element **element, twr_error *error);

/**
 * Frees an element and writes NULL in its place; NULL is no harm.
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
 * Appends an element to another. The child is taken: its handle becomes NULL. If it is refused
 * (too deep, too many) it stays the caller's.
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
 * Frees a document and writes NULL in its place; NULL is no harm.
 */
void twr_response_free(twr_response **response);

/**
 * Appends a verb. The element is taken: its handle becomes NULL. If it is refused it stays the
 * caller's.
 */
twr_status twr_response_append(twr_response *response, twr_element **element, twr_error *error);

/**
 * Appends a verb with one text in it, as Say, Play or Redirect.
 */
twr_status twr_response_add(twr_response *response, twr_str name, twr_str text, twr_error *error);

/**
 * Appends a `<Refer>` to this SIP URI: its text, which twr_uri_text gives of one that was built. `action`
 * and `method` (GET or POST) may be absent.
 */
twr_status twr_response_refer(twr_response *response,
                              twr_str target,
                              twr_str action,
                              twr_str method,
                              twr_error *error);

/**
 * Writes the document, indented for people or compact.
 */
twr_status twr_response_render(const twr_response *response,
                               bool pretty,
                               char *buffer,
                               size_t capacity,
                               size_t *length,
                               twr_error *error);

/**
 * Tells what Twilio will refuse, drop or never run. Free it with twr_findings_free.
 */
twr_status twr_response_check(const twr_response *response,
                              twr_findings **findings,
                              twr_error *error);

/**
 * What comes after the first `<Refer>`: a TWR_FOLLOWS_… number, or 0.
 */
int32_t twr_response_follows(const twr_response *response);

/**
 * A node by its place from 0, in the order of the document. TWR_STATUS_NONE behind the last.
 */
twr_status twr_response_node(const twr_response *response,
                             size_t index,
                             twr_node *node,
                             twr_error *error);

/**
 * An attribute of a node, both by their places from 0. TWR_STATUS_NONE behind the last.
 */
twr_status twr_response_node_attribute(const twr_response *response,
                                       size_t index,
                                       size_t attribute,
                                       twr_str *name,
                                       twr_str *value,
                                       twr_error *error);

/**
 * The name of a kind of error, the same in every language; absent if there is no such kind. The
 * view lives as long as the process. Any thread.
 */
twr_str twr_error_kind_name(uint16_t kind);

/**
 * How many findings there are; 0 for NULL.
 */
size_t twr_findings_count(const twr_findings *findings);

/**
 * A finding by its place from 0. TWR_STATUS_NONE behind the last.
 */
twr_status twr_findings_get(const twr_findings *findings,
                            size_t index,
                            twr_finding *finding,
                            twr_error *error);

/**
 * Frees findings and writes NULL in their place; NULL is no harm.
 */
void twr_findings_free(twr_findings **findings);

/**
 * The request that gives a live call another document: `twiml`, or (if it is NULL) the one at `url`,
 * asked for by `url_method` (absent: Twilio's default). `base` absent: Twilio's usual API.
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
 * The request that makes a new call to this SIP URI. The rest is as in twr_call_update.
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
 * Method, URL and form body of a request; views of it.
 */
twr_status twr_rest_request_parts(const twr_rest_request *request,
                                  twr_str *method,
                                  twr_str *url,
                                  twr_str *body,
                                  twr_error *error);

/**
 * Frees a request and writes NULL in its place; NULL is no harm.
 */
void twr_rest_request_free(twr_rest_request **request);

/**
 * A view of text that ends with NUL; absent if it is NULL. A getenv() or an argument of main() goes in
 * so.
 */
twr_str twr_str_of(const char *text);

/**
 * Makes the default settings. Free them with twr_settings_free.
 */
twr_status twr_settings_new(twr_settings **settings, twr_error *error);

/**
 * Frees settings and writes NULL in their place; NULL is no harm.
 */
void twr_settings_free(twr_settings **settings);

/**
 * Sets a time in milliseconds: `which` is a TWR_TIME_… number.
 */
twr_status twr_settings_set_time(twr_settings *settings,
                                 int32_t which,
                                 int64_t milliseconds,
                                 twr_error *error);

/**
 * Omits ReferCallStatus when the REFER itself fails, instead of `failed`.
 */
twr_status twr_settings_omit_rejected_status(twr_settings *settings, bool omit, twr_error *error);

/**
 * Reports another status for a final code of the call to the target.
 */
twr_status twr_settings_set_status(twr_settings *settings,
                                   int32_t code,
                                   twr_str status,
                                   twr_error *error);

/**
 * Makes a transfer to this SIP URI, not yet started: its text, which twr_uri_text gives of one that was
 * built. `settings` NULL: the defaults; they are copied.
 * Free it with twr_transfer_free.
 */
twr_status twr_transfer_new(twr_str target,
                            const twr_settings *settings,
                            twr_transfer **transfer,
                            twr_error *error);

/**
 * Frees a transfer and writes NULL in its place; NULL is no harm.
 */
void twr_transfer_free(twr_transfer **transfer);

/**
 * The verb begins. `leg` is a TWR_LEG_… number (on any but TWR_LEG_SIP: Twilio's error 13801),
 * `cseq` that of the REFER; `first_in_dialog`: no REFER was sent in this dialog before.
 */
twr_status twr_transfer_start(twr_transfer *transfer,
                              int32_t leg,
                              int64_t cseq,
                              bool first_in_dialog,
                              uint64_t now_ms,
                              twr_error *error);

/**
 * A response to the REFER. `refer_sub` is what its Refer-Sub header says, true if there is none.
 */
twr_status twr_transfer_response(twr_transfer *transfer,
                                 int32_t code,
                                 bool refer_sub,
                                 uint64_t now_ms,
                                 twr_error *error);

/**
 * After a 401 or 407 (`code`): the REFER was sent again with credentials, and this CSeq.
 */
twr_status twr_transfer_retried(twr_transfer *transfer,
                                int32_t code,
                                int64_t cseq,
                                uint64_t now_ms,
                                twr_error *error);

/**
 * A NOTIFY: its Event and Subscription-State headers as they stand on the wire (absent if there is
 * none), its CSeq, its body, and whether it belongs to the dialog of the REFER.
 */
twr_status twr_transfer_notify(twr_transfer *transfer,
                               twr_str event,
                               int64_t cseq,
                               twr_str subscription_state,
                               twr_str body,
                               bool in_dialog,
                               uint64_t now_ms,
                               twr_error *error);

/**
 * Either side ended the call.
 */
twr_status twr_transfer_hang_up(twr_transfer *transfer, uint64_t now_ms, twr_error *error);

/**
 * The REFER could not be sent, or its connection broke.
 */
twr_status twr_transfer_transport_error(twr_transfer *transfer, uint64_t now_ms, twr_error *error);

/**
 * Nothing happened but time: to be called when the deadline has come.
 */
twr_status twr_transfer_time(twr_transfer *transfer, uint64_t now_ms, twr_error *error);

/**
 * What to do next; to be called after every event until it returns TWR_STATUS_NONE.
 */
twr_status twr_transfer_poll(twr_transfer *transfer, twr_output *output);

/**
 * When to call twr_transfer_time at the latest; TWR_NO_DEADLINE: never. A time that is past means at
 * once.
 */
uint64_t twr_transfer_deadline(const twr_transfer *transfer);

/**
 * Writes the value for the Refer-To header.
 */
twr_status twr_transfer_refer_to(const twr_transfer *transfer,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length,
                                 twr_error *error);

/**
 * Where it stands: `idle`, `referring`, `subscribed` or `completed`; absent for NULL.
 */
twr_str twr_transfer_state(const twr_transfer *transfer);

/**
 * Writes the whole transfer as bytes, to be kept anywhere.
 */
twr_status twr_transfer_save(const twr_transfer *transfer,
                             char *buffer,
                             size_t capacity,
                             size_t *length,
                             twr_error *error);

/**
 * Takes back what twr_transfer_save wrote, by this or any older version.
 */
twr_status twr_transfer_restore(twr_str bytes, twr_transfer **transfer, twr_error *error);

/**
 * Reads a SIP URI; nothing is trimmed. Free it with twr_uri_free.
 */
twr_status twr_uri_parse(twr_str text, twr_uri **uri, twr_error *error);

/**
 * Frees a URI and writes NULL in its place; NULL is no harm.
 */
void twr_uri_free(twr_uri **uri);

/**
 * The URI as spelled; a view of it.
 */
twr_str twr_uri_text(const twr_uri *uri);

/**
 * Takes a URI apart.
 */
twr_status twr_uri_take_apart(const twr_uri *uri, twr_uri_parts *parts, twr_error *error);

/**
 * A parameter by its place from 0, as spelled; a flag has no value. TWR_STATUS_NONE behind the last.
 */
twr_status twr_uri_param(const twr_uri *uri,
                         size_t index,
                         twr_str *name,
                         twr_str *value,
                         twr_error *error);

/**
 * A header by its place from 0, decoded; views of the URI. TWR_STATUS_NONE behind the last.
 */
twr_status twr_uri_header(const twr_uri *uri,
                          size_t index,
                          twr_str *name,
                          twr_str *value,
                          twr_error *error);

/**
 * The decoded value of the first header of this name, compared without regard to case; a view of the URI.
 * TWR_STATUS_NONE if there is none.
 */
twr_status twr_uri_header_named(const twr_uri *uri,
                                twr_str name,
                                twr_str *value,
                                twr_error *error);

/**
 * Adds a header, given as decoded text; it is escaped here. Views of the URI end with this call.
 */
twr_status twr_uri_add_header(twr_uri *uri, twr_str name, twr_str value, twr_error *error);

/**
 * Adds a User-to-User header with these bytes, hex-encoded (RFC 7433).
 */
twr_status twr_uri_add_user_to_user(twr_uri *uri, twr_str bytes, twr_error *error);

/**
 * How many User-to-User values its headers hold, those that cannot be read among them; 0 for NULL.
 */
size_t twr_uri_user_to_user_count(const twr_uri *uri);

/**
 * A User-to-User value by its place from 0; a header may hold several (RFC 7433 section 4). Free it with
 * twr_user_to_user_free. TWR_STATUS_NONE behind the last, TWR_STATUS_REFUSED for one that cannot be read.
 */
twr_status twr_uri_user_to_user_at(const twr_uri *uri,
                                   size_t index,
                                   twr_user_to_user **value,
                                   twr_error *error);

/**
 * Builds a URI of decoded parts and parameters: each is escaped for its place. An absent scheme is sip, a
 * parameter without a value a flag. The counts in `parts` are not read; add headers with
 * twr_uri_add_header.
 */
twr_status twr_uri_build(const twr_uri_parts *parts,
                         const twr_pair *params,
                         size_t param_count,
                         twr_uri **uri,
                         twr_error *error);

/**
 * Whether two URIs are the same as RFC 3261 section 19.1.4 compares them; false if one is NULL.
 */
bool twr_uri_equivalent(const twr_uri *one, const twr_uri *other);

/**
 * Writes the value of a Refer-To header, in angle brackets.
 */
twr_status twr_uri_refer_to(const twr_uri *uri,
                            char *buffer,
                            size_t capacity,
                            size_t *length,
                            twr_error *error);

/**
 * Writes text escaped as a header's value in a URI needs it.
 */
twr_status twr_escape_header(twr_str text,
                             char *buffer,
                             size_t capacity,
                             size_t *length,
                             twr_error *error);

/**
 * Reads a Refer-To value: a TWR_TARGET_… number, and its text (without brackets) into the buffer.
 */
twr_status twr_refer_target(twr_str text,
                            int32_t *kind,
                            char *buffer,
                            size_t capacity,
                            size_t *length,
                            twr_error *error);

/**
 * Tells what will be dropped or misread on the wire. Free it with twr_findings_free.
 */
twr_status twr_uri_check(const twr_uri *uri, twr_findings **findings, twr_error *error);

/**
 * Reads the decoded value of a User-to-User header. Free it with twr_user_to_user_free.
 */
twr_status twr_user_to_user_parse(twr_str text, twr_user_to_user **value, twr_error *error);

/**
 * Encodes bytes as hexadecimal digits.
 */
twr_status twr_user_to_user_from_bytes(twr_str bytes, twr_user_to_user **value, twr_error *error);

/**
 * Frees a value and writes NULL in its place; NULL is no harm.
 */
void twr_user_to_user_free(twr_user_to_user **value);

/**
 * Its data, and the parameters encoding, purpose and content; views, absent where there is none.
 */
twr_status twr_user_to_user_parts(const twr_user_to_user *value,
                                  twr_str *data,
                                  twr_str *encoding,
                                  twr_str *purpose,
                                  twr_str *content,
                                  twr_error *error);

/**
 * Writes the value as it stands in a header.
 */
twr_status twr_user_to_user_text(const twr_user_to_user *value,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length,
                                 twr_error *error);

/**
 * Makes a validator with the account's auth token; one that is absent or empty is refused. Free it with
 * twr_validator_free.
 */
twr_status twr_validator_new(twr_str secret,
                             twr_validator **validator,
                             twr_error *error);

/**
 * Frees a validator and writes NULL in its place; NULL is no harm.
 */
void twr_validator_free(twr_validator **validator);

/**
 * Takes another secret as well (rotation).
 */
twr_status twr_validator_add_secret(twr_validator *validator, twr_str secret, twr_error *error);

/**
 * Says how Twilio reaches the app, whatever proxies stand between: scheme, host, port, and the path
 * prefix that a gateway strips (`https://voice.example.com/tw`). Then the URL to verify is the request
 * target as it came on the wire (`/handleRefer?x=1`).
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
 * Sets the limit of a body in bytes.
 */
twr_status twr_validator_set_max_body_bytes(twr_validator *validator,
                                            int64_t max_bytes,
                                            twr_error *error);

/**
 * Tries also the spellings of path and query with %27 for ', with escaped SIP URIs, and with escapes for
 * what is beyond ASCII, or without: for frameworks that write them anew.
 */
twr_status twr_validator_accept_encoded_spellings(twr_validator *validator,
                                                  bool accept,
                                                  twr_error *error);

/**
 * Verifies the signature of a request and gives its callback; else TWR_STATUS_TOO_LARGE (413,
 * before anything is hashed), TWR_STATUS_SIGNATURE_MISSING, TWR_STATUS_SIGNATURE_MISMATCH (both 403) or
 * TWR_STATUS_CALLBACK_INVALID (400). `method` is a TWR_METHOD_… number: that of the route, not a copy of the
 * request's, which the signature does not cover. `url` is the request target where a public base is set,
 * else the URL that was asked for; `body` the form as it was received (empty: an empty form); `signature`
 * the header X-Twilio-Signature, absent if there was none.
 */
TWR_MUST_CHECK
twr_status twr_validator_verify(const twr_validator *validator,
                                int32_t method,
                                twr_str url,
                                twr_str body,
                                twr_str signature,
                                twr_callback **callback,
                                twr_error *error);

/**
 * Does as twr_validator_verify for a POST, with the pairs that were decoded already; none: an empty form.
 * The URL's own must not be among them.
 */
TWR_MUST_CHECK
twr_status twr_validator_verify_pairs(const twr_validator *validator,
                                      twr_str url,
                                      const twr_pair *pairs,
                                      size_t count,
                                      twr_str signature,
                                      twr_callback **callback,
                                      twr_error *error);

/**
 * Whether Twilio signed a request whose body is no form: `bodySHA256` in the URL must be its
 * hash. False for anything that is wrong with the call, too.
 */
TWR_MUST_CHECK
bool twr_validator_validate_raw(const twr_validator *validator,
                                twr_str url,
                                twr_str body,
                                twr_str signature);

/**
 * Writes the signature of a request with these parameters; without any, of the URL alone.
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
 * Writes the signature of a request whose body is no form. The request must go to the URL with the hash in it,
 * which twr_url_with_body_sha256 writes.
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
 * Lists the spellings that verifying tries, for the person who hunts a mismatch. Free it with
 * twr_spellings_free.
 */
twr_status twr_validator_explain(const twr_validator *validator,
                                 twr_str url,
                                 twr_str body,
                                 twr_spellings **spellings,
                                 twr_error *error);

/**
 * A spelling by its place from 0: the URL and the text that is hashed; views. TWR_STATUS_NONE behind
 * the last.
 */
twr_status twr_spellings_get(const twr_spellings *spellings,
                             size_t index,
                             twr_str *url,
                             twr_str *hashed,
                             twr_error *error);

/**
 * Frees spellings and writes NULL in their place; NULL is no harm.
 */
void twr_spellings_free(twr_spellings **spellings);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TWIML_REFER_H */
