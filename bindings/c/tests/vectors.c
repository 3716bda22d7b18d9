/* The cases of tests/vectors in C, through the installed header and library. How a case reads is said
 * in tests/vectors/README.md; the number that ran goes into the coverage folder. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

#include "cases.h"

static const char *folder;
static int failures;
static const char *topic;
static const char *name;

void fail(const char *what)
{
    failures++;
    fprintf(stderr, "%s: %s: %s\n", topic, name, what);
}

twr_str str(const char *text)
{
    twr_str view = {text, text ? strlen(text) : 0};
    return view;
}

twr_str view(const json_t *value)
{
    twr_str made = {NULL, 0};
    if (json_is_string(value)) {
        made.ptr = json_string_value(value);
        made.len = json_string_length(value);
    }
    return made;
}

bool same(twr_str found, const json_t *expected)
{
    if (!json_is_string(expected))
        return found.ptr == NULL;
    return found.ptr && found.len == json_string_length(expected) &&
           memcmp(found.ptr, json_string_value(expected), found.len) == 0;
}

static bool is(twr_str found, const char *expected)
{
    return found.len == strlen(expected) && (!found.len || !memcmp(found.ptr, expected, found.len));
}

twr_str input(const json_t *item, const char *key, char **owned)
{
    char other[64];
    twr_str made = view(json_object_get(item, key));
    size_t index;
    json_t *part;
    *owned = NULL;
    if (made.ptr)
        return made;
    snprintf(other, sizeof other, "%s_hex", key);
    const char *digits = json_string_value(json_object_get(item, other));
    if (digits) {
        made.len = strlen(digits) / 2;
        *owned = malloc(made.len + 1);
        for (index = 0; index < made.len; index++) {
            unsigned byte;
            sscanf(digits + 2 * index, "%2x", &byte);
            (*owned)[index] = (char)(unsigned char)byte;
        }
        made.ptr = *owned;
        return made;
    }
    snprintf(other, sizeof other, "%s_parts", key);
    json_array_foreach(json_object_get(item, other), index, part)
    {
        const json_t *text = json_array_get(part, 0);
        size_t length = json_string_length(text);
        size_t times = (size_t)json_integer_value(json_array_get(part, 1));
        *owned = realloc(*owned, made.len + length * times + 1);
        for (; times; times--, made.len += length)
            memcpy(*owned + made.len, json_string_value(text), length);
    }
    made.ptr = *owned ? *owned : "";
    return made;
}

bool settled(twr_status status, const twr_error *error, const json_t *item)
{
    const json_t *wanted = json_object_get(item, "error");
    const json_t *number;
    if (!wanted) {
        if (status != TWR_STATUS_OK)
            fail(error->message);
        return status == TWR_STATUS_OK;
    }
    if (status == TWR_STATUS_OK) {
        fail("accepted, but must be refused");
        return false;
    }
    EXPECT("kind", same(twr_kind_name(error->kind), json_object_get(wanted, "kind")));
    if ((number = json_object_get(wanted, "offset")))
        EXPECT("offset", error->offset == (size_t)json_integer_value(number));
    if ((number = json_object_get(wanted, "line")))
        EXPECT("line", error->line == (size_t)json_integer_value(number));
    if ((number = json_object_get(wanted, "column")))
        EXPECT("column", error->column == (size_t)json_integer_value(number));
    if ((number = json_object_get(wanted, "number")))
        EXPECT("number", error->number == json_integer_value(number));
    if (json_object_get(wanted, "message"))
        EXPECT("message", same(str(error->message), json_object_get(wanted, "message")));
    EXPECT("message", error->message[0] && strlen(error->message) <= 240);
    return false;
}

char buffer[1 << 17];
size_t length;

bool written(const json_t *expected)
{
    twr_str found = {buffer, length};
    return same(found, expected);
}

static void uri_parts(const twr_uri *uri, const json_t *wanted)
{
    twr_uri_parts parts;
    twr_pair found;
    size_t index;
    json_t *pair;
    EXPECT("get", twr_uri_get(uri, &parts, NULL) == TWR_STATUS_OK);
    EXPECT("scheme", same(parts.scheme, json_object_get(wanted, "scheme")));
    EXPECT("user", same(parts.user, json_object_get(wanted, "user")));
    EXPECT("password", same(parts.password, json_object_get(wanted, "password")));
    EXPECT("host", same(parts.host, json_object_get(wanted, "host")));
    EXPECT("port", parts.port == json_integer_value(json_object_get(wanted, "port")));
    EXPECT("params", parts.param_count == json_array_size(json_object_get(wanted, "params")));
    json_array_foreach(json_object_get(wanted, "params"), index, pair)
    {
        EXPECT("param", twr_uri_param_at(uri, index, &found, NULL) == TWR_STATUS_OK &&
                            same(found.name, json_array_get(pair, 0)) && same(found.value, json_array_get(pair, 1)));
    }
    EXPECT("headers", parts.header_count == json_array_size(json_object_get(wanted, "headers")));
    json_array_foreach(json_object_get(wanted, "headers"), index, pair)
    {
        EXPECT("header", twr_uri_header_at(uri, index, &found, NULL) == TWR_STATUS_OK &&
                             same(found.name, json_array_get(pair, 0)) && same(found.value, json_array_get(pair, 1)));
    }
    EXPECT("none", twr_uri_header_at(uri, index, &found, NULL) == TWR_STATUS_NONE);
}

static void built_uri(const json_t *item)
{
    twr_error error;
    twr_uri *uri = NULL;
    const json_t *given = json_object_get(item, "build");
    twr_uri_parts parts = {0};
    parts.scheme = TWR_STR("sip");
    parts.user = view(json_object_get(given, "user"));
    parts.password = view(json_object_get(given, "password"));
    parts.host = view(json_object_get(given, "host"));
    parts.port = json_integer_value(json_object_get(given, "port"));
    twr_pair params[8];
    size_t index, count = json_array_size(json_object_get(given, "params"));
    const json_t *param;
    if (count > sizeof params / sizeof *params)
        abort();
    json_array_foreach(json_object_get(given, "params"), index, param)
    {
        params[index].name = view(json_array_get(param, 0));
        params[index].value = view(json_array_get(param, 1));
    }
    if (settled(twr_uri_build(&parts, params, count, &uri, &error), &error, item))
        EXPECT("built", same(twr_uri_text(uri), json_object_get(item, "uri")));
    twr_uri_free(&uri);
}

static void sip_uris(const json_t *item)
{
    twr_error error;
    twr_uri *uri = NULL, *other = NULL;
    char *owned;
    const json_t *target = json_object_get(item, "target"), *header = json_object_get(item, "header");
    if (target) {
        int32_t kind = 0;
        twr_status status = twr_refer_target_parse(view(json_object_get(item, "refer_to")), &kind, buffer,
                                             sizeof buffer, &length, &error);
        EXPECT("status", status == TWR_STATUS_OK);
        EXPECT("kind", same(twr_target_name(kind), json_array_get(target, 0)));
        EXPECT("text", written(json_array_get(target, 1)));
        return;
    }
    if (json_object_get(item, "build")) {
        built_uri(item);
        return;
    }
    twr_str text = input(item, "uri", &owned);
    twr_status status = twr_uri_parse(text, &uri, &error);
    if (status == TWR_STATUS_OK && header)
        status = twr_uri_add_header(uri, view(json_array_get(header, 0)), view(json_array_get(header, 1)),
                                    &error);
    if (settled(status, &error, item)) {
        twr_str spelled = twr_uri_text(uri);
        if (header)
            EXPECT("with header", same(spelled, json_object_get(item, "with_header")));
        else
            EXPECT("text", spelled.len == text.len && !memcmp(spelled.ptr, text.ptr, text.len));
        if (json_object_get(item, "parts"))
            uri_parts(uri, json_object_get(item, "parts"));
        if (json_object_get(item, "other")) {
            twr_uri_parse(view(json_object_get(item, "other")), &other, NULL);
            EXPECT("equivalent", twr_uri_equivalent(uri, other) ==
                                     json_is_true(json_object_get(item, "equivalent")));
        }
    }
    twr_uri_free(&uri);
    twr_uri_free(&other);
    free(owned);
}

/* Several values of one header, which a URI has. */
static void user_to_users(const json_t *item)
{
    twr_error error;
    twr_uri *uri = NULL;
    twr_user_to_user *value = NULL;
    size_t index, count = 0;
    json_t *wanted;
    twr_status status = twr_uri_parse(TWR_STR("sip:alice@example.com"), &uri, &error);
    if (status == TWR_STATUS_OK)
        status = twr_uri_add_header(uri, TWR_STR("User-to-User"), view(json_object_get(item, "list")), &error);
    if (status == TWR_STATUS_OK)
        count = twr_uri_user_to_user_count(uri);
    for (index = 0; status == TWR_STATUS_OK && index < count; index++) {
        status = twr_uri_user_to_user_at(uri, index, &value, &error);
        twr_user_to_user_free(&value);
    }
    if (settled(status, &error, item)) {
        EXPECT("count", count == json_array_size(json_object_get(item, "values")));
        json_array_foreach(json_object_get(item, "values"), index, wanted)
        {
            twr_uri_user_to_user_at(uri, index, &value, NULL);
            twr_user_to_user_text(value, buffer, sizeof buffer, &length, NULL);
            EXPECT("value", written(wanted));
            twr_user_to_user_free(&value);
        }
    }
    twr_uri_free(&uri);
}

