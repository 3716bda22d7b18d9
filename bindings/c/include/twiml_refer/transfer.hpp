// The verb itself: REFER and NOTIFY.
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

/// How long to wait for what, and what is reported; at first the defaults.
class transfer_settings {
  public:
    /// The defaults.
    transfer_settings()
    {
        twr_settings *made = nullptr;
        detail::call(twr_settings_new, &made);
        handle_.reset(made);
    }

    /// Waits so long for an answer to the REFER (32 s unless set).
    transfer_settings &response_timeout(std::chrono::milliseconds time) &
    {
        return set(TWR_TIME_RESPONSE, time);
    }
    /// Waits so long for the first NOTIFY (32 s).
    transfer_settings &notify_timeout(std::chrono::milliseconds time) & { return set(TWR_TIME_NOTIFY, time); }
    /// Lets a subscription live so long after a NOTIFY without expires (180 s).
    transfer_settings &subscription(std::chrono::milliseconds time) &
    {
        return set(TWR_TIME_SUBSCRIPTION, time);
    }
    /// Waits so long for a last NOTIFY after a hang-up (0).
    transfer_settings &hang_up_grace(std::chrono::milliseconds time) &
    {
        return set(TWR_TIME_HANG_UP_GRACE, time);
    }

    /// Lets a transfer last so long at most, counted from the 2xx to the REFER, whatever expires says (600 s).
    transfer_settings &max_duration(std::chrono::milliseconds time) & { return set(TWR_TIME_MAX_DURATION, time); }

    /// Leaves ReferCallStatus out when the endpoint refuses the REFER.
    transfer_settings &omit_rejected_status(bool omit) &
    {
        detail::call(twr_settings_omit_rejected_status, handle_.get(), omit);
        return *this;
    }

    /// Reports this status for a final code.
    transfer_settings &status(std::int32_t code, text_in status) &
    {
        detail::call(twr_settings_set_status, handle_.get(), code, status);
        return *this;
    }

    /// The same for settings that have no name yet.
    transfer_settings response_timeout(std::chrono::milliseconds time) &&
    {
        return std::move(response_timeout(time));
    }
    /// The same.
    transfer_settings notify_timeout(std::chrono::milliseconds time) && { return std::move(notify_timeout(time)); }
    /// The same.
    transfer_settings subscription(std::chrono::milliseconds time) && { return std::move(subscription(time)); }
    /// The same.
    transfer_settings hang_up_grace(std::chrono::milliseconds time) && { return std::move(hang_up_grace(time)); }
    /// The same.
    transfer_settings max_duration(std::chrono::milliseconds time) && { return std::move(max_duration(time)); }
    /// The same.
    transfer_settings omit_rejected_status(bool omit) && { return std::move(omit_rejected_status(omit)); }
    /// The same.
    transfer_settings status(std::int32_t code, text_in status) &&
    {
        return std::move(this->status(code, status));
    }

    /// The handle, for what C alone offers.
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

/// What there is to do.
enum class output_kind : std::int32_t {
    /// Send the REFER, with refer_to() as its Refer-To.
    send_refer = TWR_OUTPUT_SEND_REFER,
    /// Answer the NOTIFY that was just fed with `code`.
    reply = TWR_OUTPUT_REPLY,
    /// The endpoint has lost the dialog: end it without waiting for an answer.
    end_dialog = TWR_OUTPUT_END_DIALOG,
    /// The verb has ended; comes once.
    completed = TWR_OUTPUT_COMPLETED,
    /// What came from the wire was odd, and was answered or ignored: there is nothing to do but to log it.
    diagnostic = TWR_OUTPUT_DIAGNOSTIC,
};

/// Something to do; from `outcome` to the codes it is there when the verb has ended.
struct output {
    /// What it is.
    output_kind kind;
    /// The status code of a reply.
    std::optional<std::uint16_t> code;
    /// How it ended.
    std::optional<outcome_kind> outcome;
    /// ReferCallStatus of the callback.
    std::optional<std::string> refer_call_status;
    /// ReferSipResponseCode of the callback.
    std::optional<std::uint16_t> refer_sip_response_code;
    /// NotifySipResponseCode of the callback.
    std::optional<std::uint16_t> notify_sip_response_code;
    /// What was odd.
    std::optional<twiml_refer::diagnostic> diagnostic;
};

/// One `<Refer>` at work: REFER and NOTIFY as a state machine without I/O. One thread at a time.
class transfer {
  public:
    /// Not started, with the default settings.
    explicit transfer(const sip_uri &target) : transfer(target.str(), nullptr) {}
    /// Not started, with these settings, which are copied.
    transfer(const sip_uri &target, const transfer_settings &settings)
        : transfer(target.str(), settings.get())
    {
    }

