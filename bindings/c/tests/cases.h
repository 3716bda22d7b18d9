/* What the runners of vectors share: inputs, comparisons, and the count of what failed. */
#ifndef TWR_TEST_CASES_H
#define TWR_TEST_CASES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <twiml_refer.h>

extern char buffer[1 << 17];
extern size_t length;

void fail(const char *what);
twr_str str(const char *text);
twr_str view(const json_t *value);
bool same(twr_str found, const json_t *expected);
bool written(const json_t *expected);
/* The input under a key: text, repeated parts or hexadecimal bytes; `owned` is to be freed. */
twr_str input(const json_t *item, const char *key, char **owned);
/* Whether it was refused exactly if it had to be, and so. True: there is something to look at. */
bool settled(twr_status status, const twr_error *error, const json_t *item);

void documents(const json_t *item);
void reading(const json_t *item);
void diagnostics(const json_t *item);
void transfer_settings(const json_t *item);
/* The number of scenarios that ran. */
int run_transfers(const char *vectors, int *failed);

#define EXPECT(what, condition) \
    do { \
        if (!(condition)) \
            fail(what); \
    } while (0)

#endif
