/* The SIP side of a transfer: libre sends and receives, twr_transfer decides. Everything that libre receives
 * in the call goes to twr_transfer as an event, and every output that it returns is carried out here. */
#include "agent.h"

#include <string.h>

static void handle_outputs(struct agent *agent, const struct sip_msg *notify);

static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                          "m=audio 9 RTP/AVP 0\r\na=inactive\r\n";

static struct mbuf *description(void)
{
    struct mbuf *desc = mbuf_alloc(sizeof sdp);
    if (desc) {
        (void)mbuf_write_mem(desc, (const uint8_t *)sdp, sizeof sdp - 1);
        mbuf_set_pos(desc, 0);
    }
    return desc;
}

/* A header as twr_transfer takes it: libre's struct pl is the same view of the message. */
static twr_str header(const struct sip_msg *msg, enum sip_hdrid id)
{
    const struct sip_hdr *found = sip_msg_hdr(msg, id);
    twr_str value = {NULL, 0};
    if (found) {
        value.ptr = found->val.p ? found->val.p : "";
        value.len = found->val.l;
    }
    return value;
}

static const char *reason(int32_t code)
{
    switch (code) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 481: return "Subscription does not exist";
    case 489: return "Bad Event";
    default: return "Server Internal Error";
    }
}

/* After each event: carries out the outputs, and waits for the next deadline. */
static void fed(struct agent *agent, twr_status status, const twr_error *error,
                const struct sip_msg *notify)
{
    if (status != TWR_STATUS_OK)
        re_fprintf(stderr, "refused: %s\n", error->message);
    handle_outputs(agent, notify);
}

static void deadline_handler(void *arg)
{
    struct agent *agent = arg;
    twr_error error;
    fed(agent, twr_transfer_handle_timeout(agent->transfer, tmr_jiffies(), &error), &error, NULL);
}

static void linger_handler(void *arg)
{
    (void)arg;
    re_cancel();
}

static int send_handler(enum sip_transp tp, const struct sa *src, const struct sa *dst, struct mbuf *mb,
                        void *arg)
{
    struct sip_contact contact;
    (void)dst;
    (void)arg;
    sip_contact_set(&contact, "transfer", src, tp);
    return mbuf_printf(mb, "%H", sip_contact_print, &contact);
}

static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
    struct agent *agent = arg;
    twr_error error;
    twr_status status;
    if (err) {
        /* libre's own timer F, or a broken connection. */
        status = err == ETIMEDOUT
                     ? twr_transfer_handle_timeout(agent->transfer, tmr_jiffies(), &error)
                     : twr_transfer_transport_error(agent->transfer, tmr_jiffies(), &error);
    } else {
        const struct sip_hdr *sub = sip_msg_xhdr(msg, "Refer-Sub");
        bool refer_sub = !sub || pl_strcasecmp(&sub->val, "false") != 0;
        status = twr_transfer_response(agent->transfer, msg->scode, refer_sub, tmr_jiffies(), &error);
    }
    fed(agent, status, &error, NULL);
}

static void send_refer(struct agent *agent)
{
    /* A NUL follows the text where there is room. */
    char refer_to[4097];
    size_t length = 0;
    twr_error error;
    int err = EINVAL;
    if (twr_transfer_refer_to(agent->transfer, refer_to, sizeof refer_to, &length, &error) == TWR_STATUS_OK) {
        re_printf("refer %s\n", refer_to);
        err = sip_drequestf(&agent->request, agent->sip, true, "REFER", agent->dialog, 0, NULL, send_handler,
                            response_handler, agent, "Refer-To: %s\r\nContent-Length: 0\r\n\r\n", refer_to);
    }
    if (err)
        fed(agent, twr_transfer_transport_error(agent->transfer, tmr_jiffies(), &error), &error, NULL);
}

/* What Twilio would send to the document's action, and what it means. */
static void print_report(const struct agent *agent)
{
    twr_refer_report report;
    twr_error error;
    if (twr_transfer_report(agent->transfer, &report, &error) != TWR_STATUS_OK) {
        re_fprintf(stderr, "no report: %s\n", error.message);
        return;
    }
    twr_str outcome = twr_outcome_name(report.outcome.kind);
    re_printf("action %b\n", report.form.ptr, report.form.len);
    re_printf("outcome %b\n", outcome.ptr, outcome.len);
    re_fprintf(stderr, "%b\n", report.outcome.explanation.ptr, report.outcome.explanation.len);
}

static void end_call(struct agent *agent)
{
    /* The last reference: libre sends the BYE. */
    agent->sess = mem_deref(agent->sess);
}

static void complete(struct agent *agent)
{
    print_report(agent);
    agent->completed = true;
    agent->status = 0;
    end_call(agent);
    tmr_start(&agent->linger, agent->linger_ms, linger_handler, agent);
}

static void handle_outputs(struct agent *agent, const struct sip_msg *notify)
{
    twr_output output;
    while (twr_transfer_poll(agent->transfer, &output, NULL) == TWR_STATUS_OK) {
        switch (output.kind) {
        case TWR_OUTPUT_SEND_REFER: send_refer(agent); break;
        case TWR_OUTPUT_REPLY:
            /* It comes in the same call as the NOTIFY, and before the end of the call. */
            if (notify)
                (void)sip_treply(NULL, agent->sip, notify, (uint16_t)output.code, reason(output.code));
            break;
        case TWR_OUTPUT_END_DIALOG: end_call(agent); break;
        case TWR_OUTPUT_COMPLETED: complete(agent); break;
        case TWR_OUTPUT_DIAGNOSTIC:
            re_fprintf(stderr, "odd: %b\n", output.diagnostic.message.ptr, output.diagnostic.message.len);
            break;
        default: break;
        }
    }
    uint64_t deadline = twr_transfer_deadline_ms(agent->transfer), now = tmr_jiffies();
    if (deadline == TWR_NO_DEADLINE)
        tmr_cancel(&agent->deadline);
    else
        tmr_start(&agent->deadline, deadline > now ? deadline - now : 0, deadline_handler, agent);
}