static void user_to_user(const json_t *item)
{
    if (json_object_get(item, "list")) {
        user_to_users(item);
        return;
    }
    twr_error error;
    twr_user_to_user *value = NULL;
    twr_user_to_user_parts parts;
    char *owned = NULL;
    bool encodes = json_object_get(item, "bytes_hex") != NULL;
    twr_status status =
        encodes ? twr_user_to_user_from_bytes(input(item, "bytes", &owned), &value, &error)
                : twr_user_to_user_parse(view(json_object_get(item, "value")), &value, &error);
    if (settled(status, &error, item)) {
        twr_user_to_user_text(value, buffer, sizeof buffer, &length, NULL);
        EXPECT("value", written(json_object_get(item, "value")));
        if (!encodes) {
            twr_user_to_user_get(value, &parts, NULL);
            EXPECT("data", same(parts.data, json_object_get(item, "data")));
            EXPECT("encoding", same(parts.encoding, json_object_get(item, "encoding")));
            EXPECT("purpose", same(parts.purpose, json_object_get(item, "purpose")));
            EXPECT("content", same(parts.content, json_object_get(item, "content")));
        }
    }
    twr_user_to_user_free(&value);
    free(owned);
}

static void callbacks(const json_t *item)
{
    twr_error error;
    twr_request *request = NULL;
    twr_diagnostic odd;
    twr_pair pair;
    char *owned;
    size_t index;
    json_t *one;
    const json_t *wanted = json_object_get(item, "outcome"), *list;
    twr_str form = input(item, "form", &owned);
    if (settled(twr_request_from_form(form, 0, &request, &error), &error, item)) {
        twr_outcome found = twr_request_outcome(request);
        EXPECT("outcome", same(twr_outcome_name(found.kind), json_object_get(wanted, "kind")));
        EXPECT("code", found.code == json_integer_value(json_object_get(wanted, "code")));
        EXPECT("status", same(found.call_status_text, json_object_get(wanted, "status")));
        EXPECT("status", found.call_status == TWR_CALL_STATUS_OTHER || !found.call_status ||
                             same(twr_call_status_name(found.call_status), json_object_get(wanted, "status")));
        if (json_object_get(wanted, "may_resume"))
            EXPECT("may_resume", twr_request_may_resume(request) == json_is_true(json_object_get(wanted, "may_resume")));
        if (json_object_get(item, "leg"))
            EXPECT("leg", same(twr_leg_name(twr_request_leg(request)), json_object_get(item, "leg")));
        if ((list = json_object_get(item, "params"))) {
            EXPECT("count", twr_request_param_count(request) == json_array_size(list));
            json_array_foreach(list, index, one)
            {
                EXPECT("param", twr_request_param_at(request, index, &pair, NULL) == TWR_STATUS_OK &&
                                    same(pair.name, json_array_get(one, 0)) &&
                                    same(pair.value, json_array_get(one, 1)));
            }
        }
        list = json_object_get(item, "sip_headers");
        json_array_foreach(list, index, one)
        {
            EXPECT("SIP header",
                   twr_request_sip_header_at(request, index, &pair, NULL) == TWR_STATUS_OK &&
                       same(pair.name, json_array_get(one, 0)) && same(pair.value, json_array_get(one, 1)));
        }
        if (list)
            EXPECT("SIP headers", twr_request_sip_header_count(request) == json_array_size(list) &&
                                      twr_request_sip_header_at(request, json_array_size(list), &pair, NULL) ==
                                          TWR_STATUS_NONE);
        list = json_object_get(item, "diagnostics");
        json_array_foreach(list, index, one)
        {
            EXPECT("diagnostic", twr_request_diagnostic_at(request, index, &odd, NULL) == TWR_STATUS_OK &&
                                     same(twr_code_name(odd.code), json_object_get(one, "code")) &&
                                     same(twr_severity_name(odd.severity), json_object_get(one, "severity")) &&
                                     same(odd.parameter, json_object_get(one, "parameter")) &&
                                     same(odd.message, json_object_get(one, "message")));
        }
        EXPECT("diagnostics", twr_request_diagnostic_count(request) == json_array_size(list) &&
                                  twr_request_diagnostic_at(request, json_array_size(list), &odd, NULL) ==
                                      TWR_STATUS_NONE);
    }
    twr_request_free(&request);
    free(owned);
}

