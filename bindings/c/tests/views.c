/* Every function that changes an object, called with views of that same object, and refused; and buffers that are
 * input and output at once. Each must do what it does with a copy. Run under valgrind and AddressSanitizer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

static int failures;

static void expect(bool condition, const char *what, size_t which)
{
    if (condition)
        return;
    failures++;
    fprintf(stderr, "%s, view %zu\n", what, which);
}

static bool alike(twr_str one, twr_str other)
{
    return one.len == other.len && (!one.len || !memcmp(one.ptr, other.ptr, one.len));
}

/* A copy that valgrind sees the end of. */
static twr_str copied(twr_str view)
{
    char *bytes = view.ptr ? malloc(view.len + 1) : NULL;
    if (bytes && view.len)
        memcpy(bytes, view.ptr, view.len);
    twr_str made = {bytes, view.len};
    return made;
}

static void release(twr_str copy)
{
    free((void *)(size_t)copy.ptr);
}

enum { VIEWS = 32 };

static twr_uri *new_uri(void)
{
    twr_uri *uri = NULL;
    twr_uri_parse(TWR_STR("sip:alice:secret@example.com:5060;transport=udp;lr?X-Reason=billing%20question&Subject=a"),
                  &uri, NULL);
    return uri;
}

static size_t views_of_uri(const twr_uri *uri, twr_str *views)
{
    twr_uri_parts parts;
    size_t count = 0;
    views[count++] = twr_uri_text(uri);
    twr_uri_get(uri, &parts, NULL);
    views[count++] = parts.scheme;
    views[count++] = parts.user;
    views[count++] = parts.password;
    views[count++] = parts.host;
    twr_pair pair;
    for (size_t at = 0; twr_uri_param_at(uri, at, &pair, NULL) == TWR_STATUS_OK; at++) {
        views[count++] = pair.name;
        views[count++] = pair.value;
    }
    for (size_t at = 0; twr_uri_header_at(uri, at, &pair, NULL) == TWR_STATUS_OK; at++) {
        views[count++] = pair.name;
        views[count++] = pair.value;
    }
    views[count++] = twr_uri_header(uri, TWR_STR("x-reason"));
    return count;
}

static twr_status name_of_header(twr_uri *uri, twr_str view, twr_error *error)
{
    return twr_uri_add_header(uri, view, TWR_STR("1"), error);
}

static twr_status value_of_header(twr_uri *uri, twr_str view, twr_error *error)
{
    return twr_uri_add_header(uri, TWR_STR("X-Copy"), view, error);
}

static twr_status whole_header(twr_uri *uri, twr_str view, twr_error *error)
{
    return twr_uri_add_header(uri, view, view, error);
}

static void uris(void)
{
    static const struct {
        const char *name;
        twr_status (*call)(twr_uri *, twr_str, twr_error *);
    } changes[] = {
        {"name of a header", name_of_header},
        {"value of a header", value_of_header},
        {"name and value of a header", whole_header},
        {"User-to-User", twr_uri_add_user_to_user},
    };
    twr_str views[VIEWS];
    size_t count = 1;
    for (size_t change = 0; change < sizeof changes / sizeof *changes; change++) {
        for (size_t at = 0; at < count; at++) {
            twr_uri *uri = new_uri(), *other = new_uri();
            twr_error error = {0}, other_error = {0};
            count = views_of_uri(uri, views);
            twr_str copy = copied(views[at]);
            twr_status status = changes[change].call(uri, views[at], &error);
            expect(status == changes[change].call(other, copy, &other_error) &&
                       !strcmp(error.message, other_error.message) &&
                       alike(twr_uri_text(uri), twr_uri_text(other)),
                   changes[change].name, at);
            /* What is read afterwards is the new URI's. */
            size_t now = views_of_uri(uri, views);
            expect(now == count + (status == TWR_STATUS_OK ? 2 : 0), "views after a change", at);
            release(copy);
            twr_uri_free(&uri);
            twr_uri_free(&other);
        }
        expect(count == 14, "every view of a URI", count);
    }
}

