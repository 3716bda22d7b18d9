// Requests from Twilio: verified and read.
#ifndef TWIML_REFER_WEBHOOK_HPP
#define TWIML_REFER_WEBHOOK_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostic.hpp"

namespace twiml_refer {

/// Parameters that are passed in, in their order.
using params_in = std::vector<std::pair<std::string, std::string>>;

/// Parameters that are returned: views of their object.
using params_out = std::vector<std::pair<std::string_view, std::string_view>>;

namespace detail {

/// The pairs of any container, as C takes them.
template <typename Params> std::vector<twr_pair> pairs(const Params &params)
{
    std::vector<twr_pair> all;
    for (const auto &[name, value] : params)
        all.push_back({text_in(name), text_in(value)});
    return all;
}

} // namespace detail

/// A URL that verifying tries.
struct url_candidate {
    /// The URL.
    std::string url;
    /// The text that is hashed for it: the URL with the parameters.
    std::string hashed;
};

/// Why `verify` rejects a request.
struct hint {
    /// The kind, the same in every language: `scheme`.
    std::string kind;
    /// What is wrong and what to change; no secret, signature or parameter value is in it.
    std::string message;
};

/// How a transfer can end.
enum class outcome_kind : std::int32_t {
    /// The target answered: the caller is no longer with the app.
    transferred = TWR_OUTCOME_TRANSFERRED,
    /// The endpoint rejected the REFER itself.
    rejected = TWR_OUTCOME_REJECTED,
    /// The endpoint called the target, and that call failed.
    target_failed = TWR_OUTCOME_TARGET_FAILED,
    /// The call ended before the transfer was decided, most often because the caller hung up.
    canceled = TWR_OUTCOME_CANCELED,
    /// The endpoint never reported how it went.
    unconfirmed = TWR_OUTCOME_UNCONFIRMED,
    /// Twilio sent a status that this version does not know.
    unknown = TWR_OUTCOME_UNKNOWN,
};

/// ReferCallStatus.
enum class call_status : std::int32_t {
    /// The target answered.
    in_progress = TWR_CALL_STATUS_IN_PROGRESS,
    /// The target is busy.
    busy = TWR_CALL_STATUS_BUSY,
    /// The target did not answer.
    no_answer = TWR_CALL_STATUS_NO_ANSWER,
    /// The call to the target failed, or the REFER was rejected.
    failed = TWR_CALL_STATUS_FAILED,
    /// The caller hung up first.
    canceled = TWR_CALL_STATUS_CANCELED,
    /// A status that this version does not know; its text is beside it.
    other = TWR_CALL_STATUS_OTHER,
};

/// The kind of endpoint on this call leg; `<Refer>` works on SIP legs only.
enum class leg_kind : std::int32_t {
    /// A SIP device or domain.
    sip = TWR_LEG_SIP,
    /// A telephone number.
    pstn = TWR_LEG_PSTN,
    /// Twilio's Voice SDK.
    client = TWR_LEG_CLIENT,
    /// The request does not say.
    unknown = TWR_LEG_UNKNOWN,
};

/// The name, the same in every language.
inline std::string_view to_string(outcome_kind outcome)
{
    return detail::view(twr_outcome_name(static_cast<std::int32_t>(outcome)));
}

/// The name, the same in every language; empty for call_status::other.
inline std::string_view to_string(call_status status)
{
    return detail::view(twr_call_status_name(static_cast<std::int32_t>(status)));
}

/// The name, the same in every language.
inline std::string_view to_string(leg_kind leg)
{
    return detail::view(twr_leg_name(static_cast<std::int32_t>(leg)));
}

/// The HTTP method of a route.
enum class method : std::int32_t {
    /// The URL's query holds the parameters.
    get = TWR_METHOD_GET,
    /// The body is the form.
    post = TWR_METHOD_POST,
};

/// How a signature is made.
enum class hash_algorithm : std::int32_t {
    /// The usual one.
    sha1 = TWR_ALGORITHM_SHA1,
    /// HMAC-SHA256 with a shared key; pinned by the app, never by the request.
    sha256 = TWR_ALGORITHM_SHA256,
};

/// How a transfer ended.
struct refer_outcome {
    /// Which of them.
    outcome_kind kind;
    /// The SIP status code of a rejected transfer, or of one whose target failed.
    std::optional<std::uint16_t> code;
    /// The status of a target that failed, or one that is unknown.
    std::optional<call_status> status;
    /// That status as text; else empty.
    std::string status_text;
    /// A sentence for a log.
    std::string explanation;
};

/// The three parameters by which Twilio reports a transfer, and what they mean.
struct refer_report {
    /// ReferCallStatus: the status of the call to the target.
    std::optional<call_status> status;
    /// That status as text; else empty.
    std::string status_text;
    /// ReferSipResponseCode: the answer to the REFER.
    std::optional<std::uint16_t> refer_sip_response_code;
    /// NotifySipResponseCode: the last code of the call to the target.
    std::optional<std::uint16_t> notify_sip_response_code;
    /// The parameters as the body of a form: what Twilio adds to its other parameters for the action URL.
    std::string form;
    /// How the transfer ended.
    refer_outcome outcome;
};

namespace detail {

inline std::optional<call_status> status(std::int32_t number)
{
    return number == 0 ? std::nullopt : std::optional(static_cast<call_status>(number));
}

inline refer_outcome copied(const twr_outcome &outcome)
{
    return {static_cast<outcome_kind>(outcome.kind), sip_code(outcome.code), status(outcome.call_status),
            std::string(view(outcome.call_status_text)), std::string(view(outcome.explanation))};
}

inline refer_report copied(const twr_refer_report &report)
{
    return {status(report.call_status),
            std::string(view(report.call_status_text)),
            sip_code(report.refer_sip_response_code),
            sip_code(report.notify_sip_response_code),
            std::string(view(report.form)),
            copied(report.outcome)};
}

} // namespace detail

/// A request from Twilio; immutable.
class voice_request {
  public:
    /// Reads a form body; nothing is verified. `max_bytes` 0: 64 KiB.
    static voice_request from_form(text_in body, std::int64_t max_bytes = 0)
    {
        twr_request *made = nullptr;
        detail::call(twr_request_from_form, body, max_bytes, &made);
        return voice_request(made);
    }