/* A caller that checks whether the call is alive; libre would answer 481. */
static void answer_options(const struct agent *agent, const struct sip_msg *msg)
{
    if (sip_dialog_rseq_valid(agent->dialog, msg))
        (void)sip_treplyf(NULL, NULL, agent->sip, msg, false, 200, "OK",
                          "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY\r\nContent-Length: 0\r\n\r\n");
    else
        (void)sip_treply(NULL, agent->sip, msg, 500, "Server Internal Error");
}

/* libre's sipevent layer would answer NOTIFYs by itself: they are taken as plain requests. */
static bool request_handler(const struct sip_msg *msg, void *arg)
{
    struct agent *agent = arg;
    twr_error error;
    bool in_dialog = agent->dialog && sip_dialog_cmp(agent->dialog, msg);
    if (in_dialog && pl_strcmp(&msg->met, "OPTIONS") == 0) {
        answer_options(agent, msg);
        return true;
    }
    if (pl_strcmp(&msg->met, "NOTIFY") != 0)
        return false;
    twr_notify notify = {.cseq = msg->cseq.num,
                         .event = header(msg, SIP_HDR_EVENT),
                         .subscription_state = header(msg, SIP_HDR_SUBSCRIPTION_STATE),
                         .body = {(const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb)},
                         .outside_dialog = !in_dialog};
    fed(agent, twr_transfer_notify(agent->transfer, &notify, tmr_jiffies(), &error), &error, msg);
    return true;
}

static void established_handler(const struct sip_msg *msg, void *arg)
{
    struct agent *agent = arg;
    twr_error error;
    (void)msg;
    agent->answered = true;
    /* The REFER takes the number that the dialog gives next. Late NOTIFYs are matched by the dialog,
     * which outlives the session. */
    agent->dialog = mem_ref(sipsess_dialog(agent->sess));
    uint32_t cseq = sip_dialog_lseq(agent->dialog);
    fed(agent, twr_transfer_start(agent->transfer, TWR_LEG_SIP, cseq, true, tmr_jiffies(), &error), &error,
        NULL);
}

static void close_handler(int err, const struct sip_msg *msg, void *arg)
{
    struct agent *agent = arg;
    twr_error error;
    (void)err;
    (void)msg;
    tmr_cancel(&agent->ringing);
    agent->sess = mem_deref(agent->sess);
    if (agent->answered) {
        fed(agent, twr_transfer_hang_up(agent->transfer, tmr_jiffies(), &error), &error, NULL);
        return;
    }
    /* CANCEL, or never an ACK: there was no call to transfer. */
    re_printf("no call\n");
    agent->status = 0;
    tmr_start(&agent->linger, agent->linger_ms, linger_handler, agent);
}

static void ringing_handler(void *arg)
{
    struct agent *agent = arg;
    struct mbuf *desc = description();
    (void)sipsess_answer(agent->sess, 200, "OK", desc, NULL);
    mem_deref(desc);
}

static int offer_handler(struct mbuf **descp, const struct sip_msg *msg, void *arg)
{
    (void)msg;
    (void)arg;
    *descp = description();
    return *descp ? 0 : ENOMEM;
}

static int answer_handler(const struct sip_msg *msg, void *arg)
{
    (void)msg;
    (void)arg;
    return 0;
}

static void connect_handler(const struct sip_msg *msg, void *arg)
{
    struct agent *agent = arg;
    bool rings = agent->ring_ms > 0;
    if (agent->sess || agent->answered) {
        (void)sip_treply(NULL, agent->sip, msg, 486, "Busy Here");
        return;
    }
    struct mbuf *desc = rings ? NULL : description();
    int err = sipsess_accept(&agent->sess, agent->sock, msg, rings ? 180 : 200, rings ? "Ringing" : "OK",
                             "transfer", "application/sdp", desc, NULL, NULL, false, offer_handler,
                             answer_handler, established_handler, NULL, NULL, close_handler, agent, NULL);
    mem_deref(desc);
    if (err)
        (void)sip_treply(NULL, agent->sip, msg, 500, "Server Internal Error");
    else if (rings)
        tmr_start(&agent->ringing, agent->ring_ms, ringing_handler, agent);
}

int agent_listen(struct agent *agent, struct sip *sip, twr_transfer *transfer)
{
    agent->sip = sip;
    agent->transfer = transfer;
    agent->status = 1;
    tmr_init(&agent->deadline);
    tmr_init(&agent->linger);
    tmr_init(&agent->ringing);
    int err = sip_listen(&agent->listener, sip, true, request_handler, agent);
    return err ? err : sipsess_listen(&agent->sock, sip, 32, connect_handler, agent);
}

void agent_close(struct agent *agent)
{
    tmr_cancel(&agent->deadline);
    tmr_cancel(&agent->linger);
    tmr_cancel(&agent->ringing);
    agent->sess = mem_deref(agent->sess);
    agent->request = mem_deref(agent->request);
    agent->dialog = mem_deref(agent->dialog);
    agent->listener = mem_deref(agent->listener);
    if (agent->sock)
        sipsess_close_all(agent->sock);
    agent->sock = mem_deref(agent->sock);
}
