/* The cases of documents in C: built, read and checked. */
#include <stdlib.h>

#include "cases.h"

static twr_status add_element(const json_t *item, twr_element **made, twr_error *error)
{
    size_t index;
    json_t *pair, *child;
    twr_status status = twr_element_new(view(json_object_get(item, "name")), made, error);
    json_array_foreach(json_object_get(item, "attributes"), index, pair)
    {
        if (status == TWR_STATUS_OK)
            status = twr_element_set_attribute(*made, view(json_array_get(pair, 0)),
                                               view(json_array_get(pair, 1)), error);
    }
    if (status == TWR_STATUS_OK && json_object_get(item, "text"))
        status = twr_element_add_text(*made, view(json_object_get(item, "text")), error);
    json_array_foreach(json_object_get(item, "children"), index, child)
    {
        twr_element *inner = NULL;
        if (status == TWR_STATUS_OK)
            status = add_element(child, &inner, error);
        if (status == TWR_STATUS_OK)
            status = twr_element_append(*made, &inner, error);
        twr_element_free(&inner);
    }
    return status;
}

static json_int_t at_least_one(const json_t *verb, const char *key)
{
    const json_t *number = json_object_get(verb, key);
    return number ? json_integer_value(number) : 1;
}

/* An element as often, and nested as deep in others of its name, as the case says. */
static twr_status append_verb(twr_response *response, const json_t *verb, twr_error *error)
{
    const json_t *element = json_object_get(verb, "element");
    twr_element *made = NULL, *other = NULL;
    twr_status status = add_element(element, &made, error);
    for (json_int_t level = at_least_one(verb, "levels"); !status && level > 1; level--) {
        status = twr_element_new(view(json_object_get(element, "name")), &other, error);
        if (!status)
            status = twr_element_append(other, &made, error);
        made = other;
    }
    for (json_int_t times = at_least_one(verb, "times"); !status && times > 1; times--) {
        status = twr_element_copy(made, &other, error);
        if (!status)
            status = twr_response_append(response, &other, error);
    }
    if (!status)
        status = twr_response_append(response, &made, error);
    twr_element_free(&made);
    return status;
}

static twr_status build(const json_t *verbs, twr_response **response, twr_error *error)
{
    size_t index;
    json_t *verb;
    twr_status status = twr_response_new(response, error);
    json_array_foreach(verbs, index, verb)
    {
        const json_t *refer = json_object_get(verb, "refer");
        if (!status && refer)
            status = twr_response_refer(*response, view(json_object_get(refer, "sip")),
                                        view(json_object_get(refer, "action")),
                                        view(json_object_get(refer, "method")), error);
        else if (!status)
            status = append_verb(*response, verb, error);
    }
    return status;
}

void documents(const json_t *item)
{
    twr_error error;
    twr_response *response = NULL;
    twr_status status = build(json_object_get(item, "verbs"), &response, &error);
    if (settled(status, &error, item)) {
        twr_response_xml(response, false, buffer, sizeof buffer, &length, NULL);
        EXPECT("compact", written(json_object_get(item, "compact")));
        if (json_object_get(item, "follows")) {
            EXPECT("follows",
                   same(twr_follows_name(twr_response_follows(response)), json_object_get(item, "follows")));
        }
        if (json_object_get(item, "pretty")) {
            twr_response_xml(response, true, buffer, sizeof buffer, &length, NULL);
            EXPECT("pretty", written(json_object_get(item, "pretty")));
        }
    }
    twr_response_free(&response);
}

void reading(const json_t *item)
{
    twr_error error;
    twr_response *response = NULL;
    char *owned;
    twr_str xml = input(item, "xml", &owned);
    twr_status status = twr_response_parse(xml, &response, &error);
    if (settled(status, &error, item)) {
        const json_t *refer = json_object_get(item, "first_refer");
        twr_refer found = {0};
        status = twr_response_first_refer(response, &found, NULL);
        EXPECT("first Refer", !refer || (json_is_null(refer) ? status == TWR_STATUS_NONE : status == TWR_STATUS_OK));
        if (json_is_object(refer))
            EXPECT("first Refer", same(found.target, json_object_get(refer, "sip")) &&
                                      same(found.action, json_object_get(refer, "action")) &&
                                      same(found.method, json_object_get(refer, "method")));
        EXPECT("render", twr_response_xml(response, false, buffer, sizeof buffer, &length, NULL) ==
                             TWR_STATUS_OK);
        if (json_is_string(json_object_get(item, "compact")))
            EXPECT("compact", written(json_object_get(item, "compact")));
    }
    twr_response_free(&response);
    free(owned);
}

void diagnostics(const json_t *item)
{
    twr_error error;
    twr_response *response = NULL;
    twr_diagnostics *found = NULL;
    char *owned;
    size_t index;
    json_t *wanted;
    const json_t *verbs = json_object_get(item, "verbs");
    twr_str xml = input(item, "xml", &owned);
    twr_status status = verbs ? build(verbs, &response, &error) : twr_response_parse(xml, &response, &error);
    if (settled(status, &error, item)) {
        EXPECT("check", twr_response_check(response, &found, NULL) == TWR_STATUS_OK);
        EXPECT("count", twr_diagnostics_count(found) == json_array_size(json_object_get(item, "found")));
        json_array_foreach(json_object_get(item, "found"), index, wanted)
        {
            twr_diagnostic one;
            if (twr_diagnostics_at(found, index, &one, NULL) != TWR_STATUS_OK) {
                fail("a diagnostic is missing");
                break;
            }
            EXPECT("code", same(twr_code_name(one.code), json_object_get(wanted, "code")));
            EXPECT("name", same(one.name, json_object_get(wanted, "code")));
            EXPECT("severity", same(twr_severity_name(one.severity), json_object_get(wanted, "severity")));
            EXPECT("number", one.number == json_integer_value(json_object_get(wanted, "number")));
            EXPECT("path", same(one.path, json_object_get(wanted, "path")));
            EXPECT("message", same(one.message, json_object_get(wanted, "message")));
        }
    }
    twr_diagnostics_free(&found);
    twr_response_free(&response);
    free(owned);
}