    /// Reads a query without its `?`; nothing is verified.
    static voice_request from_query(text_in query, std::int64_t max_bytes = 0)
    {
        twr_request *made = nullptr;
        detail::call(twr_request_from_query, query, max_bytes, &made);
        return voice_request(made);
    }

    /// Takes the parameters that a web framework has decoded: any container of pairs. Nothing is verified.
    template <typename Params = params_in>
    static voice_request from_params(const Params &params, std::int64_t max_bytes = 0)
    {
        const auto pairs = detail::pairs(params);
        twr_request *made = nullptr;
        detail::call(twr_request_from_pairs, pairs.data(), pairs.size(), max_bytes, &made);
        return voice_request(made);
    }

    /// What it says of a transfer; absent if it has none of the three parameters.
    std::optional<refer_report> refer() const
    {
        twr_refer_report found{};
        return twr_request_refer(get(), &found, nullptr) == TWR_STATUS_OK ? std::optional(detail::copied(found))
                                                                          : std::nullopt;
    }

    /// How the transfer ended; absent if it says nothing of one.
    std::optional<refer_outcome> outcome() const
    {
        const twr_outcome found = twr_request_outcome(get());
        return found.kind == 0 ? std::nullopt : std::optional(detail::copied(found));
    }

    /// Whether the original call is still there for the app to talk to.
    bool may_resume() const { return twr_request_may_resume(get()); }

