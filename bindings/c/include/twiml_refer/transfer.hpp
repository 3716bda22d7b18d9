// The verb itself: REFER and NOTIFY as a state machine.
#ifndef TWIML_REFER_TRANSFER_HPP
#define TWIML_REFER_TRANSFER_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sip_uri.hpp"
#include "webhook.hpp"

namespace twiml_refer {

/// How long a transfer waits, and what it reports; at first the defaults.
class transfer_settings {
  public:
    /// The defaults.
    transfer_settings()
    {
        twr_settings *made = nullptr;
        detail::call(twr_settings_new, &made);
        handle_.reset(made);
    }

    /// Sets the wait for a final response to the REFER (32 s unless set).
    transfer_settings &response_timeout(std::chrono::milliseconds time) &
    {
        return set(TWR_TIME_RESPONSE, time);
    }
    /// Sets the wait for the first NOTIFY (32 s).
    transfer_settings &notify_timeout(std::chrono::milliseconds time) & { return set(TWR_TIME_NOTIFY, time); }
    /// Sets the life of the subscription after a NOTIFY without expires (180 s).
    transfer_settings &subscription(std::chrono::milliseconds time) &
    {
        return set(TWR_TIME_SUBSCRIPTION, time);
    }
    /// Sets the wait for a last NOTIFY after a hang-up (0).
    transfer_settings &hang_up_grace(std::chrono::milliseconds time) &
    {
        return set(TWR_TIME_HANG_UP_GRACE, time);
    }

    /// Sets the longest time of a transfer, counted from the 2xx to the REFER, whatever expires says (600 s).
    transfer_settings &max_duration(std::chrono::milliseconds time) & { return set(TWR_TIME_MAX_DURATION, time); }

    /// Sets whether ReferCallStatus is omitted when the REFER itself fails, instead of `failed`.
    transfer_settings &rejected_status_omitted(bool omitted) &
    {
        detail::call(twr_settings_set_rejected_status_omitted, handle_.get(), omitted);
        return *this;
    }

    /// Sets the status that is reported for a final code of the call to the target.
    transfer_settings &status(std::int32_t code, text_in status) &
    {
        detail::call(twr_settings_set_status, handle_.get(), code, status);
        return *this;
    }

    /// Overload for temporaries.
    transfer_settings response_timeout(std::chrono::milliseconds time) &&
    {
        return std::move(response_timeout(time));
    }
    /// Overload for temporaries.
    transfer_settings notify_timeout(std::chrono::milliseconds time) && { return std::move(notify_timeout(time)); }
    /// Overload for temporaries.
    transfer_settings subscription(std::chrono::milliseconds time) && { return std::move(subscription(time)); }
    /// Overload for temporaries.
    transfer_settings hang_up_grace(std::chrono::milliseconds time) && { return std::move(hang_up_grace(time)); }
    /// Overload for temporaries.
    transfer_settings max_duration(std::chrono::milliseconds time) && { return std::move(max_duration(time)); }
    /// Overload for temporaries.
    transfer_settings rejected_status_omitted(bool omitted) &&
    {
        return std::move(rejected_status_omitted(omitted));
    }
    /// Overload for temporaries.
    transfer_settings status(std::int32_t code, text_in status) &&
    {
        return std::move(this->status(code, status));
    }

    /// Returns the C handle, for calls of the C API.
    const twr_settings *get() const & { return handle_.get(); }
    const twr_settings *get() const && = delete;

  private:
    transfer_settings &set(std::int32_t which, std::chrono::milliseconds time)
    {
        detail::call(twr_settings_set_time, handle_.get(), which, std::int64_t{time.count()});
        return *this;
    }
    detail::owned<twr_settings, twr_settings_free> handle_;
};

/// What is to be done.
enum class output_kind : std::int32_t {
    /// Send the REFER, with refer_to() as its Refer-To.
    send_refer = TWR_OUTPUT_SEND_REFER,
    /// Answer the NOTIFY that was just fed with `code`.
    reply = TWR_OUTPUT_REPLY,
    /// The endpoint has lost the dialog, or did not answer the REFER: end the dialog without waiting for an answer.
    end_dialog = TWR_OUTPUT_END_DIALOG,
    /// The transfer has ended, once: report() says how.
    completed = TWR_OUTPUT_COMPLETED,
    /// What came from the wire was unexpected or invalid, and was answered or ignored: log it.
    diagnostic = TWR_OUTPUT_DIAGNOSTIC,
};

/// The state of a transfer.
enum class transfer_state : std::int32_t {
    /// Not started.
    idle = TWR_STATE_IDLE,
    /// The REFER has no final response yet.
    referring = TWR_STATE_REFERRING,
    /// The REFER was accepted: NOTIFYs report the call to the target.
    subscribed = TWR_STATE_SUBSCRIBED,
    /// The transfer has ended.
    completed = TWR_STATE_COMPLETED,
};

/// The name, the same in every language.
inline std::string_view to_string(output_kind output)
{
    return detail::view(twr_output_name(static_cast<std::int32_t>(output)));
}

/// The name, the same in every language.
inline std::string_view to_string(transfer_state state)
{
    return detail::view(twr_state_name(static_cast<std::int32_t>(state)));
}

/// Something to do.
struct output {
    /// What it is.
    output_kind kind;
    /// The status code of a reply.
    std::optional<std::uint16_t> code;
    /// What was unexpected or invalid.
    std::optional<twiml_refer::diagnostic> diagnostic;
};

/// A NOTIFY, with its headers as they are on the wire.
struct notify {
    /// The CSeq number.
    std::int64_t cseq;
    /// The Event header; absent if there is none.
    text_in event;
    /// The Subscription-State header; absent if there is none.
    text_in subscription_state;
    /// The body.
    text_in body;
    /// Whether it belongs to the dialog of the REFER (Call-ID and both tags).
    bool in_dialog = true;
};

/// One `<Refer>` in progress: REFER and NOTIFY as a state machine without I/O. One thread at a time.
class transfer {
  public:
    /// Makes one that is not started, with the default settings.
    explicit transfer(const sip_uri &target) : transfer(target.str(), nullptr) {}
    /// Makes one that is not started, with these settings, which are copied.
    transfer(const sip_uri &target, const transfer_settings &settings)
        : transfer(target.str(), settings.get())
    {
    }

