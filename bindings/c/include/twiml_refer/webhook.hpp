// Twilio's requests: verified, and the callback of <Refer> in them.
#ifndef TWIML_REFER_WEBHOOK_HPP
#define TWIML_REFER_WEBHOOK_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"

namespace twiml_refer {

/// Parameters that go in, in their order.
using params_in = std::vector<std::pair<std::string, std::string>>;

/// Parameters that come out: views of what was asked.
using params_out = std::vector<std::pair<std::string_view, std::string_view>>;

namespace detail {

/// The pairs as C takes them.
inline std::vector<twr_pair> pairs(const params_in &params)
{
    std::vector<twr_pair> all;
    all.reserve(params.size());
    for (const auto &[name, value] : params)
        all.push_back({text_in(name), text_in(value)});
    return all;
}

} // namespace detail

/// A spelling of a URL that is tried, and the text that is hashed for it.
struct spelling {
    /// As it is tried.
    std::string url;
    /// The URL with what was added to it.
    std::string hashed;
};

/// How a transfer can end.
enum class outcome_kind : std::int32_t {
    /// The target answered: the caller is no longer with the app.
    transferred = TWR_OUTCOME_TRANSFERRED,
    /// The endpoint refused the REFER itself.
    rejected = TWR_OUTCOME_REJECTED,
    /// The endpoint called the target, and that call failed.
    target_failed = TWR_OUTCOME_TARGET_FAILED,
    /// The caller hung up before it was decided.
    canceled = TWR_OUTCOME_CANCELED,
    /// The endpoint never told how it went.
    unconfirmed = TWR_OUTCOME_UNCONFIRMED,
    /// Twilio sent a status that this version does not know.
    unknown = TWR_OUTCOME_UNKNOWN,
};

/// What a call comes from.
enum class leg_kind : std::int32_t {
    /// A SIP device or domain: `<Refer>` works.
    sip = TWR_LEG_SIP,
    /// A telephone number.
    pstn = TWR_LEG_PSTN,
    /// Twilio's Voice SDK.
    client = TWR_LEG_CLIENT,
    /// The request does not tell.
    unknown = TWR_LEG_UNKNOWN,
};

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
    /// The SIP code of a rejected transfer, or of one whose target failed.
    std::optional<std::uint16_t> code;
    /// The status of a target that failed, or one that is unknown; else empty.
    std::string status;
};

/// A request of Twilio; immutable.
class refer_callback {
  public:
    /// Reads a form body, or a query without its `?`; nothing is verified.
    static refer_callback from_form(text_in body)
    {
        twr_callback *made = nullptr;
        detail::call(twr_callback_from_form, body, std::int64_t{0}, &made);
        return refer_callback(made);
    }

    /// Takes what a web framework has decoded; nothing is verified.
    static refer_callback from_params(const params_in &params)
    {
        const auto pairs = detail::pairs(params);
        twr_callback *made = nullptr;
        detail::call(twr_callback_from_pairs, pairs.data(), pairs.size(), &made);
        return refer_callback(made);
    }

    /// How the transfer ended.
    refer_outcome outcome() const
    {
        const twr_outcome found = twr_callback_outcome(get());
        return {static_cast<outcome_kind>(found.kind), detail::given(found.code),
                std::string(detail::view(found.status))};
    }

    /// Whether the original call is still there for the app to talk to.
    bool may_resume() const { return twr_callback_may_resume(get()); }

    /// The first value of the parameter of this name.
    std::optional<std::string_view> param(text_in name) const &
    {
        return detail::maybe(twr_callback_param(get(), name));
    }
    std::optional<std::string_view> param(text_in name) const && = delete;

    /// Every pair, in arrival order; views of the callback.
    params_out params() const & { return all(twr_callback_param_at); }
    params_out params() const && = delete;

    /// The headers that came as `SipHeader_…`, without that prefix; views.
    params_out sip_headers() const & { return all(twr_callback_sip_header_at); }
    params_out sip_headers() const && = delete;

    /// Parameters with an odd value, and what is odd about it.
    std::vector<std::pair<std::string, std::string>> problems() const
    {
        std::vector<std::pair<std::string, std::string>> found;
        for (const auto &[parameter, message] : all(twr_callback_problem_at))
            found.emplace_back(parameter, message);
        return found;
    }

    /// ReferCallStatus: how the call to the target stands.
    std::optional<std::string_view> refer_call_status() const &
    {
        return detail::maybe(twr_callback_refer_call_status(get()));
    }
    std::optional<std::string_view> refer_call_status() const && = delete;

    /// ReferSipResponseCode: the endpoint's answer to the REFER.
    std::optional<std::uint16_t> refer_sip_response_code() const
    {
        return detail::given(twr_callback_refer_sip_response_code(get()));
    }

    /// NotifySipResponseCode: the last code of the call to the target.
    std::optional<std::uint16_t> notify_sip_response_code() const
    {
        return detail::given(twr_callback_notify_sip_response_code(get()));
    }

    /// Every pair as a form body.
    std::string to_form() const { return detail::text(twr_callback_to_form, get()); }

    /// What the call comes from.
    leg_kind leg() const { return static_cast<leg_kind>(twr_callback_leg(get())); }

    /// The handle, for what C alone offers.
    const twr_callback *get() const & { return handle_.get(); }
    const twr_callback *get() const && = delete;

  private:
    friend class request_validator;
    explicit refer_callback(twr_callback *handle) : handle_(handle) {}