static int32_t method_of(const json_t *item)
{
    const char *method = json_string_value(json_object_get(item, "method"));
    return method && !strcmp(method, "GET") ? TWR_METHOD_GET : TWR_METHOD_POST;
}

static void signatures(const json_t *item)
{
    twr_validator *validator = NULL;
    twr_request *request = NULL;
    twr_pair pairs[64];
    size_t index, count = 0;
    json_t *one;
    const json_t *secrets = json_object_get(item, "secrets");
    const json_t *algorithm = json_object_get(item, "algorithm");
    twr_str url = view(json_object_get(item, "url"));
    twr_str signature = view(json_object_get(item, "signature"));
    bool valid = json_is_true(json_object_get(item, "valid"));
    json_array_foreach(secrets, index, one)
    {
        twr_status status = index ? twr_validator_add_secret(validator, view(one), NULL)
                                  : twr_validator_new(view(one), &validator, NULL);
        EXPECT("secret", status == TWR_STATUS_OK);
    }
    if (algorithm && !strcmp(json_string_value(algorithm), "sha256"))
        twr_validator_set_algorithm(validator, TWR_ALGORITHM_SHA256, NULL);
    if (json_object_get(item, "public_base"))
        EXPECT("base", twr_validator_set_public_base(validator, view(json_object_get(item, "public_base")),
                                                     NULL) == TWR_STATUS_OK);
    if (json_object_get(item, "raw_body")) {
        /* What was signed here is valid here. */
        twr_str raw = view(json_object_get(item, "raw_body"));
        static char hashed[4096];
        size_t hashed_length = 0;
        EXPECT("hash", twr_url_with_body_sha256(TWR_STR("https://example.com/a?b=c"), raw, hashed,
                                                sizeof hashed, &hashed_length, NULL) == TWR_STATUS_OK);
        twr_str hashed_url = {hashed, hashed_length};
        twr_validator_sign_raw(validator, hashed_url, raw, buffer, sizeof buffer, &length, NULL);
        twr_str made = {buffer, length};
        EXPECT("signed raw", twr_validator_validate_raw(validator, hashed_url, raw, made));
        EXPECT("valid", twr_validator_validate_raw(validator, url, view(json_object_get(item, "raw_body")),
                                                   signature) == valid);
        twr_validator_free(&validator);
        return;
    }
    json_array_foreach(json_object_get(item, "params"), index, one)
    {
        pairs[count].name = view(json_array_get(one, 0));
        pairs[count++].value = view(json_array_get(one, 1));
    }
    twr_status wanted = valid           ? TWR_STATUS_OK
                        : signature.len ? TWR_STATUS_SIGNATURE_MISMATCH
                                        : TWR_STATUS_SIGNATURE_MISSING;
    EXPECT("by pairs",
           twr_validator_verify_pairs(validator, url, pairs, count, signature, &request, NULL) == wanted);
    twr_request_free(&request);
    length = 0;
    if (count) {
        twr_request_from_pairs(pairs, count, 0, &request, NULL);
        twr_request_form(request, buffer, sizeof buffer, &length, NULL);
        twr_request_free(&request);
    }
    twr_str form = {buffer, length};
    EXPECT("by body", twr_validator_verify(validator, method_of(item), url, form, signature, &request, NULL) == wanted);
    twr_request_free(&request);
    twr_url_candidates *candidates = NULL;
    twr_url_candidate candidate;
    EXPECT("explain", twr_validator_explain(validator, url, form, &candidates, NULL) == TWR_STATUS_OK &&
                          twr_url_candidates_count(candidates) > 0 &&
                          twr_url_candidates_at(candidates, 0, &candidate, NULL) == TWR_STATUS_OK &&
                          candidate.hashed.len >= candidate.url.len);
    twr_url_candidates_free(&candidates);
    twr_hints *hints = NULL;
    twr_hint hint;
    bool refused = wanted != TWR_STATUS_OK;
    EXPECT("diagnose", twr_validator_diagnose(validator, method_of(item), url, form, signature, &hints, NULL) == TWR_STATUS_OK &&
                           (twr_hints_count(hints) > 0) == refused &&
                           twr_hints_at(hints, 0, &hint, NULL) == (refused ? TWR_STATUS_OK : TWR_STATUS_NONE) &&
                           (!refused || (hint.kind.len > 0 && hint.message.len > hint.kind.len)));
    twr_hints_free(&hints);
    if (json_is_true(json_object_get(item, "signs"))) {
        twr_validator_sign(validator, url, pairs, count, buffer, sizeof buffer, &length, NULL);
        EXPECT("signs", written(json_object_get(item, "signature")));
    }
    twr_validator_free(&validator);
}

