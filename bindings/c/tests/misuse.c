/* What C may pass by mistake, one by one: each is a status or a plain "no", never a crash. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

/* The layout is part of the ABI. */
_Static_assert(sizeof(twr_str) == 2 * sizeof(void *), "twr_str");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_error) == 352, "twr_error");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_output) == 152, "twr_output");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_outcome) == 40, "twr_outcome");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_node) == 72, "twr_node");
_Static_assert(sizeof(void *) != 8 || sizeof(twr_finding) == 88, "twr_finding");
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

#define WRONG(call) EXPECT((call) == TWR_STATUS_INVALID_ARGUMENT)

int main(void)
{
    twr_error error;
    twr_uri *uri = NULL, *copy;
    twr_response *response = NULL;
    twr_element *element = NULL, *none = NULL;
    twr_callback *callback = NULL;
    twr_validator *validator = NULL;
    twr_transfer *transfer = NULL;
    twr_settings *settings = NULL;
    twr_user_to_user *user_to_user = NULL;
    twr_output output;
    twr_uri_parts parts;
    twr_pair pair;
    char buffer[16];
    size_t length = 0;
    twr_str text = TWR_STR("sip:alice@example.com"), absent = {NULL, 0};
    twr_str nothing = {NULL, 5}, endless = {"x", SIZE_MAX}, invalid = {"sip:\xff", 5};

    /* Text. */
    EXPECT(twr_str_of(NULL).ptr == NULL && twr_str_of("").len == 0 && twr_str_of("abc").len == 3);
    WRONG(twr_uri_parse(nothing, &uri, &error));
    EXPECT(strstr(error.message, "no bytes") && error.kind == 0 && error.offset == TWR_NO_OFFSET);
    WRONG(twr_uri_parse(endless, &uri, NULL));
    EXPECT(twr_uri_parse(absent, &uri, &error) == TWR_STATUS_REFUSED && error.kind == 101);
    EXPECT(twr_uri_parse(invalid, &uri, &error) == TWR_STATUS_REFUSED && error.offset == 4);
    EXPECT(uri == NULL);

    /* NULL for what must be there. */
    WRONG(twr_uri_parse(text, NULL, &error));
    EXPECT(twr_uri_parse(text, &uri, NULL) == TWR_STATUS_OK);
    WRONG(twr_uri_take_apart(NULL, &parts, NULL));
    WRONG(twr_uri_take_apart(uri, NULL, NULL));
    memset(&parts, 0, sizeof parts);
    parts.scheme = TWR_STR("tel");
    parts.host = TWR_STR("example.com");
    WRONG(twr_uri_build(&parts, NULL, 0, &uri, &error));
    EXPECT(strstr(error.message, "neither sip nor sips"));
    parts.scheme = absent;
    WRONG(twr_uri_build(&parts, NULL, 1, &uri, NULL));
    WRONG(twr_uri_build(&parts, &pair, SIZE_MAX / 2, &uri, NULL));
    WRONG(twr_uri_add_header(NULL, text, text, NULL));
    WRONG(twr_uri_header(uri, 0, NULL, NULL, NULL) - TWR_STATUS_NONE + TWR_STATUS_INVALID_ARGUMENT);
    EXPECT(twr_uri_text(NULL).ptr == NULL && !twr_uri_equivalent(uri, NULL));
    EXPECT(twr_findings_count(NULL) == 0);
    WRONG(twr_response_render(NULL, false, buffer, sizeof buffer, &length, NULL));
    WRONG(twr_response_refer(NULL, text, absent, absent, NULL));
    WRONG(twr_response_refer(NULL, absent, absent, absent, NULL));
    WRONG(twr_response_add(NULL, absent, absent, NULL));
    WRONG(twr_uri_add_user_to_user(NULL, absent, NULL));
    EXPECT(twr_callback_outcome(NULL).kind == 0 && twr_callback_leg(NULL) == 0);
    EXPECT(!twr_callback_may_resume(NULL) && twr_uri_user_to_user_count(NULL) == 0);
    EXPECT(twr_callback_param_count(NULL) == 0 && twr_callback_param(NULL, text).ptr == NULL);
    WRONG(twr_validator_verify(NULL, TWR_METHOD_POST, text, text, text, &callback, NULL));
    EXPECT(!twr_validator_validate_raw(NULL, text, text, text));
    WRONG(twr_transfer_time(NULL, 0, NULL));
    WRONG(twr_transfer_poll(NULL, &output));
    EXPECT(twr_transfer_deadline(NULL) == TWR_NO_DEADLINE && twr_transfer_state(NULL).ptr == NULL);

    /* Buffers. */
    WRONG(twr_uri_refer_to(uri, NULL, 5, &length, NULL));
    WRONG(twr_uri_refer_to(uri, buffer, sizeof buffer, NULL, NULL));
    EXPECT(twr_uri_refer_to(uri, NULL, 0, &length, NULL) == TWR_STATUS_BUFFER_TOO_SMALL && length == 23);
    memset(buffer, 'x', sizeof buffer);
    EXPECT(twr_uri_refer_to(uri, buffer, sizeof buffer, &length, &error) == TWR_STATUS_BUFFER_TOO_SMALL);
    EXPECT(buffer[0] == 'x' && error.status == TWR_STATUS_BUFFER_TOO_SMALL);

    /* One place of several is NULL: nothing is written to the others. */
    twr_str name = absent, value = absent;
    int32_t kind = -1;
    twr_uri_free(&uri);
    EXPECT(twr_uri_parse(TWR_STR("sip:alice@example.com;lr?X-A=1"), &uri, NULL) == TWR_STATUS_OK);
    WRONG(twr_uri_param(uri, 0, &name, NULL, NULL));
    WRONG(twr_uri_param(uri, 0, NULL, &value, NULL));
    WRONG(twr_uri_header(uri, 0, &name, NULL, NULL));
    WRONG(twr_uri_header(uri, 0, NULL, &value, NULL));
    WRONG(twr_uri_header_named(uri, TWR_STR("X-A"), NULL, NULL));
    EXPECT(twr_uri_header_named(uri, TWR_STR("X-B"), &value, NULL) == TWR_STATUS_NONE);
    EXPECT(name.ptr == NULL && value.ptr == NULL);
    EXPECT(twr_uri_header_named(uri, TWR_STR("x-a"), &value, NULL) == TWR_STATUS_OK && value.len == 1);
    value = absent;
    EXPECT(twr_uri_user_to_user_at(uri, 0, &user_to_user, NULL) == TWR_STATUS_NONE);
    EXPECT(twr_uri_add_header(uri, TWR_STR("User-to-User"), TWR_STR("61;encoding=hex,;"), NULL) == TWR_STATUS_OK);
    EXPECT(twr_uri_user_to_user_count(uri) == 2);
    EXPECT(twr_uri_user_to_user_at(uri, 1, &user_to_user, &error) == TWR_STATUS_REFUSED && user_to_user == NULL);
    EXPECT(is(twr_error_kind_name(error.kind), "uui-data-empty"));
    WRONG(twr_uri_user_to_user_at(uri, 0, NULL, NULL));
    EXPECT(twr_uri_user_to_user_at(uri, 0, &user_to_user, NULL) == TWR_STATUS_OK);
    twr_user_to_user_free(&user_to_user);
    EXPECT(twr_user_to_user_parse(TWR_STR("61"), &user_to_user, NULL) == TWR_STATUS_OK);
    WRONG(twr_user_to_user_parts(user_to_user, &name, &value, &value, NULL, NULL));
    twr_user_to_user_free(&user_to_user);
    EXPECT(name.ptr == NULL);
    length = 0;
    WRONG(twr_refer_target(TWR_STR("tel:1"), NULL, buffer, sizeof buffer, &length, NULL));
    WRONG(twr_refer_target(TWR_STR("tel:1"), &kind, buffer, sizeof buffer, NULL, NULL));
    EXPECT(length == 0 && kind == -1 && buffer[0] == 'x');

    /* Numbers that are no constants. */
    EXPECT(twr_validator_new(TWR_STR("12345"), &validator, NULL) == TWR_STATUS_OK);
    WRONG(twr_validator_set_algorithm(validator, 0, NULL));
    WRONG(twr_validator_set_algorithm(validator, INT32_MAX, NULL));
    EXPECT(twr_settings_new(&settings, NULL) == TWR_STATUS_OK);
    WRONG(twr_settings_set_time(settings, 0, 1, NULL));
    EXPECT(twr_settings_set_time(settings, TWR_TIME_RESPONSE, INT64_MAX, NULL) == TWR_STATUS_REFUSED);
    EXPECT(twr_settings_set_time(settings, TWR_TIME_MAX_DURATION, -1, &error) == TWR_STATUS_REFUSED);
    EXPECT(is(twr_error_kind_name(error.kind), "setting-invalid"));
    EXPECT(twr_settings_set_status(settings, 70000, TWR_STR("busy"), &error) == TWR_STATUS_REFUSED);
    EXPECT(is(twr_error_kind_name(error.kind), "setting-invalid"));
    WRONG(twr_transfer_new(endless, NULL, &transfer, NULL));
    WRONG(twr_transfer_new(text, NULL, NULL, NULL));
    EXPECT(twr_transfer_new(invalid, NULL, &transfer, &error) == TWR_STATUS_REFUSED && error.offset == 4);
    EXPECT(transfer == NULL && twr_transfer_new(text, NULL, &transfer, NULL) == TWR_STATUS_OK);
    WRONG(twr_transfer_start(transfer, -1, 1, true, 0, NULL));
    EXPECT(twr_transfer_start(transfer, TWR_LEG_SIP, -1, true, 0, &error) == TWR_STATUS_REFUSED);
    EXPECT(is(twr_error_kind_name(error.kind), "cseq-invalid"));

    /* What comes from the wire is no error: the output says what was odd of it. */
    EXPECT(twr_transfer_response(transfer, 202, true, 0, &error) == TWR_STATUS_OK);
    EXPECT(twr_transfer_poll(transfer, &output) == TWR_STATUS_OK && output.kind == TWR_OUTPUT_DIAGNOSTIC);
    EXPECT(is(output.finding.code, "event-unexpected") && output.finding.severity == TWR_SEVERITY_WARNING);
    EXPECT(twr_transfer_response(transfer, 65736, true, 0, &error) == TWR_STATUS_OK);
    EXPECT(twr_transfer_poll(transfer, &output) == TWR_STATUS_OK && is(output.finding.code, "response-code-invalid"));
    EXPECT(output.finding.message.len > 0 && twr_transfer_poll(transfer, &output) == TWR_STATUS_NONE);
    EXPECT(twr_transfer_start(transfer, TWR_LEG_PSTN, 1, true, 0, &error) == TWR_STATUS_REFUSED);
    EXPECT(error.number == 13801);
    WRONG(twr_transfer_poll(transfer, NULL));
    EXPECT(twr_transfer_poll(transfer, &output) == TWR_STATUS_NONE);

    /* Arrays. */
    WRONG(twr_callback_from_pairs(NULL, 3, &callback, NULL));
    WRONG(twr_callback_from_pairs(&pair, SIZE_MAX / 2, &callback, NULL));
    EXPECT(twr_callback_from_pairs(NULL, 0, &callback, NULL) == TWR_STATUS_OK);
    EXPECT(twr_callback_param_at(callback, 0, &pair, NULL) == TWR_STATUS_NONE);
    EXPECT(twr_callback_param_at(callback, SIZE_MAX, &pair, NULL) == TWR_STATUS_NONE);

    /* A mismatch is no success. */
    twr_callback_free(&callback);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, text, absent, text, &callback, &error) ==
           TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(callback == NULL && error.kind == 611);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_GET, text, absent, absent, &callback, &error) ==
           TWR_STATUS_SIGNATURE_MISSING);
    EXPECT(callback == NULL && error.kind == 613);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, text, absent, TWR_STR(""), &callback, NULL) ==
           TWR_STATUS_SIGNATURE_MISSING);
    EXPECT(twr_validator_verify_pairs(validator, text, NULL, 0, absent, &callback, NULL) ==
           TWR_STATUS_SIGNATURE_MISSING);
    WRONG(twr_validator_verify(validator, 0, text, absent, text, &callback, NULL));
    WRONG(twr_validator_verify(validator, INT32_MAX, text, absent, text, &callback, NULL));

    /* What is too large is that first, whatever is said of the signature. */
    EXPECT(twr_validator_set_max_body_bytes(validator, 3, NULL) == TWR_STATUS_OK);
    EXPECT(twr_validator_verify(validator, TWR_METHOD_POST, text, TWR_STR("a=12"), absent, &callback, &error) ==
           TWR_STATUS_TOO_LARGE);
    EXPECT(callback == NULL && error.kind == 601);
    EXPECT(twr_callback_from_form(TWR_STR("a=12"), 3, &callback, NULL) == TWR_STATUS_TOO_LARGE);

    /* A secret that is not set, as getenv() says it, or empty. */
    twr_validator *unset = NULL;
    EXPECT(twr_validator_new(twr_str_of(NULL), &unset, &error) == TWR_STATUS_REFUSED && error.kind == 614);
    EXPECT(twr_validator_new(TWR_STR(""), &unset, NULL) == TWR_STATUS_REFUSED && unset == NULL);
    EXPECT(twr_validator_add_secret(validator, absent, &error) == TWR_STATUS_REFUSED && error.kind == 614);

    /* A password in a public base that is refused is not told. */
    EXPECT(twr_validator_set_public_base(validator, TWR_STR("https://u:secret@h x"), &error) == TWR_STATUS_REFUSED);
    EXPECT(!strstr(error.message, "secret"));

    /* Numbers that are out of range have the kind of their place. */
    EXPECT(twr_validator_set_max_body_bytes(validator, -1, &error) == TWR_STATUS_REFUSED && error.kind == 603);
    EXPECT(twr_callback_from_form(text, -1, &callback, &error) == TWR_STATUS_REFUSED && error.kind == 603);
    parts.host = TWR_STR("example.com");
    for (int64_t port = -1; port <= 65536; port += 65537) {
        twr_uri *built = NULL;
        parts.port = port;
        EXPECT(twr_uri_build(&parts, NULL, 0, &built, &error) == TWR_STATUS_REFUSED);
        EXPECT(is(twr_error_kind_name(error.kind), "uri-port-invalid") && built == NULL);
    }

    /* What a callback says, and of none. */
    EXPECT(twr_callback_from_form(TWR_STR("ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=480"),
                                  0, &callback, NULL) == TWR_STATUS_OK);
    EXPECT(is(twr_callback_refer_call_status(callback), "failed"));
    EXPECT(twr_callback_refer_sip_response_code(callback) == 202);
    EXPECT(twr_callback_notify_sip_response_code(callback) == 480);
    twr_callback_free(&callback);
    EXPECT(twr_callback_refer_call_status(NULL).ptr == NULL && twr_callback_refer_sip_response_code(NULL) == 0);
    EXPECT(twr_callback_notify_sip_response_code(NULL) == 0);

    /* A URL that was written anew is taken if the app says so. */
    twr_validator *lenient = NULL;
    char signature[64];
    EXPECT(twr_validator_new(TWR_STR("12345"), &lenient, NULL) == TWR_STATUS_OK);
    EXPECT(twr_validator_sign(lenient, TWR_STR("https://a.example/?a=%27"), NULL, 0, signature, sizeof signature,
                              &length, NULL) == TWR_STATUS_OK);
    twr_str quoted = {signature, length}, anew = TWR_STR("https://a.example/?a='");
    EXPECT(twr_validator_verify(lenient, TWR_METHOD_POST, anew, absent, quoted, &callback, NULL) ==
           TWR_STATUS_SIGNATURE_MISMATCH);
    EXPECT(twr_validator_accept_encoded_spellings(lenient, true, NULL) == TWR_STATUS_OK);
    EXPECT(twr_validator_verify(lenient, TWR_METHOD_POST, anew, absent, quoted, &callback, NULL) == TWR_STATUS_OK);
    twr_callback_free(&callback);
    twr_validator_free(&lenient);

    /* Elements in themselves, and elements that are gone. */
    EXPECT(twr_response_new(&response, NULL) == TWR_STATUS_OK);
    EXPECT(twr_element_new(TWR_STR("Say"), &element, NULL) == TWR_STATUS_OK);
    WRONG(twr_element_append(element, &element, NULL));
    WRONG(twr_element_append(element, &none, NULL));
    WRONG(twr_element_append(element, NULL, NULL));
    EXPECT(twr_response_append(response, &element, NULL) == TWR_STATUS_OK && element == NULL);
    WRONG(twr_response_append(response, &element, NULL));

    /* A second time, and NULL. */
    copy = uri;
    twr_uri_free(&uri);
    EXPECT(uri == NULL && copy != NULL);
    twr_uri_free(&uri);
    twr_uri_free(NULL);
    twr_element_free(&element);
    twr_callback_free(NULL);
    twr_validator_free(&validator);
    twr_validator_free(&validator);
    twr_transfer_free(&transfer);
    twr_settings_free(&settings);
    twr_response_free(&response);
    if (failures)
        fprintf(stderr, "%d failed\n", failures);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
