/* One call that is answered and transferred: what main.c asks of agent.c. */
#ifndef AGENT_H
#define AGENT_H

#include <re.h>
#include <stdbool.h>
#include <twiml_refer.h>

struct agent {
    struct sip *sip;
    struct sip_lsnr *listener;
    struct sipsess_sock *sock;
    struct sipsess *sess;
    struct sip_dialog *dialog;
    struct sip_request *request;
    struct tmr deadline;
    struct tmr linger;
    twr_transfer *transfer;
    /* The caller is answered after this many milliseconds. */
    uint32_t ring_ms;
    /* Late NOTIFYs are still answered for this long. */
    uint32_t linger_ms;
    struct tmr ringing;
    bool answered;
    bool completed;
    /* What the process returns. */
    int status;
};

/* Waits for a call; what happens is printed. `transfer` stays the caller's. */
int agent_listen(struct agent *agent, struct sip *sip, twr_transfer *transfer);

/* Frees what it holds, ending what still lives. */
void agent_close(struct agent *agent);

#endif