static void requests(const json_t *item)
{
    twr_error error;
    twr_validator *validator = NULL;
    twr_request *request = NULL;
    twr_pair pair;
    char *owned;
    size_t index;
    json_t *one;
    const json_t *secrets = json_object_get(item, "secrets"), *base = json_object_get(item, "public_base");
    const json_t *limit = json_object_get(item, "max_body_bytes"), *params = json_object_get(item, "params");
    twr_str body = input(item, "body", &owned);
    twr_status status = twr_validator_new(view(json_array_get(secrets, 0)), &validator, &error);
    for (index = 1; status == TWR_STATUS_OK && index < json_array_size(secrets); index++)
        status = twr_validator_add_secret(validator, view(json_array_get(secrets, index)), &error);
    if (status == TWR_STATUS_OK && base)
        status = twr_validator_set_public_base(validator, view(base), &error);
    if (status == TWR_STATUS_OK && limit)
        status = twr_validator_set_max_body_bytes(validator, json_integer_value(limit), &error);
    if (status == TWR_STATUS_OK)
        status = twr_validator_verify(validator, method_of(item), view(json_object_get(item, "url")), body,
                                      view(json_object_get(item, "signature")), &request, &error);
    if (settled(status, &error, item)) {
        EXPECT("count", twr_request_param_count(request) == json_array_size(params));
        json_array_foreach(params, index, one)
        {
            EXPECT("param", twr_request_param_at(request, index, &pair, NULL) == TWR_STATUS_OK &&
                                same(pair.name, json_array_get(one, 0)) &&
                                same(pair.value, json_array_get(one, 1)));
        }
    }
    twr_request_free(&request);
    twr_validator_free(&validator);
    free(owned);
}

