/* A SIP user agent that answers one call and transfers it, as Twilio's <Refer> does: on libre 1.1
 * (Debian's libre-dev), driven by twr_transfer. This file reads the options and runs the loop. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

static const char usage[] =
    "Usage: transfer [OPTION]... TARGET\n"
    "Answers one call, transfers it to TARGET (a SIP URI), and prints what Twilio would report.\n"
    "\n"
    "  --listen ADDRESS      the address to listen on (default 127.0.0.1)\n"
    "  --port PORT           the port to listen on (default: a free one, which is printed)\n"
    "  --tcp                 use TCP instead of UDP\n"
    "  --header NAME=VALUE   add a header to TARGET; repeat it for more\n"
    "  --time WHICH=MS       set a time; WHICH is response, notify, subscription, grace or max-duration\n"
    "  --ring MS             ring this long before answering\n"
    "  --linger MS           answer late requests this long after the transfer (default 200)\n"
    "  --help                print this\n";

struct options {
    bool tcp;
    const char *listen;
    uint16_t port;
    twr_uri *target;
    twr_settings *settings;
    uint32_t ring_ms;
    uint32_t linger_ms;
};

static int refuse(const char *why)
{
    re_fprintf(stderr, "transfer: %s\n", why);
    return 2;
}

static int add_header(twr_uri *target, const char *pair)
{
    const char *equals = strchr(pair, '=');
    twr_error error;
    if (!equals)
        return refuse("--header needs NAME=VALUE");
    twr_str name = {pair, (size_t)(equals - pair)};
    if (twr_uri_add_header(target, name, twr_str_of(equals + 1), &error) != TWR_STATUS_OK)
        return refuse(error.message);
    return 0;
}

static int set_time(twr_settings *settings, const char *pair)
{
    static const char *const names[] = {"response=", "notify=", "subscription=", "grace=", "max-duration="};
    twr_error error;
    for (int32_t which = 0; which < (int32_t)ARRAY_SIZE(names); which++) {
        size_t length = strlen(names[which]);
        if (strncmp(pair, names[which], length) != 0)
            continue;
        long long milliseconds = strtoll(pair + length, NULL, 10);
        if (twr_settings_set_time(settings, TWR_TIME_RESPONSE + which, milliseconds, &error) != TWR_STATUS_OK)
            return refuse(error.message);
        return 0;
    }
    return refuse("unknown time: use response, notify, subscription, grace or max-duration");
}

static int set_port(struct options *options, const char *text)
{
    char *end = NULL;
    unsigned long port = strtoul(text, &end, 10);
    if (*end || end == text || port == 0 || port > 65535)
        return refuse("--port must be 1 to 65535");
    options->port = (uint16_t)port;
    return 0;
}

/* Prints what of the target will be dropped or misread on the wire. */
static void check_target(const twr_uri *target)
{
    twr_diagnostics *diagnostics = NULL;
    twr_diagnostic one;
    (void)twr_uri_check(target, &diagnostics, NULL);
    for (size_t at = 0; twr_diagnostics_at(diagnostics, at, &one, NULL) == TWR_STATUS_OK; at++) {
        twr_str severity = twr_severity_name(one.severity);
        re_fprintf(stderr, "transfer: %b: %b\n", severity.ptr, severity.len, one.message.ptr, one.message.len);
    }
    twr_diagnostics_free(&diagnostics);
}

static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {{"tcp", no_argument, NULL, 't'},
                                          {"listen", required_argument, NULL, 'a'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"header", required_argument, NULL, 'h'},
                                          {"time", required_argument, NULL, 's'},
                                          {"ring", required_argument, NULL, 'r'},
                                          {"linger", required_argument, NULL, 'l'},
                                          {NULL, 0, NULL, 0}};
    twr_error error;
    const char *headers[32];
    size_t count = 0;
    int wrong = 0, option;
    if (twr_settings_new(&options->settings, &error) != TWR_STATUS_OK)
        return refuse(error.message);
    while (!wrong && (option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 't': options->tcp = true; break;
        case 'a': options->listen = optarg; break;
        case 'p': wrong = set_port(options, optarg); break;
        case 'h':
            if (count < ARRAY_SIZE(headers))
                headers[count++] = optarg;
            break;
        case 's': wrong = set_time(options->settings, optarg); break;
        case 'r': options->ring_ms = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'l': options->linger_ms = (uint32_t)strtoul(optarg, NULL, 10); break;
        default: wrong = 2; break;
        }
    }
    if (!wrong && optind != argc - 1)
        wrong = refuse("give one TARGET, a SIP URI; see --help");
    if (!wrong && twr_uri_parse(twr_str_of(argv[optind]), &options->target, &error) != TWR_STATUS_OK)
        wrong = refuse(error.message);
    for (size_t at = 0; !wrong && at < count; at++)
        wrong = add_header(options->target, headers[at]);
    if (!wrong)
        check_target(options->target);
    return wrong;
}

static void exit_handler(void *arg)
{
    bool *closed = arg;
    *closed = true;
    re_cancel();
}

static void signal_handler(int signal)
{
    (void)signal;
    re_cancel();
}

/* Listens, says where, and runs until the call and its transfer are over. */
static int run(struct agent *agent, const struct options *options, twr_transfer *transfer)
{
    struct sip *sip = NULL;
    struct sa address;
    bool closed = false;
    enum sip_transp tp = options->tcp ? SIP_TRANSP_TCP : SIP_TRANSP_UDP;
    int err = sa_set_str(&address, options->listen, options->port);
    if (!err)
        err = sip_alloc(&sip, NULL, 32, 32, 32, "twiml-refer example", exit_handler, &closed);
    if (!err)
        err = sip_transp_add(sip, tp, &address);
    if (!err)
        err = agent_listen(agent, sip, transfer);
    if (!err)
        err = sip_transp_laddr(sip, &address, tp, NULL);
    if (!err) {
        re_printf("ready %s %J\n", sip_transp_name(tp), &address);
        err = re_main(signal_handler);
    }
    agent_close(agent);
    if (sip) {
        /* The BYE gets its answer; with nothing under way the handler is called at once. */
        sip_close(sip, false);
        if (!closed)
            (void)re_main(signal_handler);
    }
    mem_deref(sip);
    return err;
}

int main(int argc, char **argv)
{
    struct options options = {.listen = "127.0.0.1", .linger_ms = 200};
    struct agent agent = {0};
    twr_transfer *transfer = NULL;
    twr_error error;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    int status = read_options(argc, argv, &options);
    if (!status && twr_transfer_new(twr_uri_text(options.target), options.settings, &transfer, &error) !=
                       TWR_STATUS_OK)
        status = refuse(error.message);
    if (!status) {
        int err = libre_init();
        setvbuf(stdout, NULL, _IOLBF, 0);
        agent.ring_ms = options.ring_ms;
        agent.linger_ms = options.linger_ms;
        if (!err)
            err = run(&agent, &options, transfer);
        if (err)
            re_fprintf(stderr, "transfer: %m\n", err);
        status = err ? 1 : agent.status;
        libre_close();
        tmr_debug();
        mem_debug();
    }
    twr_transfer_free(&transfer);
    twr_settings_free(&options.settings);
    twr_uri_free(&options.target);
    return status;
}
