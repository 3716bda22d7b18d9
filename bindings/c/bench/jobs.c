/* The three main jobs of core/benches/jobs.rs in C: a line of JSON names a job and how often it runs, and is answered
 * with nanoseconds per call. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <twiml_refer.h>

static twr_validator *validator;
static twr_str signature;
#define URL TWR_STR("https://voice.example.com/handleRefer?x=1")
#define BODY \
    TWR_STR("AccountSid=AC0123456789abcdef0123456789abcdef&CallSid=CA0123456789abcdef0123456789abcdef" \
            "&CallStatus=in-progress&Direction=inbound&From=sip%3Abob%40example.com&NotifySipResponseCode=200" \
            "&ReferCallStatus=in-progress&ReferSipResponseCode=202&SipHeader_X-Id008=8&SipHeader_X-Id009=9" \
            "&SipHeader_X-Id010=10&SipHeader_X-Id011=11&SipHeader_X-Id012=12&SipHeader_X-Id013=13" \
            "&SipHeader_X-Id014=14&SipHeader_X-Id015=15&SipHeader_X-Id016=16&SipHeader_X-Id017=17" \
            "&SipHeader_X-Id018=18&SipHeader_X-Id019=19")
#define TARGET TWR_STR("sip:alice@example.com?X-Reason00=billing-12&X-Reason01=billing-12")

static size_t document(void)
{
    char xml[512];
    size_t length = 0;
    twr_response *response = NULL;
    if (twr_response_new(&response, NULL) ||
        twr_response_refer(response, TARGET, TWR_STR("/handleRefer"), TWR_STR("POST"), NULL) ||
        twr_response_xml(response, false, xml, sizeof xml, &length, NULL))
        abort();
    twr_response_free(&response);
    return length > 0;
}

static size_t verify(void)
{
    twr_request *request = NULL;
    if (twr_validator_verify(validator, TWR_METHOD_POST, URL, BODY, signature, &request, NULL))
        abort();
    size_t transferred = twr_request_outcome(request).kind == TWR_OUTCOME_TRANSFERRED;
    twr_request_free(&request);
    return transferred;
}

static void poll(twr_transfer *verb, size_t *outputs)
{
    twr_output output;
    while (twr_transfer_poll(verb, &output, NULL) == TWR_STATUS_OK)
        ++*outputs;
}

static size_t transfer(void)
{
    static const struct {
        const char *state, *body;
        uint64_t now;
    } notifies[] = {{"active;expires=60", "SIP/2.0 100 Trying\r\n", 100},
                    {"active;expires=60", "SIP/2.0 180 Ringing\r\n", 2000},
                    {"terminated;reason=noresource", "SIP/2.0 200 OK\r\n", 9500}};
    twr_transfer *verb = NULL;
    size_t outputs = 0;
    if (twr_transfer_new(TWR_STR("sip:alice@example.com"), NULL, &verb, NULL) ||
        twr_transfer_start(verb, TWR_LEG_SIP, 1, true, 0, NULL))
        abort();
    poll(verb, &outputs);
    if (twr_transfer_response(verb, 202, true, 50, NULL))
        abort();
    poll(verb, &outputs);
    for (uint32_t at = 0; at < 3; at++) {
        twr_notify notify = {.cseq = at + 1, .event = TWR_STR("refer;id=1"),
                             .subscription_state = twr_str_of(notifies[at].state),
                             .body = twr_str_of(notifies[at].body)};
        if (twr_transfer_notify(verb, &notify, notifies[at].now, NULL))
            abort();
        poll(verb, &outputs);
    }
    twr_transfer_free(&verb);
    return outputs;
}

static const struct {
    const char *name;
    size_t (*run)(void);
    size_t expected;
} jobs[] = {{"document", document, 1}, {"verify", verify, 1}, {"transfer", transfer, 5}};

static void answer(const char *name, int calls)
{
    struct timespec begin, end;
    for (size_t at = 0; at < sizeof jobs / sizeof *jobs; at++) {
        if (strcmp(name, jobs[at].name) != 0)
            continue;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (int call = 0; call < calls; call++)
            if (jobs[at].run() != jobs[at].expected)
                abort();
        clock_gettime(CLOCK_MONOTONIC, &end);
        double taken = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
        printf("%.1f\n", taken / calls);
        return;
    }
    puts("null");
}

int main(void)
{
    static char made[64];
    size_t length = 0;
    twr_request *request = NULL;
    twr_pair pairs[32];
    size_t count = 0;
    if (twr_validator_new(TWR_STR("12345"), &validator, NULL) || twr_request_from_form(BODY, 0, &request, NULL))
        return 2;
    while (count < 32 && twr_request_param_at(request, count, &pairs[count], NULL) == TWR_STATUS_OK)
        count++;
    if (twr_validator_sign(validator, URL, pairs, count, made, sizeof made, &length, NULL))
        return 2;
    signature.ptr = made;
    signature.len = length;
    twr_request_free(&request);
    char line[65536], name[32];
    int calls = 0;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "{\"time\": \"%31[^\"]\", \"calls\": %d", name, &calls) != 2)
            return 2;
        answer(name, calls);
        fflush(stdout);
    }
    twr_validator_free(&validator);
    return 0;
}
