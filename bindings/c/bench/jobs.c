/* The three main jobs in C: `jobs` prints for each its nanoseconds; built with -DCOUNT, its allocations
 * instead, for counting takes time. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <twiml_refer.h>

static size_t allocations;

#ifdef COUNT
extern void *__libc_malloc(size_t size);
extern void *__libc_realloc(void *old, size_t size);

/* What the library allocates comes through here: the first of a name that the loader finds. */
void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *realloc(void *old, size_t size)
{
    allocations++;
    return __libc_realloc(old, size);
}
#endif

static twr_validator *validator;
static twr_str signature;
#define URL TWR_STR("https://voice.example.com/handleRefer?x=1")
#define BODY \
    TWR_STR("CallSid=CA00000000000000000000000000000000&AccountSid=AC00000000000000000000000000000000" \
            "&From=sip%3Acaller%40example.com&To=sip%3Aapp%40example.com&CallStatus=in-progress" \
            "&ApiVersion=2010-04-01&Direction=inbound&ReferCallStatus=busy&ReferSipResponseCode=202" \
            "&NotifySipResponseCode=486&P0=value+0&P1=value+1&P2=value+2&P3=value+3&P4=value+4" \
            "&P5=value+5&P6=value+6&P7=value+7&P8=value+8&P9=value+9")
#define TARGET TWR_STR("sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question")

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
    return length;
}

static size_t verify(void)
{
    twr_request *request = NULL;
    if (twr_validator_verify(validator, TWR_METHOD_POST, URL, BODY, signature, &request, NULL))
        abort();
    size_t code = (size_t)twr_request_outcome(request).code;
    twr_request_free(&request);
    return code;
}

static size_t transfer(void)
{
    twr_transfer *verb = NULL;
    twr_output output;
    size_t outputs = 0;
    if (twr_transfer_new(TWR_STR("sip:alice@example.com"), NULL, &verb, NULL) ||
        twr_transfer_start(verb, TWR_LEG_SIP, 1, true, 0, NULL))
        abort();
    while (twr_transfer_poll(verb, &output, NULL) == TWR_STATUS_OK)
        outputs++;
    twr_notify notify = {.cseq = 2, .event = TWR_STR("refer"), .subscription_state = TWR_STR("active;expires=60"),
                         .body = TWR_STR("SIP/2.0 100 Trying\r\n")};
    if (twr_transfer_response(verb, 202, true, 50, NULL) || twr_transfer_notify(verb, &notify, 60, NULL))
        abort();
    while (twr_transfer_poll(verb, &output, NULL) == TWR_STATUS_OK)
        outputs++;
    notify.cseq = 3;
    notify.subscription_state = TWR_STR("terminated;reason=noresource");
    notify.body = TWR_STR("SIP/2.0 200 OK\r\n");
    if (twr_transfer_notify(verb, &notify, 900, NULL))
        abort();
    while (twr_transfer_poll(verb, &output, NULL) == TWR_STATUS_OK)
        outputs++;
    twr_transfer_free(&verb);
    return outputs;
}

static void measure(const char *name, size_t (*job)(void), size_t expected)
{
    enum { CALLS = 100000 };
    struct timespec begin, end;
    if (job() != expected)
        abort();
    allocations = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int call = 0; call < CALLS; call++)
        if (job() != expected)
            abort();
    clock_gettime(CLOCK_MONOTONIC, &end);
    double taken = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
#ifdef COUNT
    taken = (double)allocations;
#endif
    printf("%s %.1f\n", name, taken / CALLS);
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
    measure("document", document, 202);
    measure("verify", verify, 486);
    measure("transfer", transfer, 4);
    twr_validator_free(&validator);
    return 0;
}
