/* What C may pass by mistake, one by one: each is a status or a plain "no", never a crash. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

/* The layout is part of the ABI. */
_Static_assert(sizeof(twr_str) == 2 * sizeof(void *), "twr_str");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_error) == 360, "twr_error");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_output) == 152, "twr_output");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_outcome) == 64, "twr_outcome");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_node) == 72, "twr_node");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_diagnostic) == 112, "twr_diagnostic");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_refer_report) == 144, "twr_refer_report");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_notify) == 96, "twr_notify");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_user_to_user_parts) == 80, "twr_user_to_user_parts");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_rest_request_parts) == 64, "twr_rest_request_parts");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_url_candidate) == 48, "twr_url_candidate");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_http_request) == 96, "twr_http_request");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_http_answer) == 40, "twr_http_answer");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_signed_request_parts) == 80, "twr_signed_request_parts");

/* A static text has a constant initializer, also under -Wpedantic. */
static const twr_str AUTH_TOKEN = TWR_STR_INIT("12345");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_uri_parts) == 104, "twr_uri_parts");

static int failures;

#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            failures++; \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
        } \
    } while (0)

static bool is(twr_str found, const char *expected)
{
    return found.len == strlen(expected) && !memcmp(found.ptr, expected, found.len);
}

static bool contains(twr_str text, const char *part)
{
    for (size_t at = 0; at + strlen(part) <= text.len; at++)
        if (!memcmp(text.ptr + at, part, strlen(part)))
            return true;
    return false;
}

#define WRONG(call) EXPECT((call) == TWR_STATUS_INVALID_ARGUMENT)

/* The numbers of entries in lists, which the C++ headers do not ask for; each list has as many. */
static void counts(void)
{
    twr_response *response = NULL;
    twr_request *request = NULL;
    twr_validator *validator = NULL;
    twr_diagnostics *diagnostics = NULL;
    twr_url_candidates *candidates = NULL;
    twr_hints *hints = NULL;
    twr_diagnostic one;
    twr_pair pair;
    twr_url_candidate candidate;
    EXPECT(!twr_response_parse(TWR_STR("<Response><Refer/><Say>a</Say></Response>"), &response, NULL));
    EXPECT(twr_response_node_count(response) == 3 && !twr_response_check(response, &diagnostics, NULL));
    EXPECT(twr_diagnostics_count(diagnostics) == 2 && !twr_diagnostics_at(diagnostics, 1, &one, NULL));
    EXPECT(is(one.name, "no-action") && one.code == TWR_CODE_NO_ACTION && one.severity == TWR_SEVERITY_NOTE);
    EXPECT(twr_diagnostics_at(diagnostics, 2, &one, NULL) == TWR_STATUS_NONE);
    EXPECT(!twr_request_from_form(TWR_STR("a=1&SipHeader_X-A=2&ReferSipResponseCode=x"), 0, &request, NULL));
    EXPECT(twr_request_param_count(request) == 3 && !twr_request_param_at(request, 2, &pair, NULL));
    EXPECT(twr_request_sip_header_count(request) == 1 && !twr_request_sip_header_at(request, 0, &pair, NULL));
    EXPECT(is(pair.name, "X-A") && twr_request_sip_header_at(request, 1, &pair, NULL) == TWR_STATUS_NONE);
    EXPECT(twr_request_diagnostic_count(request) == 1 && !twr_request_diagnostic_at(request, 0, &one, NULL));
    EXPECT(is(one.parameter, "ReferSipResponseCode"));
    EXPECT(!twr_validator_new(AUTH_TOKEN, &validator, NULL));
    EXPECT(!twr_validator_explain(validator, TWR_STR("https://a.example/"), TWR_STR("b=c"), &candidates, NULL));
    EXPECT(twr_url_candidates_count(candidates) == 2 && !twr_url_candidates_at(candidates, 1, &candidate, NULL));
    EXPECT(is(candidate.hashed, "https://a.example:443/bc"));
    EXPECT(!twr_validator_diagnose(validator, TWR_METHOD_GET, TWR_STR("/a"), TWR_STR(""), AUTH_TOKEN, &hints, NULL));
    EXPECT(twr_hints_count(hints) > 0);
    twr_hints_free(&hints);
    twr_url_candidates_free(&candidates);
    twr_diagnostics_free(&diagnostics);
    twr_validator_free(&validator);
    twr_request_free(&request);
    twr_response_free(&response);
}