    params_out all(twr_status (*at)(const twr_callback *, std::size_t, twr_pair *, twr_error *)) const
    {
        params_out found;
        twr_pair pair{};
        while (at(get(), found.size(), &pair, nullptr) == TWR_STATUS_OK)
            found.emplace_back(detail::view(pair.name), detail::view(pair.value));
        return found;
    }

    detail::owned<twr_callback, twr_callback_free> handle_;
};

/// Verifies requests of Twilio; set up, it may be used by any number of threads.
class request_validator {
  public:
    /// By the account's auth token; a null one or an empty one is refused.
    explicit request_validator(text_in token)
    {
        twr_validator *made = nullptr;
        detail::call(twr_validator_new, token, &made);
        handle_.reset(made);
    }

    /// Takes another secret as well (rotation).
    request_validator &add_secret(text_in token) &
    {
        detail::call(twr_validator_add_secret, handle_.get(), token);
        return *this;
    }
    /// The same for one that has no name yet.
    request_validator add_secret(text_in token) && { return std::move(add_secret(token)); }

    /// Says how Twilio reaches the app: scheme, host, port, and the path prefix that a gateway strips.
    request_validator &public_base(text_in base) &
    {
        detail::call(twr_validator_set_public_base, handle_.get(), base);
        return *this;
    }
    /// The same for one that has no name yet.
    request_validator public_base(text_in base) && { return std::move(public_base(base)); }

    /// Uses another algorithm, where Twilio was told to.
    request_validator &algorithm(hash_algorithm which) &
    {
        detail::call(twr_validator_set_algorithm, handle_.get(), static_cast<std::int32_t>(which));
        return *this;
    }
    /// The same for one that has no name yet.
    request_validator algorithm(hash_algorithm which) && { return std::move(algorithm(which)); }

    /// Takes bodies of this size at most (64 KiB unless set).
    request_validator &max_body_bytes(std::int64_t bytes) &
    {
        detail::call(twr_validator_set_max_body_bytes, handle_.get(), bytes);
        return *this;
    }
    /// The same for one that has no name yet.
    request_validator max_body_bytes(std::int64_t bytes) && { return std::move(max_body_bytes(bytes)); }

    /// Takes URLs as well whose percent-encoding a proxy or framework has changed.
    request_validator &accept_encoded_spellings(bool accept) &
    {
        detail::call(twr_validator_accept_encoded_spellings, handle_.get(), accept);
        return *this;
    }
    /// The same for one that has no name yet.
    request_validator accept_encoded_spellings(bool accept) && { return std::move(accept_encoded_spellings(accept)); }

    /// Verifies the signature and returns the callback; throws request_too_large (before anything is hashed),
    /// signature_missing, signature_mismatch or callback_error. `method` is that of the route, not a copy of the
    /// request's; `url` is the request target where a public base is set, else the URL that was asked for.
    [[nodiscard]] refer_callback verify(twiml_refer::method method, text_in url, text_in body,
                                        text_in signature) const
    {
        twr_callback *made = nullptr;
        detail::call(twr_validator_verify, get(), static_cast<std::int32_t>(method), url, body, signature, &made);
        return refer_callback(made);
    }

    /// Does as verify for a POST whose form a framework has decoded; the URL's own must not be among them.
    [[nodiscard]] refer_callback verify_params(text_in url, const params_in &params, text_in signature) const
    {
        const auto pairs = detail::pairs(params);
        twr_callback *made = nullptr;
        detail::call(twr_validator_verify_pairs, get(), url, pairs.data(), pairs.size(), signature, &made);
        return refer_callback(made);
    }

    /// Whether it signed a request whose body is no form, by bodySHA256 in the URL.
    [[nodiscard]] bool validate_raw(text_in url, text_in body, text_in signature) const
    {
        return twr_validator_validate_raw(get(), url, body, signature);
    }

    /// The signature of a request with these parameters; without any, of the URL alone.
    std::string sign(text_in url, const params_in &params = {}) const
    {
        const auto pairs = detail::pairs(params);
        return detail::text(twr_validator_sign, get(), url, pairs.data(), pairs.size());
    }

    /// The signature of a request whose body is no form; it must go to url_with_body_sha256.
    std::string sign_raw(text_in url, text_in body) const
    {
        return detail::text(twr_validator_sign_raw, get(), url, body);
    }

    /// The URL with the hash of a body in its query.
    static std::string url_with_body_sha256(text_in url, text_in body)
    {
        return detail::text(twr_url_with_body_sha256, url, body);
    }

    /// What is tried, for the person who hunts a mismatch; no signature, no secret.
    std::vector<spelling> explain(text_in url, text_in body) const
    {
        twr_spellings *made = nullptr;
        detail::call(twr_validator_explain, get(), url, body, &made);
        const detail::owned<twr_spellings, twr_spellings_free> owned(made);
        std::vector<spelling> tried;
        twr_str found{}, hashed{};
        while (twr_spellings_get(made, tried.size(), &found, &hashed, nullptr) == TWR_STATUS_OK)
            tried.push_back({std::string(detail::view(found)), std::string(detail::view(hashed))});
        return tried;
    }

    /// The handle, for what C alone offers.
    const twr_validator *get() const & { return handle_.get(); }
    const twr_validator *get() const && = delete;

  private:
    detail::owned<twr_validator, twr_validator_free> handle_;
};

} // namespace twiml_refer

#endif