static twr_response *new_response(void)
{
    twr_response *response = NULL;
    twr_response_parse(TWR_STR("<Response><Gather action='sip:a@b'><Say>Play</Say></Gather><!--POST-->"
                               "<Refer action='/a' method='GET'><Sip>sip:alice@example.com</Sip></Refer></Response>"),
                       &response, NULL);
    return response;
}

static size_t views_of_response(const twr_response *response, twr_str *views)
{
    twr_node node;
    size_t count = 0;
    for (size_t at = 0; twr_response_node_at(response, at, &node, NULL) == TWR_STATUS_OK; at++) {
        views[count++] = node.name;
        views[count++] = node.text;
        for (size_t which = 0; which < node.attribute_count; which++) {
            twr_pair attribute;
            twr_response_attribute_at(response, at, which, &attribute, NULL);
            views[count++] = attribute.name;
            views[count++] = attribute.value;
        }
    }
    return count;
}

static twr_status name_of_verb(twr_response *response, twr_str view, twr_error *error)
{
    return twr_response_add(response, view, TWR_STR("x"), error);
}

static twr_status text_of_verb(twr_response *response, twr_str view, twr_error *error)
{
    return twr_response_add(response, TWR_STR("Say"), view, error);
}

static twr_status target(twr_response *response, twr_str view, twr_error *error)
{
    return twr_response_refer(response, view, view, (twr_str){NULL, 0}, error);
}

static twr_status method(twr_response *response, twr_str view, twr_error *error)
{
    return twr_response_refer(response, TWR_STR("sip:a@b"), TWR_STR("/"), view, error);
}

/* An element has no views; it takes those of the document that it will be in. */
static twr_status element(twr_response *response, twr_str view, twr_error *error)
{
    twr_element *made = NULL, *inner = NULL;
    twr_status status = twr_element_new(view, &made, error);
    if (!status)
        status = twr_element_set_attribute(made, view, view, error);
    if (!status)
        status = twr_element_add_text(made, view, error);
    if (!status)
        status = twr_element_add_comment(made, view, error);
    if (!status)
        status = twr_element_new(view, &inner, error);
    if (!status)
        status = twr_element_append(made, &inner, error);
    if (!status)
        status = twr_response_append(response, &made, error);
    twr_element_free(&inner);
    twr_element_free(&made);
    return status;
}

static void responses(void)
{
    static const struct {
        const char *name;
        twr_status (*call)(twr_response *, twr_str, twr_error *);
    } changes[] = {
        {"name of a verb", name_of_verb}, {"text of a verb", text_of_verb}, {"target", target},
        {"method", method},               {"element", element},
    };
    static char rendered[2][4096];
    twr_str views[VIEWS];
    size_t count = 1, length[2];
    for (size_t change = 0; change < sizeof changes / sizeof *changes; change++) {
        for (size_t at = 0; at < count; at++) {
            twr_response *response = new_response(), *other = new_response();
            twr_error error = {0}, other_error = {0};
            count = views_of_response(response, views);
            twr_str copy = copied(views[at]);
            twr_status status = changes[change].call(response, views[at], &error);
            expect(status == changes[change].call(other, copy, &other_error) &&
                       !strcmp(error.message, other_error.message),
                   changes[change].name, at);
            twr_response_xml(response, false, rendered[0], sizeof rendered[0], &length[0], NULL);
            twr_response_xml(other, false, rendered[1], sizeof rendered[1], &length[1], NULL);
            expect(length[0] == length[1] && !memcmp(rendered[0], rendered[1], length[0]), changes[change].name, at);
            release(copy);
            twr_response_free(&response);
            twr_response_free(&other);
        }
        expect(count == 20, "every view of a document", count);
    }
}