/* Requests as an HTTP server has them. */
static void http_requests(void)
{
    twr_error error;
    twr_validator *validator = NULL;
    twr_http_verifier *http = NULL;
    twr_request *verified = NULL;
    twr_signed_request *made = NULL;
    twr_signed_request_parts parts;
    twr_http_request request = {.method = TWR_STR("POST"), .target = TWR_STR("/a")};
    twr_http_answer answer = {0};
    twr_pair header = {TWR_STR("X-Twilio-Signature"), {NULL, 0}};
    char buffer[256];
    size_t length = 0;

    EXPECT(twr_validator_new(AUTH_TOKEN, &validator, NULL) == TWR_STATUS_OK);
    EXPECT(twr_http_verifier_new(validator, TWR_ORIGIN_PUBLIC_BASE, &http, &error) == TWR_STATUS_REFUSED && !http);
    EXPECT(error.kind == TWR_KIND_PUBLIC_BASE_MISSING);
    EXPECT(twr_validator_set_public_base(validator, TWR_STR("https://a.example"), NULL) == TWR_STATUS_OK);
    WRONG(twr_http_verifier_new(validator, 0, &http, NULL));
    WRONG(twr_http_verifier_new(validator, 5, &http, NULL));
    WRONG(twr_http_verifier_new(NULL, TWR_ORIGIN_HOST_HTTP, &http, NULL));
    EXPECT(twr_http_verifier_new(validator, TWR_ORIGIN_PUBLIC_BASE, &http, NULL) == TWR_STATUS_OK);
    WRONG(twr_http_verifier_set_allowed_methods(NULL, TWR_ALLOWED_METHODS_GET, NULL));
    WRONG(twr_http_verifier_set_allowed_methods(http, 0, NULL));
    WRONG(twr_http_verifier_set_allowed_methods(http, 4, NULL));
    WRONG(twr_http_verifier_set_lost_question_mark(NULL, true, NULL));
    EXPECT(twr_http_verifier_max_body_bytes(http) == 65536 && twr_http_verifier_max_body_bytes(NULL) == 0);

    /* The answer is written in any case, and no request is there that was not verified. */
    verified = (twr_request *)&request;
    EXPECT(twr_http_verifier_verify(http, &request, &answer, &verified, &error) == TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(!verified && answer.status == 403 && !answer.allow.ptr && error.kind == 0 && error.message[0]);
    request.method = TWR_STR("\xff");
    EXPECT(twr_http_verifier_check_head(http, &request, &answer, NULL) == TWR_STATUS_METHOD_NOT_ALLOWED);
    EXPECT(answer.status == 405 && is(answer.allow, "POST"));
    WRONG(twr_http_verifier_verify(NULL, &request, &answer, &verified, &error));
    EXPECT(answer.status == 500);
    WRONG(twr_http_verifier_verify(http, NULL, &answer, &verified, NULL));
    WRONG(twr_http_verifier_verify(http, &request, NULL, &verified, NULL));
    WRONG(twr_http_verifier_verify(http, &request, &answer, NULL, NULL));
    WRONG(twr_http_verifier_check_head(NULL, &request, &answer, NULL));
    WRONG(twr_http_verifier_check_head(http, NULL, &answer, NULL));
    WRONG(twr_http_verifier_check_head(http, &request, NULL, NULL));
    request.header_count = 1;
    WRONG(twr_http_verifier_check_head(http, &request, &answer, NULL));
    WRONG(twr_http_verifier_diagnose(http, &request, buffer, sizeof buffer, &length, NULL));
    request.headers = &header;

    /* What the tests of an app send. */
    WRONG(twr_signed_request_new(validator, 6, TWR_METHOD_POST, request.target, NULL, 0, &made, NULL));
    WRONG(twr_signed_request_new(validator, 0, 0, request.target, NULL, 0, &made, NULL));
    WRONG(twr_signed_request_new(NULL, 0, TWR_METHOD_POST, request.target, NULL, 0, &made, NULL));
    EXPECT(!twr_signed_request_new(validator, TWR_SCENARIO_REJECTED, TWR_METHOD_POST, request.target, NULL, 0, &made, NULL));
    WRONG(twr_signed_request_get(made, NULL, NULL));
    WRONG(twr_signed_request_get(NULL, &parts, NULL));
    EXPECT(twr_signed_request_get(made, &parts, NULL) == TWR_STATUS_OK);
    request.method = parts.method;
    request.body = parts.body;
    header.value = parts.signature;
    EXPECT(twr_http_verifier_check_head(http, &request, &answer, NULL) == TWR_STATUS_OK && answer.status == 200);
    EXPECT(twr_http_verifier_verify(http, &request, &answer, &verified, NULL) == TWR_STATUS_OK && answer.status == 200);
    EXPECT(twr_request_outcome(verified).kind == TWR_OUTCOME_REJECTED);
    EXPECT(!twr_http_verifier_diagnose(http, &request, buffer, sizeof buffer, &length, NULL) && length == 0);
    EXPECT(!twr_claimed_account_sid(request.method, request.target, request.body, buffer, sizeof buffer, &length, NULL));
    EXPECT(length == 34);
    EXPECT(twr_claimed_account_sid(request.method, request.target, AUTH_TOKEN, buffer, sizeof buffer, &length, NULL) ==
           TWR_STATUS_NONE);
    EXPECT(twr_http_verifier_set_allowed_methods(http, TWR_ALLOWED_METHODS_GET_AND_POST, NULL) == TWR_STATUS_OK);
    EXPECT(twr_http_verifier_set_lost_question_mark(http, true, NULL) == TWR_STATUS_OK);
    /* A name or value that is not UTF-8 is another header, or one that does not match. */
    header.value = TWR_STR("\xff");
    twr_request_free(&verified);
    EXPECT(twr_http_verifier_verify(http, &request, &answer, &verified, NULL) == TWR_STATUS_SIGNATURE_MISMATCH);
    header.name = TWR_STR("\xff");
    EXPECT(twr_http_verifier_verify(http, &request, &answer, &verified, NULL) == TWR_STATUS_SIGNATURE_MISMATCH && !verified);
    twr_signed_request_free(&made);
    twr_signed_request_free(&made);
    twr_http_verifier_free(&http);
    twr_http_verifier_free(&http);
    twr_http_verifier_free(NULL);
    twr_validator_free(&validator);
}

int main(void)
{
    twr_error error;
    twr_uri *uri = NULL, *copy;
    twr_response *response = NULL;
    twr_element *element = NULL, *none = NULL;
    twr_request *request = NULL;
    twr_validator *validator = NULL;
    twr_transfer *transfer = NULL;
    twr_settings *settings = NULL;
    twr_user_to_user *user_to_user = NULL;
    twr_output output;
    twr_notify notify = {0};
    twr_refer_report report;
    twr_uri_parts parts;
    twr_pair pair = {0};
    char buffer[16];
    size_t length = 0;
    twr_str text = TWR_STR("sip:alice@example.com"), absent = {NULL, 0};
    twr_str nothing = {NULL, 5}, endless = {"x", SIZE_MAX}, invalid = {"sip:\xff", 5};

    /* Text. */
    EXPECT(twr_str_of(NULL).ptr == NULL && twr_str_of("").len == 0 && twr_str_of("abc").len == 3);
    WRONG(twr_uri_parse(nothing, &uri, &error));
    EXPECT(strstr(error.message, "no bytes") && error.kind == 0 && error.offset == TWR_NO_OFFSET);
    WRONG(twr_uri_parse(endless, &uri, NULL));
    EXPECT(twr_uri_parse(absent, &uri, &error) == TWR_STATUS_REFUSED && error.kind == TWR_KIND_URI_EMPTY && error.group == TWR_GROUP_SIP_URI);
    EXPECT(twr_uri_parse(invalid, &uri, &error) == TWR_STATUS_REFUSED && error.offset == 4);
    EXPECT(uri == NULL);

    /* NULL for what must be there. */
    WRONG(twr_uri_parse(text, NULL, &error));
    EXPECT(twr_uri_parse(text, &uri, NULL) == TWR_STATUS_OK);
    WRONG(twr_uri_get(NULL, &parts, NULL));
    WRONG(twr_uri_get(uri, NULL, NULL));
    memset(&parts, 0, sizeof parts);
    parts.scheme = TWR_STR("tel");
    parts.host = TWR_STR("example.com");
    WRONG(twr_uri_build(&parts, NULL, 0, &copy, &error));
    EXPECT(strstr(error.message, "neither sip nor sips"));
    parts.scheme = absent;
    WRONG(twr_uri_build(&parts, NULL, 1, &copy, NULL));
    WRONG(twr_uri_build(&parts, &pair, SIZE_MAX / 2, &copy, NULL));
    WRONG(twr_uri_add_header(NULL, text, text, NULL));
    EXPECT(twr_uri_header_at(uri, 0, NULL, NULL) == TWR_STATUS_NONE);
    EXPECT(twr_uri_text(NULL).ptr == NULL && !twr_uri_equivalent(uri, NULL));
    EXPECT(twr_diagnostics_count(NULL) == 0 && twr_url_candidates_count(NULL) == 0 && twr_response_node_count(NULL) == 0);
    EXPECT(twr_request_diagnostic_count(NULL) == 0 && twr_request_sip_header_count(NULL) == 0);
    WRONG(twr_response_xml(NULL, false, buffer, sizeof buffer, &length, NULL));
    WRONG(twr_response_refer(NULL, text, absent, absent, NULL));
    WRONG(twr_response_refer(NULL, absent, absent, absent, NULL));
    WRONG(twr_response_add(NULL, absent, absent, NULL));
    WRONG(twr_uri_add_user_to_user(NULL, absent, NULL));
    EXPECT(twr_request_outcome(NULL).kind == 0 && twr_request_leg(NULL) == 0);
    EXPECT(!twr_request_may_resume(NULL) && twr_uri_user_to_user_count(NULL) == 0);
    EXPECT(twr_request_param_count(NULL) == 0 && twr_request_param(NULL, text).ptr == NULL);
    WRONG(twr_validator_verify(NULL, TWR_METHOD_POST, text, text, text, &request, NULL));
    twr_hints *hints = NULL;
    WRONG(twr_validator_diagnose(NULL, TWR_METHOD_POST, text, text, text, &hints, NULL));
    EXPECT(hints == NULL && twr_hints_count(NULL) == 0);
    EXPECT(!twr_validator_validate_raw(NULL, text, text, text));
    WRONG(twr_transfer_handle_timeout(NULL, 0, NULL));
    WRONG(twr_transfer_poll(NULL, &output, &error));
    WRONG(twr_transfer_notify(NULL, &notify, 0, NULL));
    WRONG(twr_transfer_cseq(NULL, 1, 0, NULL));
    WRONG(twr_transfer_status(NULL, 200, true, 0, NULL));
    EXPECT(twr_transfer_deadline_ms(NULL) == TWR_NO_DEADLINE && twr_transfer_state(NULL) == 0);

    /* Buffers. */
    WRONG(twr_uri_refer_to(uri, NULL, 5, &length, NULL));
    WRONG(twr_uri_refer_to(uri, buffer, sizeof buffer, NULL, NULL));
    EXPECT(twr_uri_refer_to(uri, NULL, 0, &length, NULL) == TWR_STATUS_BUFFER_TOO_SMALL && length == 23);
    memset(buffer, 'x', sizeof buffer);
    EXPECT(twr_uri_refer_to(uri, buffer, sizeof buffer, &length, &error) == TWR_STATUS_BUFFER_TOO_SMALL);
    EXPECT(buffer[0] == 'x' && error.status == TWR_STATUS_BUFFER_TOO_SMALL);

    /* A NUL follows where there is room, and only there. */
    char exact[24];
    memset(exact, 'x', sizeof exact);
    EXPECT(twr_uri_refer_to(uri, exact, 23, &length, NULL) == TWR_STATUS_OK && exact[23] == 'x');
    EXPECT(twr_uri_refer_to(uri, exact, 24, &length, NULL) == TWR_STATUS_OK && strlen(exact) == 23 && length == 23);

    /* The place for a part is NULL. */
    int32_t kind = -1;
    twr_uri_free(&uri);
    EXPECT(twr_uri_parse(TWR_STR("sip:alice@example.com;lr?X-A=1"), &uri, NULL) == TWR_STATUS_OK);
    WRONG(twr_uri_param_at(uri, 0, NULL, NULL));
    WRONG(twr_uri_header_at(uri, 0, NULL, NULL));
    EXPECT(!twr_uri_header(uri, TWR_STR("X-B")).ptr && !twr_uri_header(NULL, TWR_STR("X-A")).ptr);
    EXPECT(is(twr_uri_header(uri, TWR_STR("x-a")), "1"));
    EXPECT(twr_uri_user_to_user_at(uri, 0, &user_to_user, NULL) == TWR_STATUS_NONE);
    EXPECT(twr_uri_add_header(uri, TWR_STR("User-to-User"), TWR_STR("61;encoding=hex,;"), NULL) == TWR_STATUS_OK);
    EXPECT(twr_uri_user_to_user_count(uri) == 2);
    EXPECT(twr_uri_user_to_user_at(uri, 1, &user_to_user, &error) == TWR_STATUS_REFUSED && user_to_user == NULL);
    EXPECT(is(twr_kind_name(error.kind), "uui-data-empty"));
    WRONG(twr_uri_user_to_user_at(uri, 0, NULL, NULL));
    EXPECT(twr_uri_user_to_user_at(uri, 0, &user_to_user, NULL) == TWR_STATUS_OK);
    twr_user_to_user_free(&user_to_user);
    EXPECT(twr_user_to_user_parse(TWR_STR("61"), &user_to_user, NULL) == TWR_STATUS_OK);
    WRONG(twr_user_to_user_get(user_to_user, NULL, NULL));
    twr_user_to_user_free(&user_to_user);
    length = 0;
    WRONG(twr_refer_target_parse(TWR_STR("tel:1"), NULL, buffer, sizeof buffer, &length, NULL));
    WRONG(twr_refer_target_parse(TWR_STR("tel:1"), &kind, buffer, sizeof buffer, NULL, NULL));
    EXPECT(length == 0 && kind == -1 && buffer[0] == 'x');

    /* Numbers that are no constants. */
    EXPECT(twr_validator_new(AUTH_TOKEN, &validator, NULL) == TWR_STATUS_OK);
    WRONG(twr_validator_set_algorithm(validator, 0, NULL));
    WRONG(twr_validator_set_algorithm(validator, INT32_MAX, NULL));
    EXPECT(twr_settings_new(&settings, NULL) == TWR_STATUS_OK);
    WRONG(twr_settings_set_time(settings, 0, 1, NULL));
    EXPECT(twr_settings_set_time(settings, TWR_TIME_RESPONSE, INT64_MAX, NULL) == TWR_STATUS_REFUSED);
    EXPECT(twr_settings_set_time(settings, TWR_TIME_MAX_DURATION, -1, &error) == TWR_STATUS_REFUSED);
    EXPECT(is(twr_kind_name(error.kind), "setting-invalid"));
    EXPECT(twr_settings_set_status(settings, 70000, TWR_STR("busy"), &error) == TWR_STATUS_REFUSED);
    EXPECT(is(twr_kind_name(error.kind), "setting-invalid"));
    WRONG(twr_transfer_new(endless, NULL, &transfer, NULL));
    WRONG(twr_transfer_new(text, NULL, NULL, NULL));
    EXPECT(twr_transfer_new(invalid, NULL, &transfer, &error) == TWR_STATUS_REFUSED && error.offset == 4);
    EXPECT(transfer == NULL && twr_transfer_new(text, NULL, &transfer, NULL) == TWR_STATUS_OK);
    WRONG(twr_transfer_start(transfer, -1, 1, true, 0, NULL));
    EXPECT(twr_transfer_start(transfer, TWR_LEG_SIP, -2, true, 0, &error) == TWR_STATUS_REFUSED);
    EXPECT(is(twr_kind_name(error.kind), "cseq-invalid"));

    /* What comes from the wire is no error: the output says what was odd of it. */
    EXPECT(twr_transfer_response(transfer, 202, true, 0, &error) == TWR_STATUS_OK);
    EXPECT(twr_transfer_poll(transfer, &output, &error) == TWR_STATUS_OK && output.kind == TWR_OUTPUT_DIAGNOSTIC);
    EXPECT(output.diagnostic.code == TWR_CODE_EVENT_UNEXPECTED && output.diagnostic.severity == TWR_SEVERITY_WARNING);
    EXPECT(twr_transfer_response(transfer, 65736, true, 0, &error) == TWR_STATUS_OK);
    EXPECT(twr_transfer_poll(transfer, &output, &error) == TWR_STATUS_OK && output.diagnostic.code == TWR_CODE_RESPONSE_CODE_INVALID);
    EXPECT(contains(output.diagnostic.message, "65736") && twr_transfer_poll(transfer, &output, &error) == TWR_STATUS_NONE);
    EXPECT(twr_transfer_start(transfer, TWR_LEG_PSTN, 1, true, 0, &error) == TWR_STATUS_REFUSED);
    EXPECT(error.number == 13801);
    WRONG(twr_transfer_poll(transfer, NULL, NULL));
    WRONG(twr_transfer_notify(transfer, NULL, 0, NULL));
    WRONG(twr_transfer_report(NULL, &report, NULL));
    EXPECT(twr_transfer_report(transfer, &report, &error) == TWR_STATUS_NONE && error.status == TWR_STATUS_NONE);
    EXPECT(twr_transfer_poll(transfer, &output, &error) == TWR_STATUS_NONE);

    /* Arrays. */
    WRONG(twr_request_from_pairs(NULL, 3, 0, &request, NULL));
    WRONG(twr_request_from_pairs(&pair, SIZE_MAX / 2, 0, &request, NULL));
    EXPECT(twr_request_from_pairs(NULL, 0, 0, &request, NULL) == TWR_STATUS_OK);
    EXPECT(twr_request_param_at(request, 0, &pair, NULL) == TWR_STATUS_NONE);
    EXPECT(twr_request_param_at(request, SIZE_MAX, &pair, NULL) == TWR_STATUS_NONE);

    /* A mismatch is no success. */
    twr_request_free(&request);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, text, absent, text, &request, &error) ==
           TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(request == NULL && error.kind == TWR_KIND_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_GET, text, absent, absent, &request, &error) ==
           TWR_STATUS_SIGNATURE_MISSING);
    EXPECT(request == NULL && error.kind == TWR_KIND_SIGNATURE_MISSING);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, text, absent, TWR_STR(""), &request, NULL) ==
           TWR_STATUS_SIGNATURE_MISSING);
    EXPECT(twr_validator_verify_pairs(validator, text, NULL, 0, absent, &request, NULL) ==
           TWR_STATUS_SIGNATURE_MISSING);
    WRONG(twr_validator_verify(validator, 0, text, absent, text, &request, NULL));
    WRONG(twr_validator_verify(validator, INT32_MAX, text, absent, text, &request, NULL));

    /* A URL or signature that is not UTF-8 is one that does not match, not misuse. */
    twr_str odd = {"\xff", 1}, good = TWR_STR("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), at = TWR_STR("https://a.example/");
    twr_hint hint;
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, at, absent, odd, &request, &error) ==
           TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(request == NULL && error.kind == TWR_KIND_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_GET, odd, absent, good, &request, &error) ==
           TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(request == NULL && error.kind == TWR_KIND_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, odd, absent, absent, &request, NULL) ==
           TWR_STATUS_SIGNATURE_MISSING);
    EXPECT(twr_validator_verify_pairs(validator, at, NULL, 0, odd, &request, NULL) == TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_verify_pairs(validator, odd, NULL, 0, good, &request, NULL) == TWR_STATUS_SIGNATURE_MISMATCH);
    pair.name = TWR_STR("a");
    pair.value = odd;
    EXPECT(twr_validator_verify_pairs(validator, at, &pair, 1, good, &request, NULL) == TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_verify_pairs(validator, at, &pair, 1, absent, &request, NULL) == TWR_STATUS_SIGNATURE_MISSING);
    EXPECT(twr_validator_diagnose(validator, TWR_METHOD_POST, at, absent, odd, &hints, NULL) == TWR_STATUS_OK);
    EXPECT(twr_hints_count(hints) == 1 && twr_hints_at(hints, 0, &hint, NULL) == TWR_STATUS_OK);
    EXPECT(is(hint.kind, "signature-invalid"));
    twr_hints_free(&hints);
    EXPECT(twr_validator_diagnose(validator, TWR_METHOD_POST, odd, absent, good, &hints, NULL) == TWR_STATUS_OK);
    EXPECT(twr_hints_count(hints) == 1 && twr_hints_at(hints, 0, &hint, NULL) == TWR_STATUS_OK && is(hint.kind, "url"));
    twr_hints_free(&hints);

    /* What is too large is that first, whatever is said of the signature. */
    EXPECT(twr_validator_set_max_body_bytes(validator, 3, NULL) == TWR_STATUS_OK);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, odd, TWR_STR("a=12"), odd, &request, NULL) ==
           TWR_STATUS_TOO_LARGE);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, text, TWR_STR("a=12"), absent, &request, &error) ==
           TWR_STATUS_TOO_LARGE);
    EXPECT(request == NULL && error.kind == TWR_KIND_REQUEST_TOO_LARGE);
    EXPECT(twr_request_from_form(TWR_STR("a=12"), 3, &request, NULL) == TWR_STATUS_TOO_LARGE);
    EXPECT(twr_request_from_query(TWR_STR("a=12"), 3, &request, NULL) == TWR_STATUS_TOO_LARGE);
    pair.name = TWR_STR("a");
    pair.value = TWR_STR("12");
    EXPECT(twr_request_from_pairs(&pair, 1, 2, &request, NULL) == TWR_STATUS_TOO_LARGE && request == NULL);

    /* An auth token that is not set, as getenv() says it, or empty. */
    twr_validator *unset = NULL;
    EXPECT(twr_validator_new(twr_str_of(NULL), &unset, &error) == TWR_STATUS_REFUSED && error.kind == TWR_KIND_AUTH_TOKEN_EMPTY);
    EXPECT(twr_validator_new(TWR_STR(""), &unset, NULL) == TWR_STATUS_REFUSED && unset == NULL);
    EXPECT(twr_validator_add_auth_token(validator, absent, &error) == TWR_STATUS_REFUSED && error.kind == TWR_KIND_AUTH_TOKEN_EMPTY);

    /* A password in a public base that is refused is not told. */
    EXPECT(twr_validator_set_public_base(validator, TWR_STR("https://u:secret@h x"), &error) == TWR_STATUS_REFUSED);
    EXPECT(!strstr(error.message, "secret"));

    /* Numbers that are out of range have the kind of their place. */
    EXPECT(twr_validator_set_max_body_bytes(validator, -1, &error) == TWR_STATUS_REFUSED && error.kind == TWR_KIND_REQUEST_LIMIT_INVALID);
    EXPECT(twr_request_from_form(text, -1, &request, &error) == TWR_STATUS_REFUSED && error.kind == TWR_KIND_REQUEST_LIMIT_INVALID);
    parts.host = TWR_STR("example.com");
    for (int64_t port = -1; port <= 65536; port += 65537) {
        /* A handle that a call could not make is NULL, whatever was there. */
        twr_uri *built = (twr_uri *)&parts;
        parts.port = port;
        EXPECT(twr_uri_build(&parts, NULL, 0, &built, &error) == TWR_STATUS_REFUSED);
        EXPECT(error.kind == TWR_KIND_URI_PORT_INVALID && built == NULL);
    }

    /* What a request says, and of none. */
    EXPECT(twr_request_from_form(TWR_STR("ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=480"),
                                  0, &request, NULL) == TWR_STATUS_OK);
    EXPECT(twr_request_refer(request, &report, NULL) == TWR_STATUS_OK);
    EXPECT(report.call_status == TWR_CALL_STATUS_FAILED && is(report.call_status_text, "failed"));
    EXPECT(report.refer_sip_response_code == 202 && report.notify_sip_response_code == 480);
    EXPECT(is(report.form, "ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=480"));
    EXPECT(report.outcome.kind == TWR_OUTCOME_TARGET_FAILED && report.outcome.code == 480);
    EXPECT(report.outcome.call_status == TWR_CALL_STATUS_FAILED && report.outcome.explanation.len > 20);
    WRONG(twr_request_refer(request, NULL, NULL));
    WRONG(twr_request_refer(NULL, &report, NULL));
    twr_request_free(&request);
    EXPECT(twr_request_from_form(TWR_STR("CallSid=1"), 0, &request, NULL) == TWR_STATUS_OK);
    EXPECT(twr_request_refer(request, &report, NULL) == TWR_STATUS_NONE && twr_request_outcome(request).kind == 0);
    twr_request_free(&request);
    EXPECT(twr_request_from_form(TWR_STR("ReferCallStatus=parked"), 0, &request, NULL) == TWR_STATUS_OK);
    EXPECT(twr_request_outcome(request).call_status == TWR_CALL_STATUS_OTHER);
    EXPECT(is(twr_request_outcome(request).call_status_text, "parked"));
    twr_request_free(&request);

    /* Constants have names, other numbers have none. */
    EXPECT(is(twr_group_name(TWR_GROUP_TEXT), "text") && !twr_group_name(0).ptr && !twr_group_name(10).ptr);
    EXPECT(is(twr_status_name(TWR_STATUS_NONE), "none") && !twr_status_name(-1).ptr);
    for (int32_t status = TWR_STATUS_OK; status <= TWR_STATUS_METHOD_NOT_ALLOWED; status++)
        EXPECT(twr_status_name(status).ptr);
    EXPECT(is(twr_status_name(TWR_STATUS_INTERNAL), "internal"));
    EXPECT(is(twr_leg_name(TWR_LEG_PSTN), "pstn") && !twr_leg_name(0).ptr);
    EXPECT(is(twr_state_name(TWR_STATE_SUBSCRIBED), "subscribed") && !twr_state_name(5).ptr);
    EXPECT(is(twr_output_name(TWR_OUTPUT_REPLY), "reply") && !twr_output_name(0).ptr);
    EXPECT(is(twr_call_status_name(TWR_CALL_STATUS_NO_ANSWER), "no-answer") &&
           !twr_call_status_name(TWR_CALL_STATUS_OTHER).ptr);
    EXPECT(!twr_outcome_name(0).ptr && !twr_severity_name(0).ptr && !twr_follows_name(0).ptr);
    EXPECT(!twr_target_name(0).ptr && !twr_code_name(0).ptr && !twr_code_name(INT32_MAX).ptr && !twr_kind_name(0).ptr);
    EXPECT(twr_version() == TWR_VERSION && TWR_VERSION > 0);

    /* A URL that was written anew is taken if the app says so. */
    twr_validator *lenient = NULL;
    char signature[64];
    EXPECT(twr_validator_new(TWR_STR("12345"), &lenient, NULL) == TWR_STATUS_OK);
    EXPECT(twr_validator_sign(lenient, TWR_STR("https://a.example/?a=%27"), NULL, 0, signature, sizeof signature,
                              &length, NULL) == TWR_STATUS_OK);
    twr_str quoted = {signature, length}, anew = TWR_STR("https://a.example/?a='");
    EXPECT(twr_validator_verify(lenient, TWR_METHOD_POST, anew, absent, quoted, &request, NULL) ==
           TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_set_encoded_spellings(lenient, true, NULL) == TWR_STATUS_OK);
    EXPECT(twr_validator_verify(lenient, TWR_METHOD_POST, anew, absent, quoted, &request, NULL) == TWR_STATUS_OK);
    twr_request_free(&request);
    twr_validator_free(&lenient);

    /* Copies live by themselves. */
    twr_uri *first = NULL, *second = NULL;
    EXPECT(twr_uri_parse(text, &first, NULL) == TWR_STATUS_OK && twr_uri_copy(first, &second, NULL) == TWR_STATUS_OK);
    EXPECT(twr_uri_add_header(first, TWR_STR("X-A"), TWR_STR("1"), NULL) == TWR_STATUS_OK);
    twr_uri_free(&first);
    EXPECT(is(twr_uri_text(second), "sip:alice@example.com"));
    twr_uri_free(&second);
    WRONG(twr_uri_copy(NULL, &second, NULL));
    EXPECT(second == NULL);
    WRONG(twr_element_copy(NULL, &none, NULL));
    WRONG(twr_response_copy(NULL, &response, NULL));

    /* Elements in themselves, and elements that are gone. */
    EXPECT(twr_response_new(&response, NULL) == TWR_STATUS_OK);
    EXPECT(twr_element_new(TWR_STR("Say"), &element, NULL) == TWR_STATUS_OK);
    WRONG(twr_element_append(element, &element, NULL));
    WRONG(twr_element_append(element, &none, NULL));
    WRONG(twr_element_append(element, NULL, NULL));
    EXPECT(twr_element_copy(element, &none, NULL) == TWR_STATUS_OK && none != element);
    EXPECT(twr_element_append(element, &none, NULL) == TWR_STATUS_OK && none == NULL);
    EXPECT(twr_response_append(response, &element, NULL) == TWR_STATUS_OK && element == NULL);
    WRONG(twr_response_append(response, &element, NULL));
    twr_response *again = NULL;
    EXPECT(twr_response_node_count(response) == 2 && twr_response_copy(response, &again, NULL) == TWR_STATUS_OK);
    twr_response_free(&response);
    EXPECT(twr_response_node_count(again) == 2);
    WRONG(twr_response_append(NULL, &element, NULL));
    twr_response_free(&again);

    /* A second time, and NULL. */
    copy = uri;
    twr_uri_free(&uri);
    EXPECT(uri == NULL && copy != NULL);
    twr_uri_free(&uri);
    twr_uri_free(NULL);
    twr_element_free(&element);
    twr_request_free(NULL);
    twr_validator_free(&validator);
    twr_validator_free(&validator);
    twr_transfer_free(&transfer);
    twr_settings_free(&settings);
    twr_response_free(&response);
    counts();
    http_requests();
    if (failures)
        fprintf(stderr, "%d failed\n", failures);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