    /// Takes back what save() returned.
    static transfer restore(text_in bytes)
    {
        twr_transfer *made = nullptr;
        detail::call(twr_transfer_restore, bytes, &made);
        return transfer(made);
    }

    /// All of it as bytes, waiting outputs and settings included.
    std::string save() const { return detail::text(twr_transfer_save, get()); }
    /// The value for the Refer-To header.
    std::string refer_to() const { return detail::text(twr_transfer_refer_to, get()); }

    /// The verb begins; `cseq` is that of the REFER. On any leg but that of SIP error 13801.
    void start(std::int64_t cseq, std::uint64_t now_ms, leg_kind leg = leg_kind::sip,
               bool first_in_dialog = true)
    {
        detail::call(twr_transfer_start, handle_.get(), static_cast<std::int32_t>(leg), cseq,
                     first_in_dialog, now_ms);
    }

    /// A response to the REFER; `refer_sub` is what its Refer-Sub header says.
    void response(std::int32_t code, std::uint64_t now_ms, bool refer_sub = true)
    {
        detail::call(twr_transfer_response, handle_.get(), code, refer_sub, now_ms);
    }

    /// A 401 or 407, after which the REFER was sent again with credentials and this CSeq.
    void retried(std::int32_t code, std::int64_t cseq, std::uint64_t now_ms)
    {
        detail::call(twr_transfer_retried, handle_.get(), code, cseq, now_ms);
    }

    /// A NOTIFY: its headers as they stand on the wire, its body as it is.
    void notify(text_in event, std::int64_t cseq, text_in subscription_state, text_in body,
                std::uint64_t now_ms, bool in_dialog = true)
    {
        detail::call(twr_transfer_notify, handle_.get(), event, cseq, subscription_state, body, in_dialog,
                     now_ms);
    }

    /// Either side ended the call.
    void hang_up(std::uint64_t now_ms) { detail::call(twr_transfer_hang_up, handle_.get(), now_ms); }
    /// The REFER could not be sent, or its connection broke.
    void transport_error(std::uint64_t now_ms)
    {
        detail::call(twr_transfer_transport_error, handle_.get(), now_ms);
    }
    /// Nothing happened but time: for when the deadline has come.
    void time(std::uint64_t now_ms) { detail::call(twr_transfer_time, handle_.get(), now_ms); }

    /// What to do next; to be called after every event until there is nothing.
    std::optional<output> poll()
    {
        twr_output next{};
        if (twr_transfer_poll(handle_.get(), &next) != TWR_STATUS_OK)
            return std::nullopt;
        const auto status = detail::maybe(next.refer_call_status);
        const auto ended = detail::given(next.outcome);
        return output{static_cast<output_kind>(next.kind),
                      detail::given(next.code),
                      ended ? std::optional(static_cast<outcome_kind>(*ended)) : std::nullopt,
                      status ? std::optional<std::string>(*status) : std::nullopt,
                      detail::given(next.refer_sip_response_code),
                      detail::given(next.notify_sip_response_code),
                      next.kind == TWR_OUTPUT_DIAGNOSTIC ? std::optional(detail::finding(next.finding))
                                                         : std::nullopt};
    }

    /// When to call time() at the latest, in milliseconds.
    std::optional<std::uint64_t> deadline() const
    {
        const std::uint64_t found = twr_transfer_deadline(get());
        return found == TWR_NO_DEADLINE ? std::nullopt : std::optional<std::uint64_t>(found);
    }

    /// `idle`, `referring`, `subscribed` or `completed`.
    std::string_view state() const { return detail::view(twr_transfer_state(get())); }

    /// The handle, for what C alone offers.
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