static void raw_bodies(const json_t *item)
{
    static char hashed[4096];
    twr_validator *validator = NULL;
    char *owned;
    twr_str url = view(json_object_get(item, "url")), body = input(item, "raw_body", &owned);
    twr_str signature = view(json_object_get(item, "signature")), with_hash = {hashed, 0};
    twr_validator_new(view(json_array_get(json_object_get(item, "secrets"), 0)), &validator, NULL);
    EXPECT("hash", twr_url_with_body_sha256(url, body, hashed, sizeof hashed, &with_hash.len, NULL) ==
                           TWR_STATUS_OK &&
                       same(with_hash, json_object_get(item, "url_with_hash")));
    EXPECT("sign", twr_validator_sign_raw(validator, url, body, buffer, sizeof buffer, &length, NULL) ==
                           TWR_STATUS_OK &&
                       written(json_object_get(item, "signature")));
    EXPECT("valid", twr_validator_validate_raw(validator, with_hash, body, signature));
    EXPECT("another body", !twr_validator_validate_raw(validator, with_hash, TWR_STR("another"), signature));
    twr_validator_free(&validator);
    free(owned);
}

static void rest(const json_t *item)
{
    twr_error error;
    twr_rest_request *request = NULL;
    twr_response *twiml = NULL;
    twr_request *form = NULL;
    twr_pair pair;
    size_t index;
    json_t *one;
    twr_status status = TWR_STATUS_OK;
    twr_str url = view(json_object_get(item, "url")), method = view(json_object_get(item, "url_method"));
    twr_str base = view(json_object_get(item, "base")), account = view(json_object_get(item, "account"));
    if (json_object_get(item, "twiml"))
        status = twr_response_parse(view(json_object_get(item, "twiml")), &twiml, &error);
    if (status == TWR_STATUS_OK && json_object_get(item, "call")) {
        status = twr_call_update(account, view(json_object_get(item, "call")), twiml, url, method, base,
                                 &request, &error);
    } else if (status == TWR_STATUS_OK) {
        status = twr_call_create(account, view(json_object_get(item, "to")),
                                 view(json_object_get(item, "from")), twiml, url, method, base, &request,
                                 &error);
    }
    if (settled(status, &error, item)) {
        twr_rest_request_parts parts;
        twr_rest_request_get(request, &parts, NULL);
        EXPECT("method", same(parts.method, json_object_get(item, "method")));
        EXPECT("url", same(parts.url, json_object_get(item, "request_url")));
        twr_request_from_form(parts.body, 0, &form, NULL);
        EXPECT("body", twr_request_param_count(form) == json_array_size(json_object_get(item, "body")));
        json_array_foreach(json_object_get(item, "body"), index, one)
        {
            EXPECT("pair", twr_request_param_at(form, index, &pair, NULL) == TWR_STATUS_OK &&
                               same(pair.name, json_array_get(one, 0)) &&
                               same(pair.value, json_array_get(one, 1)));
        }
    }
    twr_request_free(&form);
    twr_rest_request_free(&request);
    twr_response_free(&twiml);
}