    /// The first value of the parameter of this name.
    std::optional<std::string_view> param(text_in name) const &
    {
        return detail::maybe(twr_request_param(get(), name));
    }
    std::optional<std::string_view> param(text_in name) const && = delete;

    /// Every pair, in arrival order; views of the request.
    params_out params() const & { return all(twr_request_param_at); }
    params_out params() const && = delete;

    /// The headers that came as `SipHeader_…`, without that prefix; views.
    params_out sip_headers() const & { return all(twr_request_sip_header_at); }
    params_out sip_headers() const && = delete;

    /// Parameters with an unexpected or invalid value, and what is wrong with each.
    std::vector<diagnostic> diagnostics() const
    {
        std::vector<diagnostic> found;
        twr_diagnostic one{};
        while (twr_request_diagnostic_at(get(), found.size(), &one, nullptr) == TWR_STATUS_OK)
            found.push_back(detail::copied(one));
        return found;
    }

    /// Every pair as a form body.
    std::string to_form() const { return detail::text(twr_request_form, get()); }

    /// The kind of endpoint on this call leg; `<Refer>` works on SIP legs only.
    leg_kind leg() const { return static_cast<leg_kind>(twr_request_leg(get())); }

    /// Returns the C handle, for calls of the C API.
    const twr_request *get() const & { return handle_.get(); }
    const twr_request *get() const && = delete;

  private:
    friend class http_verifier;
    friend class request_validator;
    explicit voice_request(twr_request *handle) : handle_(handle) {}

    params_out all(twr_status (*at)(const twr_request *, std::size_t, twr_pair *, twr_error *)) const
    {
        params_out found;
        twr_pair pair{};
        while (at(get(), found.size(), &pair, nullptr) == TWR_STATUS_OK)
            found.emplace_back(detail::view(pair.name), detail::view(pair.value));
        return found;
    }

    detail::owned<twr_request, twr_request_free> handle_;
};

/// Verifies requests from Twilio; once it is set up, any number of threads may use it.
class request_validator {
  public:
    /// Takes the account's auth token; a null or empty one is refused.
    explicit request_validator(text_in auth_token)
    {
        twr_validator *made = nullptr;
        detail::call(twr_validator_new, auth_token, &made);
        handle_.reset(made);
    }

    /// Adds another auth token; a signature made with any of them is accepted (rotation).
    request_validator &add_auth_token(text_in auth_token) &
    {
        detail::call(twr_validator_add_auth_token, handle_.get(), auth_token);
        return *this;
    }
    /// Overload for temporaries.
    request_validator add_auth_token(text_in auth_token) && { return std::move(add_auth_token(auth_token)); }

    /// Sets how Twilio reaches the app: scheme, host, port, and the path prefix that a gateway strips.
    request_validator &public_base(text_in base) &
    {
        detail::call(twr_validator_set_public_base, handle_.get(), base);
        return *this;
    }
    /// Overload for temporaries.
    request_validator public_base(text_in base) && { return std::move(public_base(base)); }

    /// Sets the algorithm, where Twilio was set to another one.
    request_validator &algorithm(hash_algorithm which) &
    {
        detail::call(twr_validator_set_algorithm, handle_.get(), static_cast<std::int32_t>(which));
        return *this;
    }
    /// Overload for temporaries.
    request_validator algorithm(hash_algorithm which) && { return std::move(algorithm(which)); }

    /// Sets the limit of a body in bytes (64 KiB unless set).
    request_validator &max_body_bytes(std::int64_t bytes) &
    {
        detail::call(twr_validator_set_max_body_bytes, handle_.get(), bytes);
        return *this;
    }
    /// Overload for temporaries.
    request_validator max_body_bytes(std::int64_t bytes) && { return std::move(max_body_bytes(bytes)); }

    /// Sets whether URLs are tried as well whose percent-encoding a proxy or framework has changed.
    request_validator &encoded_spellings(bool accept) &
    {
        detail::call(twr_validator_set_encoded_spellings, handle_.get(), accept);
        return *this;
    }
    /// Overload for temporaries.
    request_validator encoded_spellings(bool accept) && { return std::move(encoded_spellings(accept)); }

