/* Walks a list of COUNT entries by index: `linear LIST COUNT`. `linear` alone names the lists. The script of the
 * same name counts the instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twiml_refer.h>

static char *text;
static size_t length;

static void append(const char *more)
{
    size_t size = strlen(more);
    memcpy(text + length, more, size);
    length += size;
}

/* A name of its own for each entry, where equal ones are refused. */
static const char *unique(size_t number)
{
    static char name[32];
    snprintf(name, sizeof name, "a%zu", number);
    return name;
}

static twr_str repeated(const char *start, const char *before, const char *after, size_t count, const char *end)
{
    text = malloc(strlen(start) + (strlen(before) + strlen(unique(count)) + strlen(after)) * count + strlen(end) + 1);
    append(start);
    while (count--) {
        append(before);
        append(unique(count));
        append(after);
    }
    append(end);
    return (twr_str){text, length};
}

/* Each returns how many entries it met. */
static size_t of_uri(twr_str from, twr_status (*at)(const twr_uri *, size_t, twr_pair *, twr_error *))
{
    twr_uri *uri = NULL;
    twr_pair pair;
    size_t met = 0;
    twr_uri_parse(from, &uri, NULL);
    while (at(uri, met, &pair, NULL) == TWR_STATUS_OK)
        met++;
    twr_uri_free(&uri);
    return met;
}

static size_t uri_params(size_t count)
{
    return of_uri(repeated("sip:a@b", ";", "=1", count, ""), twr_uri_param_at);
}

static size_t uri_headers(size_t count)
{
    return of_uri(repeated("sip:a@b?a=1", "&", "=1", count - 1, ""), twr_uri_header_at);
}

static size_t of_request(const char *each, size_t count,
                          twr_status (*at)(const twr_request *, size_t, twr_pair *, twr_error *))
{
    twr_request *request = NULL;
    twr_pair pair;
    size_t met = 0;
    twr_request_from_form(repeated("x=1", each, "=1", count, ""), 1 << 20, &request, NULL);
    while (at(request, met, &pair, NULL) == TWR_STATUS_OK)
        met++;
    twr_request_free(&request);
    return met;
}

static size_t params(size_t count)
{
    return of_request("&", count - 1, twr_request_param_at);
}

static size_t sip_headers(size_t count)
{
    return of_request("&SipHeader_", count, twr_request_sip_header_at);
}

static size_t nodes(size_t count)
{
    twr_response *response = NULL;
    twr_node node;
    size_t met = 0;
    twr_response_parse(repeated("<Response>", "<", "/>", count, "</Response>"), &response, NULL);
    while (twr_response_node_at(response, met, &node, NULL) == TWR_STATUS_OK)
        met++;
    twr_response_free(&response);
    return met;
}

static size_t attributes(size_t count)
{
    twr_response *response = NULL;
    twr_element *element = NULL;
    twr_pair attribute;
    size_t met = 0;
    twr_response_new(&response, NULL);
    twr_element_new(TWR_STR("a"), &element, NULL);
    for (size_t at = 0; at < count; at++)
        twr_element_set_attribute(element, twr_str_of(unique(at)), TWR_STR("1"), NULL);
    twr_response_append(response, &element, NULL);
    while (twr_response_attribute_at(response, 0, met, &attribute, NULL) == TWR_STATUS_OK)
        met++;
    twr_response_free(&response);
    return met;
}

static size_t diagnostics(size_t count)
{
    twr_uri *uri = NULL;
    twr_diagnostics *found = NULL;
    twr_diagnostic one;
    size_t met = 0;
    twr_uri_parse(repeated("sip:a@b?a=1", "&", "=1", count - 1, ""), &uri, NULL);
    twr_uri_check(uri, &found, NULL);
    while (twr_diagnostics_at(found, met, &one, NULL) == TWR_STATUS_OK)
        met++;
    twr_diagnostics_free(&found);
    twr_uri_free(&uri);
    return met;
}

static const struct {
    const char *name;
    size_t (*walk)(size_t);
} lists[] = {
    {"uri-params", uri_params}, {"uri-headers", uri_headers}, {"params", params},     {"sip-headers", sip_headers},
    {"nodes", nodes},           {"attributes", attributes},   {"diagnostics", diagnostics},
};

int main(int argc, char **argv)
{
    size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, met = 0;
    for (size_t at = 0; at < sizeof lists / sizeof *lists; at++) {
        if (argc == 1)
            puts(lists[at].name);
        else if (!strcmp(argv[1], lists[at].name))
            met = lists[at].walk(count);
    }
    free(text);
    if (argc == 3 && met < count)
        fprintf(stderr, "%zu met of %zu\n", met, count);
    return argc == 3 && met < count;
}
