/* That memory stays flat, however many calls of a kind are made, errors among them:
 * `endurance [CALLS]`, a million by `tests/run endurance`. What threads share is in threads.c. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <twiml_refer.h>

enum { GROWTH = 100000 };

#define URL TWR_STR("https://voice.example.com/handleRefer")
#define BODY TWR_STR("ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
#define ABSENT ((twr_str){NULL, 0})
#define TARGET TWR_STR("sip:a@b?X-A=1")

static char made[64], buffer[1024];
static twr_pair pairs[3];
static twr_validator *validator;
static twr_str signature = {made, 0};
static size_t length;
static twr_error error;

/* Each says whether all went as it should. */
static bool build(void)
{
    twr_response *response = NULL;
    bool right = !twr_response_new(&response, &error) &&
                 !twr_response_add(response, TWR_STR("Say"), TWR_STR("a"), &error) &&
                 !twr_response_refer(response, TARGET, TWR_STR("/a"), TWR_STR("POST"), &error) &&
                 !twr_response_xml(response, false, buffer, sizeof buffer, &length, &error);
    twr_response_free(&response);
    return right;
}

static bool read_and_check(void)
{
    twr_response *response = NULL;
    twr_diagnostics *found = NULL;
    bool right = !twr_response_parse(TWR_STR("<Response><Refer><Sip>sip:a@b</Sip></Refer></Response>"),
                                     &response, &error) &&
                 !twr_response_check(response, &found, &error) && twr_diagnostics_count(found);
    twr_diagnostics_free(&found);
    twr_response_free(&response);
    return right;
}

static bool no_document(void)
{
    twr_response *response = NULL;
    return twr_response_parse(TWR_STR("<Response><Say>a</Response>"), &response, &error) ==
           TWR_STATUS_REFUSED;
}

static bool uri(void)
{
    twr_uri *uri = NULL;
    bool right = !twr_uri_parse(TARGET, &uri, &error) &&
                 !twr_uri_add_header(uri, TWR_STR("X-B"), TWR_STR("b c"), &error) &&
                 !twr_uri_add_user_to_user(uri, TWR_STR("x"), &error) &&
                 twr_uri_header(uri, TWR_STR("x-b")).len == 3;
    twr_uri_free(&uri);
    return right;
}

static bool no_uri(void)
{
    twr_uri *uri = NULL;
    return twr_uri_parse(TWR_STR("sip:a@b?x"), &uri, &error) == TWR_STATUS_REFUSED;
}

static bool user_to_user(void)
{
    twr_user_to_user *value = NULL, *none = NULL;
    bool right = !twr_user_to_user_parse(TWR_STR("00;encoding=hex"), &value, &error) &&
                 twr_user_to_user_parse(TWR_STR(";"), &none, &error) == TWR_STATUS_REFUSED;
    twr_user_to_user_free(&value);
    return right;
}

static bool verify(void)
{
    twr_request *request = NULL;
    bool right = !twr_validator_verify(validator, TWR_METHOD_POST, URL, BODY, signature, &request, &error) &&
                 twr_request_outcome(request).code == 486;
    twr_request_free(&request);
    return right;
}

static bool mismatch(void)
{
    twr_request *request = NULL;
    return twr_validator_verify(validator, TWR_METHOD_POST, URL, TWR_STR("a=b"), signature, &request, &error) ==
           TWR_STATUS_SIGNATURE_MISMATCH;
}

static bool sign(void)
{
    return !twr_validator_sign(validator, URL, pairs, 3, buffer, sizeof buffer, &length, &error);
}

static bool explain(void)
{
    twr_url_candidates *candidates = NULL;
    bool right = !twr_validator_explain(validator, URL, BODY, &candidates, &error);
    twr_url_candidates_free(&candidates);
    return right;
}

static bool rest(void)
{
    twr_rest_request *request = NULL, *none = NULL;
    twr_str account = TWR_STR("AC00000000000000000000000000000000");
    bool right =
        !twr_call_create(account, TARGET, TWR_STR("+15550100"), NULL, URL, ABSENT, ABSENT, &request, &error) &&
        twr_call_create(URL, TARGET, TWR_STR("+15550100"), NULL, URL, ABSENT, ABSENT, &none, &error) ==
            TWR_STATUS_REFUSED;
    twr_rest_request_free(&request);
    return right;
}

static bool transfer(void)
{
    twr_transfer *transfer = NULL, *again = NULL;
    twr_output output;
    twr_notify notify = {.cseq = 2, .event = TWR_STR("refer"), .subscription_state = TWR_STR("terminated"),
                         .body = TWR_STR("SIP/2.0 200 OK\r\n")};
    twr_refer_report report;
    bool right = !twr_transfer_new(TARGET, NULL, &transfer, &error) &&
                 !twr_transfer_start(transfer, TWR_LEG_SIP, 1, true, 0, &error) &&
                 !twr_transfer_response(transfer, 202, true, 1, &error) &&
                 !twr_transfer_save(transfer, buffer, sizeof buffer, &length, &error) &&
                 !twr_transfer_restore((twr_str){buffer, length}, &again, &error) &&
                 !twr_transfer_notify(again, &notify, 2, &error);
    while (!twr_transfer_poll(again, &output, &error))
        right = right && output.kind;
    right = right && !twr_transfer_report(again, &report, &error) && report.form.len;
    twr_transfer_free(&transfer);
    twr_transfer_free(&again);
    return right;
}

static bool no_transfer(void)
{
    twr_transfer *transfer = NULL;
    return twr_transfer_restore(TWR_STR("x"), &transfer, &error) == TWR_STATUS_REFUSED;
}

static const struct {
    const char *name;
    bool (*call)(void);
} kinds[] = {
    {"build a document", build},
    {"read and check a document", read_and_check},
    {"a document that is none", no_document},
    {"a URI with headers", uri},
    {"a URI that is none", no_uri},
    {"User-to-User, and text that is none", user_to_user},
    {"verify, and the outcome", verify},
    {"a mismatch", mismatch},
    {"sign", sign},
    {"explain", explain},
    {"a REST request, and one that is refused", rest},
    {"a transfer, saved and restored", transfer},
    {"bytes that are no transfer", no_transfer},
};

static size_t taken(void)
{
    struct mallinfo2 now = mallinfo2();
    return now.uordblks + now.hblkhd;
}

int main(int argc, char **argv)
{
    int calls = argc > 1 ? atoi(argv[1]) : 1000, failures = 0;
    pairs[0] = (twr_pair){TWR_STR("ReferCallStatus"), TWR_STR("busy")};
    pairs[1] = (twr_pair){TWR_STR("ReferSipResponseCode"), TWR_STR("202")};
    pairs[2] = (twr_pair){TWR_STR("NotifySipResponseCode"), TWR_STR("486")};
    if (twr_validator_new(TWR_STR("12345"), &validator, NULL) ||
        twr_validator_sign(validator, URL, pairs, 3, made, sizeof made, &signature.len, NULL))
        return 2;
    /* What is left is what malloc keeps for reuse: a leak of one byte a call would be ten times as much. */
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        /* The first call fills what is kept for the thread. */
        int wrong = !kinds[kind].call();
        size_t before = taken();
        for (int at = 0; at < calls; at++)
            wrong += !kinds[kind].call();
        long grown = (long)(taken() - before);
        printf("%s: %ld bytes more after %d calls, %d wrong\n", kinds[kind].name, grown, calls, wrong);
        failures += wrong || grown > GROWTH;
    }
    twr_validator_free(&validator);
    return failures > 0;
}
