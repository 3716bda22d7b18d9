/* What the header says of threads: sixteen share what may be shared, and own what may not. Run under
 * helgrind, which sees every access that is not ordered. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

enum { THREADS = 16 };

#define URL TWR_STR("https://voice.example.com/handleRefer")
#define BODY TWR_STR("ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")

static twr_validator *validator;
static twr_response *response;
static twr_uri *target;
static twr_request *shared;
static twr_str signature;
static int rounds;

/* The number of things that went wrong. */
static size_t share(void)
{
    twr_request *request = NULL;
    twr_error error;
    char xml[512], forged[64];
    size_t wrong = 0, length = 0;
    twr_str view = {forged, signature.len};
    if (twr_validator_verify(validator, TWR_METHOD_POST, URL, BODY, signature, &request, &error) != TWR_STATUS_OK ||
        twr_request_outcome(request).kind != TWR_OUTCOME_TARGET_FAILED)
        wrong++;
    twr_request_free(&request);
    memcpy(forged, signature.ptr, signature.len);
    forged[0] = forged[0] == 'A' ? 'B' : 'A';
    if (twr_validator_verify(validator, TWR_METHOD_POST, URL, BODY, view, &request, &error) !=
            TWR_STATUS_SIGNATURE_MISMATCH ||
        request)
        wrong++;
    if (twr_response_xml(response, false, xml, sizeof xml, &length, &error) != TWR_STATUS_OK || !length)
        wrong++;
    if (twr_request_param(shared, TWR_STR("ReferCallStatus")).len != 4 ||
        twr_request_outcome(shared).code != 486)
        wrong++;
    if (twr_uri_text(target).len != 21 || !twr_uri_equivalent(target, target))
        wrong++;
    return wrong;
}

static size_t own(void)
{
    twr_transfer *transfer = NULL;
    twr_output output;
    twr_refer_report report;
    size_t wrong = 0, outputs = 0;
    if (twr_transfer_new(twr_uri_text(target), NULL, &transfer, NULL) != TWR_STATUS_OK)
        return 1;
    wrong += twr_transfer_start(transfer, TWR_LEG_SIP, 1, true, 0, NULL) != TWR_STATUS_OK;
    while (twr_transfer_poll(transfer, &output, NULL) == TWR_STATUS_OK)
        outputs++;
    wrong += twr_transfer_response(transfer, 405, true, 10, NULL) != TWR_STATUS_OK;
    while (twr_transfer_poll(transfer, &output, NULL) == TWR_STATUS_OK)
        outputs++;
    wrong += outputs != 2 || twr_transfer_report(transfer, &report, NULL) ||
             report.outcome.kind != TWR_OUTCOME_REJECTED;
    twr_transfer_free(&transfer);
    return wrong;
}

static void *work(void *argument)
{
    size_t *wrong = argument;
    for (int round = 0; round < rounds; round++)
        *wrong += share() + own();
    return NULL;
}

int main(int argc, char **argv)
{
    static char made[64];
    pthread_t threads[THREADS];
    size_t wrong[THREADS] = {0}, all = 0, length = 0;
    twr_pair pairs[] = {{TWR_STR("ReferCallStatus"), TWR_STR("busy")},
                        {TWR_STR("ReferSipResponseCode"), TWR_STR("202")},
                        {TWR_STR("NotifySipResponseCode"), TWR_STR("486")}};
    rounds = argc > 1 ? atoi(argv[1]) : 1000;
    if (twr_validator_new(TWR_STR("12345"), &validator, NULL) || twr_response_new(&response, NULL) ||
        twr_uri_parse(TWR_STR("sip:alice@example.com"), &target, NULL) ||
        twr_response_refer(response, twr_uri_text(target), TWR_STR("/handleRefer"), TWR_STR("POST"), NULL) ||
        twr_request_from_pairs(pairs, 3, 0, &shared, NULL) ||
        twr_validator_sign(validator, URL, pairs, 3, made, sizeof made, &length, NULL))
        return 2;
    signature.ptr = made;
    signature.len = length;
    /* What the library finds out about the processor, once, is kept in atomics, which helgrind takes for a race. */
    all = share() + own();
    for (size_t at = 0; at < THREADS; at++)
        if (pthread_create(&threads[at], NULL, work, &wrong[at]))
            return 2;
    for (size_t at = 0; at < THREADS; at++) {
        pthread_join(threads[at], NULL);
        all += wrong[at];
    }
    twr_request_free(&shared);
    twr_uri_free(&target);
    twr_response_free(&response);
    twr_validator_free(&validator);
    printf("%d threads, %d rounds each: %zu wrong\n", THREADS, rounds, all);
    return all ? 1 : 0;
}
