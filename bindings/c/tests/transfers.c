/* The scenarios of tests/vectors/transfer in C: what was fed and what came out, line by line. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

#include "cases.h"

static int64_t milliseconds(const json_t *seconds)
{
    return (int64_t)(json_number_value(seconds) * 1000.0 + 0.5);
}

static bool has(const json_t *line, const char *key, const char *text)
{
    const char *found = json_string_value(json_object_get(line, key));
    return found && !strcmp(found, text);
}

static int64_t number(const json_t *line, const char *key)
{
    return json_integer_value(json_object_get(line, key));
}

/* The settings that differ from the defaults; the first that is refused ends it. */
static twr_status settings_of(const json_t *set, twr_settings **settings, twr_error *error)
{
    static const char *const times[] = {"response_timeout", "notify_timeout", "subscription",
                                        "hang_up_grace", "max_duration"};
    size_t index;
    json_t *entry;
    twr_status status = twr_settings_new(settings, error);
    for (int32_t which = TWR_TIME_RESPONSE; !status && which <= TWR_TIME_MAX_DURATION; which++) {
        const json_t *time = json_object_get(set, times[which - TWR_TIME_RESPONSE]);
        if (time)
            status = twr_settings_set_time(*settings, which, milliseconds(time), error);
    }
    if (!status && has(set, "rejected_status", "omitted"))
        status = twr_settings_set_rejected_status_omitted(*settings, true, error);
    json_array_foreach(json_object_get(set, "statuses"), index, entry)
    {
        int32_t code = (int32_t)json_integer_value(json_array_get(entry, 0));
        if (!status)
            status = twr_settings_set_status(*settings, code, view(json_array_get(entry, 1)), error);
    }
    return status;
}

void transfer_settings(const json_t *item)
{
    twr_error error;
    twr_settings *settings = NULL;
    settled(settings_of(json_object_get(item, "settings"), &settings, &error), &error, item);
    twr_settings_free(&settings);
}

static twr_transfer *begin(const json_t *set)
{
    twr_settings *settings = NULL;
    twr_transfer *transfer = NULL;
    if (!settings_of(set, &settings, NULL))
        twr_transfer_new(TWR_STR("sip:alice@example.com"), settings, &transfer, NULL);
    twr_settings_free(&settings);
    return transfer;
}

static twr_status feed(twr_transfer *transfer, const json_t *line, uint64_t now, twr_error *error)
{
    if (has(line, "event", "start")) {
        int32_t leg = has(line, "leg", "sip") ? TWR_LEG_SIP
                      : has(line, "leg", "pstn") ? TWR_LEG_PSTN
                                                 : TWR_LEG_CLIENT;
        bool first = json_is_true(json_object_get(line, "first_in_dialog"));
        int64_t cseq = json_is_null(json_object_get(line, "cseq")) ? TWR_NO_CSEQ : number(line, "cseq");
        return twr_transfer_start(transfer, leg, cseq, first, now, error);
    }
    if (has(line, "event", "response")) {
        int32_t code = (int32_t)number(line, "code");
        bool refer_sub = json_is_true(json_object_get(line, "refer_sub"));
        if (json_is_integer(json_object_get(line, "retry")))
            return twr_transfer_retried(transfer, code, number(line, "retry"), now, error);
        return twr_transfer_response(transfer, code, refer_sub, now, error);
    }
    if (has(line, "event", "notify")) {
        twr_notify notify = {.cseq = number(line, "cseq"),
                             .event = view(json_object_get(line, "event_header")),
                             .subscription_state = view(json_object_get(line, "subscription_state")),
                             .body = view(json_object_get(line, "body")),
                             .outside_dialog = !json_is_true(json_object_get(line, "in_dialog"))};
        return twr_transfer_notify(transfer, &notify, now, error);
    }
    if (has(line, "event", "cseq"))
        return twr_transfer_cseq(transfer, number(line, "cseq"), now, error);
    if (has(line, "event", "status"))
        return twr_transfer_status(transfer, (int32_t)number(line, "code"),
                                   json_is_true(json_object_get(line, "final")), now, error);
    if (has(line, "event", "hangup"))
        return twr_transfer_hang_up(transfer, now, error);
    if (has(line, "event", "transport-error"))
        return twr_transfer_transport_error(transfer, now, error);
    return twr_transfer_handle_timeout(transfer, now, error);
}