/* What is refused changes nothing: the views of a document stay, and those that are asked for afterwards are the same. */
static void refused(void)
{
    static char large[70000];
    twr_str views[2][VIEWS], copies[VIEWS];
    twr_uri *uri = new_uri();
    memset(large, 'x', sizeof large);
    size_t count = views_of_uri(uri, views[0]);
    for (size_t at = 0; at < count; at++)
        copies[at] = copied(views[0][at]);
    expect(twr_uri_add_header(uri, TWR_STR("X-A"), (twr_str){large, sizeof large}, NULL) == TWR_STATUS_REFUSED,
           "a header that is too large", 0);
    expect(twr_uri_add_user_to_user(uri, (twr_str){large, sizeof large}, NULL) == TWR_STATUS_REFUSED,
           "a header that is too large", 1);
    expect(views_of_uri(uri, views[1]) == count, "views of a URI that was not changed", count);
    for (size_t at = 0; at < count; at++) {
        expect(alike(copies[at], views[1][at]), "from after a change of a URI was refused", at);
        release(copies[at]);
    }
    twr_uri_free(&uri);

    twr_response *response = new_response();
    count = views_of_response(response, views[0]);
    for (size_t at = 0; at < count; at++)
        copies[at] = copied(views[0][at]);
    expect(twr_response_add(response, TWR_STR("not a name"), TWR_STR("x"), NULL) == TWR_STATUS_REFUSED,
           "a name that is refused", 0);
    expect(twr_response_refer(response, TWR_STR("sip:"), TWR_STR("/"), (twr_str){NULL, 0}, NULL) == TWR_STATUS_REFUSED,
           "a target that is refused", 0);
    expect(views_of_response(response, views[1]) == count, "views of a document that was not changed", count);
    for (size_t at = 0; at < count; at++) {
        expect(alike(copies[at], views[0][at]), "from before a change of a document was refused", at);
        expect(alike(copies[at], views[1][at]), "from after a change of a document was refused", at);
        release(copies[at]);
    }
    twr_response_free(&response);
}

/* A validator has no views of its own, but makes objects that have. */
static void validators(void)
{
    twr_validator *validator = NULL;
    twr_url_candidates *candidates = NULL;
    twr_url_candidate one;
    twr_validator_new(TWR_STR("12345"), &validator, NULL);
    twr_validator_explain(validator, TWR_STR("https://voice.example.com"), TWR_STR("a=1"), &candidates, NULL);
    twr_url_candidates_at(candidates, 0, &one, NULL);
    expect(twr_validator_add_auth_token(validator, one.hashed, NULL) == TWR_STATUS_OK, "auth token", 0);
    expect(twr_validator_set_public_base(validator, one.url, NULL) == TWR_STATUS_OK, "public base", 0);
    expect(one.url.len == 25 && !memcmp(one.url.ptr, "https://voice.example.com", 25), "a view of a candidate", 0);
    twr_url_candidates_free(&candidates);
    twr_hints *hints = NULL;
    twr_hint hint;
    twr_validator_diagnose(validator, TWR_METHOD_POST, TWR_STR("/a"), TWR_STR("a=1"), TWR_STR("AAAA"), &hints, NULL);
    twr_hints_at(hints, 0, &hint, NULL);
    expect(twr_validator_add_auth_token(validator, hint.message, NULL) == TWR_STATUS_OK, "auth token", 0);
    expect(hint.kind.len == 17 && !memcmp(hint.kind.ptr, "signature-invalid", 17), "a view of a hint", 0);
    twr_hints_free(&hints);
    twr_validator_free(&validator);
}

/* A NOTIFY of the dialog. */
static twr_status notified(twr_transfer *transfer, twr_str event, int64_t cseq, twr_str state, twr_str body, uint64_t now)
{
    twr_notify notify = {.cseq = cseq, .event = event, .subscription_state = state, .body = body};
    return twr_transfer_notify(transfer, &notify, now, NULL);
}