    /// Restores what save() returned.
    static transfer restore(text_in bytes)
    {
        twr_transfer *made = nullptr;
        detail::call(twr_transfer_restore, bytes, &made);
        return transfer(made);
    }

    /// All of it as bytes, waiting outputs and settings included.
    std::string save() const { return detail::text(twr_transfer_save, get()); }
    /// The value of the Refer-To header.
    std::string refer_to() const { return detail::text(twr_transfer_refer_to, get()); }

    /// Starts it; `cseq` is that of the REFER, absent where the stack chooses it itself. On any leg but that of SIP
    /// it throws (Twilio's error 13801).
    void start(std::optional<std::int64_t> cseq, instant now, leg_kind leg = leg_kind::sip, bool first_in_dialog = true)
    {
        detail::call(twr_transfer_start, handle_.get(), static_cast<std::int32_t>(leg), cseq.value_or(TWR_NO_CSEQ),
                     first_in_dialog, now.ms());
    }

    /// Feeds the CSeq with which the stack has sent the REFER, or has sent it again after it answered a challenge
    /// itself.
    void cseq(std::int64_t cseq, instant now) { detail::call(twr_transfer_cseq, handle_.get(), cseq, now.ms()); }

    /// Feeds a response to the REFER; `refer_sub` is what its Refer-Sub header says.
    void response(std::int32_t code, instant now, bool refer_sub = true)
    {
        detail::call(twr_transfer_response, handle_.get(), code, refer_sub, now.ms());
    }

    /// Feeds a 401 or 407 after which the REFER was sent again with credentials and this CSeq.
    void retried(std::int32_t code, std::int64_t cseq, instant now)
    {
        detail::call(twr_transfer_retried, handle_.get(), code, cseq, now.ms());
    }

    /// Feeds a NOTIFY.
    void notify(const twiml_refer::notify &notify, instant now)
    {
        twr_notify made{};
        made.cseq = notify.cseq;
        made.event = notify.event;
        made.subscription_state = notify.subscription_state;
        made.body = notify.body;
        made.outside_dialog = notify.in_dialog ? 0 : 1;
        detail::call(twr_transfer_notify, handle_.get(), static_cast<const twr_notify *>(&made), now.ms());
    }

    /// Feeds what a stack reports that reads NOTIFYs itself: the status code of the call to the target, and whether
    /// it is the last one.
    void status(std::int32_t code, bool is_final, instant now)
    {
        detail::call(twr_transfer_status, handle_.get(), code, is_final, now.ms());
    }

    /// Reports that either side ended the call.
    void hang_up(instant now) { detail::call(twr_transfer_hang_up, handle_.get(), now.ms()); }
    /// Reports that the REFER could not be sent, or that its connection broke.
    void transport_error(instant now) { detail::call(twr_transfer_transport_error, handle_.get(), now.ms()); }
    /// Fires expired deadlines: to be called when deadline() has come.
    void handle_timeout(instant now) { detail::call(twr_transfer_handle_timeout, handle_.get(), now.ms()); }

    /// What to do next; to be called after every event until there is nothing.
    std::optional<output> poll()
    {
        twr_output next{};
        twr_error failure{};
        const twr_status status = twr_transfer_poll(handle_.get(), &next, &failure);
        if (status == TWR_STATUS_NONE)
            return std::nullopt;
        detail::check(status, failure);
        return output{static_cast<output_kind>(next.kind), detail::sip_code(next.code),
                      next.kind == TWR_OUTPUT_DIAGNOSTIC ? std::optional(detail::copied(next.diagnostic))
                                                         : std::nullopt};
    }

    /// How it ended: the parameters for the action URL, and what they mean; absent before it has.
    std::optional<refer_report> report() const
    {
        twr_refer_report found{};
        return twr_transfer_report(get(), &found, nullptr) == TWR_STATUS_OK ? std::optional(detail::copied(found))
                                                                            : std::nullopt;
    }

    /// When to call handle_timeout() at the latest, on the clock of the times that were passed.
    std::optional<std::chrono::milliseconds> deadline() const
    {
        const std::uint64_t found = twr_transfer_deadline_ms(get());
        return found == TWR_NO_DEADLINE ? std::nullopt
                                        : std::optional(std::chrono::milliseconds(static_cast<std::int64_t>(found)));
    }

    /// Returns the state.
    transfer_state state() const { return static_cast<transfer_state>(twr_transfer_state(get())); }

    /// Returns the C handle, for calls of the C API.
    const twr_transfer *get() const & { return handle_.get(); }
    const twr_transfer *get() const && = delete;

  private:
    transfer(text_in target, const twr_settings *settings)
    {
        twr_transfer *made = nullptr;
        detail::call(twr_transfer_new, target, settings, &made);
        handle_.reset(made);
    }
    explicit transfer(twr_transfer *handle) : handle_(handle) {}
    detail::owned<twr_transfer, twr_transfer_free> handle_;
};

} // namespace twiml_refer

#endif