/* The report of a transfer that ended, as a line of the vectors has it. */
static bool ended(const twr_transfer *transfer, const json_t *line)
{
    static const char *const names[] = {"ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"};
    twr_refer_report report;
    twr_request *form = NULL;
    char codes[2][8];
    size_t index, left = 0;
    json_t *pair;
    if (twr_transfer_report(transfer, &report, NULL) != TWR_STATUS_OK ||
        twr_request_from_form(report.form, 0, &form, NULL) != TWR_STATUS_OK)
        return false;
    snprintf(codes[0], sizeof codes[0], "%d", (int)report.refer_sip_response_code);
    snprintf(codes[1], sizeof codes[1], "%d", (int)report.notify_sip_response_code);
    twr_str values[3] = {report.call_status_text, str(codes[0]), str(codes[1])};
    bool there[3] = {report.call_status != 0, report.refer_sip_response_code != 0,
                     report.notify_sip_response_code != 0};
    bool right = report.outcome.explanation.len > 0;
    json_array_foreach(json_object_get(line, "params"), index, pair)
    {
        twr_pair sent;
        while (left < 3 && !there[left])
            left++;
        right = right && left < 3 && same(values[left], json_array_get(pair, 1)) &&
                same(str(names[left]), json_array_get(pair, 0)) &&
                twr_request_param_at(form, index, &sent, NULL) == TWR_STATUS_OK &&
                same(sent.name, json_array_get(pair, 0)) && same(sent.value, json_array_get(pair, 1));
        left++;
    }
    while (left < 3 && !there[left])
        left++;
    const json_t *outcome = json_object_get(line, "outcome");
    right = right && left == 3 && twr_request_param_count(form) == json_array_size(json_object_get(line, "params")) &&
            same(twr_outcome_name(report.outcome.kind), json_object_get(outcome, "kind"));
    twr_request_free(&form);
    return right;
}

static bool says(const twr_transfer *transfer, const twr_output *found, const json_t *line)
{
    if (!same(twr_output_name(found->kind), json_object_get(line, "output")))
        return false;
    if (found->kind == TWR_OUTPUT_REPLY)
        return found->code == number(line, "code");
    if (found->kind == TWR_OUTPUT_DIAGNOSTIC)
        return same(twr_code_name(found->diagnostic.code), json_object_get(line, "code")) &&
               same(twr_severity_name(found->diagnostic.severity), json_object_get(line, "severity")) &&
               same(found->diagnostic.message, json_object_get(line, "message"));
    return found->kind != TWR_OUTPUT_COMPLETED || ended(transfer, line);
}

static bool replay(const char *name, json_t **lines, size_t count)
{
    const json_t *settings = NULL;
    twr_output output;
    twr_error error;
    twr_status last = TWR_STATUS_OK;
    bool fine = true;
    for (size_t at = 0; at < count; at++)
        if (has(lines[at], "event", "start"))
            settings = json_object_get(lines[at], "settings");
    twr_transfer *transfer = begin(settings);
    for (size_t at = 0; transfer && fine && at < count; at++) {
        uint64_t now = (uint64_t)milliseconds(json_object_get(lines[at], "at"));
        if (json_object_get(lines[at], "event")) {
            fine = twr_transfer_poll(transfer, &output, NULL) == TWR_STATUS_NONE;
            last = feed(transfer, lines[at], now, &error);
            fine = fine && (last == TWR_STATUS_OK ||
                            (at + 1 < count && has(lines[at + 1], "output", "error")));
        } else if (has(lines[at], "output", "error")) {
            fine = last == TWR_STATUS_REFUSED && error.number == number(lines[at], "code");
        } else {
            if (twr_transfer_poll(transfer, &output, NULL) == TWR_STATUS_NONE) {
                twr_transfer_handle_timeout(transfer, now, NULL);
                if (twr_transfer_poll(transfer, &output, NULL) != TWR_STATUS_OK)
                    fine = false;
            }
            fine = fine && says(transfer, &output, lines[at]);
        }
        if (!fine)
            fprintf(stderr, "transfer: %s: line %zu\n", name, at + 1);
    }
    if (transfer)
        twr_transfer_handle_timeout(transfer, UINT64_MAX - 1, NULL);
    fine = fine && transfer && twr_transfer_poll(transfer, &output, NULL) == TWR_STATUS_NONE;
    twr_transfer_free(&transfer);
    return fine;
}

int run_transfers(const char *vectors, int *failed)
{
    char path[4096], text[65536];
    int ran = 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "%s/transfer", vectors);
    DIR *folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        const char *ending = strstr(entry->d_name, ".expected.jsonl");
        json_t *lines[512];
        size_t count = 0;
        if (!ending)
            continue;
        snprintf(path, sizeof path, "%s/transfer/%s", vectors, entry->d_name);
        FILE *file = fopen(path, "r");
        while (file && count < 512 && fgets(text, sizeof text, file))
            lines[count++] = json_loads(text, 0, NULL);
        if (file)
            fclose(file);
        if (!count || !replay(entry->d_name, lines, count)) {
            fprintf(stderr, "transfer: %s: failed\n", entry->d_name);
            (*failed)++;
        }
        while (count)
            json_decref(lines[--count]);
        ran++;
    }
    if (folder)
        closedir(folder);
    return ran;
}