/* Settings have no views; a transfer has its report. */
static void transfers(void)
{
    twr_settings *settings = NULL;
    twr_transfer *transfer = NULL;
    twr_output output = {0};
    static char saved[4096];
    size_t length = 0;
    twr_settings_new(&settings, NULL);
    expect(twr_settings_set_status(settings, 486, TWR_STR("active;expires=60"), NULL) == TWR_STATUS_OK, "status", 0);
    twr_transfer_new(TWR_STR("sip:a@b"), settings, &transfer, NULL);
    twr_settings_free(&settings);
    twr_transfer_start(transfer, TWR_LEG_SIP, 1, true, 0, NULL);
    twr_transfer_response(transfer, 202, true, 1, NULL);
    notified(transfer, TWR_STR("refer"), 1, TWR_STR("active;expires=60"), TWR_STR("SIP/2.0 486 Busy\r\n"), 2);
    while (twr_transfer_poll(transfer, &output, NULL) == TWR_STATUS_OK && output.kind != TWR_OUTPUT_COMPLETED)
        ;
    twr_refer_report report = {0};
    twr_transfer_report(transfer, &report, NULL);
    twr_str status = report.call_status_text;
    expect(status.len == 17, "the status of a transfer", 0);
    notified(transfer, TWR_STR("refer"), 2, status, status, 3);
    twr_transfer_poll(transfer, &output, NULL);
    expect(output.kind == TWR_OUTPUT_REPLY && output.code == 200, "a NOTIFY of views", 0);
    notified(transfer, status, 3, twr_state_name(twr_transfer_state(transfer)), status, 4);
    twr_transfer_poll(transfer, &output, NULL);
    expect(output.kind == TWR_OUTPUT_REPLY && output.code == 489, "a NOTIFY of views", 1);
    expect(status.len == 17 && !memcmp(status.ptr, "active;expires=60", 17), "the status of a transfer", 1);
    twr_transfer_save(transfer, saved, sizeof saved, &length, NULL);
    twr_transfer_free(&transfer);
    /* The bytes may go before the transfer. */
    expect(twr_transfer_restore((twr_str){saved, length}, &transfer, NULL) == TWR_STATUS_OK, "restore", 0);
    memset(saved, 0, sizeof saved);
    expect(twr_transfer_state(transfer) == TWR_STATE_COMPLETED, "restore", 1);
    twr_refer_report restored = {0};
    expect(twr_transfer_report(transfer, &restored, NULL) == TWR_STATUS_OK && restored.call_status_text.len == 17,
           "restore", 2);
    twr_transfer_free(&transfer);
}

/* Text that is made may go where the text that it is made of came from. */
static void buffers(void)
{
    twr_validator *validator = NULL;
    char place[256], expected[256];
    size_t length = 0, needed = 0;
    int32_t kind = 0;
    twr_validator_new(TWR_STR("12345"), &validator, NULL);
#define IN_PLACE(text, function, ...) \
    do { \
        twr_str in = TWR_STR(text); \
        expect(function(__VA_ARGS__, expected, sizeof expected, &needed, NULL) == TWR_STATUS_OK, #function, 0); \
        memcpy(place, in.ptr, in.len); \
        in.ptr = place; \
        expect(function(__VA_ARGS__, place, sizeof place, &length, NULL) == TWR_STATUS_OK, #function, 1); \
        expect(length == needed && !memcmp(place, expected, length), #function, 2); \
    } while (0)
    IN_PLACE("a b", twr_escape_header, in);
    IN_PLACE("<tel:+1>;x", twr_refer_target_parse, in, &kind);
    IN_PLACE("https://example.com/", twr_validator_sign, validator, in, NULL, 0);
    IN_PLACE("https://example.com/", twr_validator_sign_raw, validator, in, in);
    IN_PLACE("https://example.com/", twr_url_with_body_sha256, in, in);
    twr_validator_free(&validator);

    /* An error's own texts, while it is written anew. */
    twr_uri *uri = new_uri(), *none = NULL;
    twr_response *response = NULL;
    twr_error error;
    twr_uri_add_header(uri, TWR_STR("not a name"), TWR_STR("1"), &error);
    for (int round = 0; round < 2; round++) {
        expect(twr_uri_add_header(uri, twr_str_of(error.message), twr_str_of(error.parameter), &error) ==
                   TWR_STATUS_REFUSED,
               "an error's texts", (size_t)round);
        expect(twr_uri_parse(twr_str_of(error.message), &none, &error) == TWR_STATUS_REFUSED, "an error's texts", 2);
        expect(twr_response_parse(twr_str_of(error.message), &response, &error) == TWR_STATUS_REFUSED,
               "an error's texts", 3);
    }
    twr_uri_free(&uri);
}

int main(void)
{
    uris();
    responses();
    refused();
    validators();
    transfers();
    buffers();
    if (failures)
        fprintf(stderr, "%d failed\n", failures);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