    /// Verifies the signature and returns the request; throws request_too_large (before anything is hashed),
    /// signature_missing, signature_mismatch or request_error. `method` is that of the route, not a copy of the
    /// request's; `url` is the request target where a public base is set, else the URL that was asked for.
    [[nodiscard]] voice_request verify(twiml_refer::method method, text_in url, text_in body,
                                       text_in signature) const
    {
        twr_request *made = nullptr;
        detail::call(twr_validator_verify, get(), static_cast<std::int32_t>(method), url, body, signature, &made);
        return voice_request(made);
    }

    /// Verifies a POST like verify, whose form a framework has decoded: any container of pairs. Those of the
    /// URL must not be among them.
    template <typename Params = params_in>
    [[nodiscard]] voice_request verify_params(text_in url, const Params &params, text_in signature) const
    {
        const auto pairs = detail::pairs(params);
        twr_request *made = nullptr;
        detail::call(twr_validator_verify_pairs, get(), url, pairs.data(), pairs.size(), signature, &made);
        return voice_request(made);
    }

    /// Whether Twilio signed a request whose body is not a form, by bodySHA256 in the URL.
    [[nodiscard]] bool validate_raw(text_in url, text_in body, text_in signature) const
    {
        return twr_validator_validate_raw(get(), url, body, signature);
    }

    /// The signature of a request with these parameters; without any, of only the URL.
    template <typename Params = params_in> std::string sign(text_in url, const Params &params = {}) const
    {
        const auto pairs = detail::pairs(params);
        return detail::text(twr_validator_sign, get(), url, pairs.data(), pairs.size());
    }

    /// The signature of a request whose body is not a form; it must go to url_with_body_sha256.
    std::string sign_raw(text_in url, text_in body) const
    {
        return detail::text(twr_validator_sign_raw, get(), url, body);
    }

    /// The URL with the hash of a body in its query.
    static std::string url_with_body_sha256(text_in url, text_in body)
    {
        return detail::text(twr_url_with_body_sha256, url, body);
    }

    /// The URLs that verifying tries, to find out why a signature does not match; no signature, no secret.
    std::vector<url_candidate> explain(text_in url, text_in body) const
    {
        twr_url_candidates *made = nullptr;
        detail::call(twr_validator_explain, get(), url, body, &made);
        const detail::owned<twr_url_candidates, twr_url_candidates_free> owned(made);
        std::vector<url_candidate> tried;
        twr_url_candidate one{};
        while (twr_url_candidates_at(made, tried.size(), &one, nullptr) == TWR_STATUS_OK)
            tried.push_back({std::string(detail::view(one.url)), std::string(detail::view(one.hashed))});
        return tried;
    }

    /// Why `verify` rejects a request: the near miss that would match; empty if it accepts the request. For logs at
    /// a bounded rate, as it computes up to a thousand signatures with each auth token; never to accept a request.
    std::vector<hint> diagnose(method method, text_in url, text_in body, text_in signature) const
    {
        twr_hints *made = nullptr;
        detail::call(twr_validator_diagnose, get(), static_cast<std::int32_t>(method), url, body, signature, &made);
        const detail::owned<twr_hints, twr_hints_free> owned(made);
        std::vector<hint> hints;
        twr_hint one{};
        while (twr_hints_at(made, hints.size(), &one, nullptr) == TWR_STATUS_OK)
            hints.push_back({std::string(detail::view(one.kind)), std::string(detail::view(one.message))});
        return hints;
    }

    /// Returns the C handle, for calls of the C API.
    const twr_validator *get() const & { return handle_.get(); }
    const twr_validator *get() const && = delete;

  private:
    detail::owned<twr_validator, twr_validator_free> handle_;
};

} // namespace twiml_refer

#endif