static void saved_transfers(const json_t *item)
{
    twr_error error;
    twr_transfer *transfer = NULL;
    char *owned;
    twr_str saved = input(item, "saved", &owned);
    const json_t *deadline = json_object_get(item, "deadline");
    if (settled(twr_transfer_restore(saved, &transfer, &error), &error, item)) {
        EXPECT("state", same(twr_state_name(twr_transfer_state(transfer)), json_object_get(item, "state")));
        EXPECT("deadline",
               twr_transfer_deadline_ms(transfer) ==
                   (json_is_null(deadline) ? TWR_NO_DEADLINE : (uint64_t)json_integer_value(deadline)));
        twr_transfer_refer_to(transfer, buffer, sizeof buffer, &length, NULL);
        EXPECT("Refer-To", written(json_object_get(item, "refer_to")));
        twr_transfer_save(transfer, buffer, sizeof buffer, &length, NULL);
        EXPECT("bytes", length == saved.len && !memcmp(buffer, saved.ptr, length));
    }
    twr_transfer_free(&transfer);
    free(owned);
}

static void enter(size_t ran)
{
    const char *coverage = getenv("TWIML_REFER_COVERAGE");
    char path[4096];
    printf("%s: %zu\n", topic, ran);
    if (!coverage)
        return;
    snprintf(path, sizeof path, "%s/c.%s", coverage, topic);
    FILE *file = fopen(path, "w");
    if (!file || fprintf(file, "%zu", ran) < 0 || fclose(file) != 0)
        fail("the count cannot be written");
}

static void run(const char *which, void (*judge)(const json_t *))
{
    char path[4096];
    json_error_t fault;
    size_t index;
    json_t *item;
    topic = which;
    snprintf(path, sizeof path, "%s/%s.json", folder, which);
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, &fault);
    const json_t *cases = json_object_get(root, "cases");
    name = path;
    EXPECT("there are cases", json_array_size(cases) > 0);
    json_array_foreach(cases, index, item)
    {
        name = json_string_value(json_object_get(item, "name"));
        judge(item);
    }
    enter(json_array_size(cases));
    json_decref(root);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: vectors FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    run("documents", documents);
    run("reading", reading);
    run("diagnostics", diagnostics);
    run("sip-uris", sip_uris);
    run("user-to-user", user_to_user);
    run("callbacks", callbacks);
    run("signatures", signatures);
    run("requests", requests);
    run("raw-bodies", raw_bodies);
    run("rest", rest);
    run("saved-transfers", saved_transfers);
    run("transfer-settings", transfer_settings);
    topic = "transfer";
    name = "scenarios";
    int ran = run_transfers(folder, &failures);
    EXPECT("there are scenarios", ran > 0);
    enter((size_t)ran);
    EXPECT("kind names", is(twr_kind_name(TWR_KIND_URI_EMPTY), "uri-empty") && !twr_kind_name(1).ptr);
    if (failures)
        fprintf(stderr, "%d failed\n", failures);
    return failures ? 1 : 0;
}
