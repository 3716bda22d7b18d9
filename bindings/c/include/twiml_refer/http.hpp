// The HTTP side of verifying, for the code between a web server and the app; and signed requests for its tests.
#ifndef TWIML_REFER_HTTP_HPP
#define TWIML_REFER_HTTP_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "webhook.hpp"

namespace twiml_refer {

/// Where scheme and host of the URL that Twilio requested come from; path and query are the request target.
enum class origin_kind : std::int32_t {
    /// The public base of the validator. No header is trusted.
    public_base = TWR_ORIGIN_PUBLIC_BASE,
    /// X-Forwarded-Proto (https without it) and X-Forwarded-Host (Host without it). Only behind a proxy that sets these
    /// headers itself.
    forwarded = TWR_ORIGIN_FORWARDED,
    /// https and the header Host. Only where the app is reached directly.
    host_https = TWR_ORIGIN_HOST_HTTPS,
    /// http and the header Host. Only where the app is reached directly.
    host_http = TWR_ORIGIN_HOST_HTTP,
};

/// The methods that a route accepts.
enum class allowed_methods : std::int32_t {
    /// Only POST: a signature covers no method, so that what was signed as a POST could be sent as a GET.
    post = TWR_ALLOWED_METHODS_POST,
    /// Only GET: its query holds the parameters, and it must have no body.
    get = TWR_ALLOWED_METHODS_GET,
    /// Both. Only for routes that read nothing but the parameters of the verified request.
    get_and_post = TWR_ALLOWED_METHODS_GET_AND_POST,
};

/// What to answer to a request, or the request if it is verified.
struct http_answer {
    /// 200, 403, 405, 413 or 400.
    int status = 200;
    /// The header Allow of 405; else empty.
    std::string_view allow;
    /// Why it is rejected, for the body of the answer; else empty.
    std::string reason;
    /// The verified request.
    std::optional<voice_request> request;
};

/// Verifies requests as an HTTP server receives them; once it is set up, any number of threads may use it. Headers are
/// any container of pairs, a repeated one as often as it came.
class http_verifier {
  public:
    /// Copies the validator. Accepts only POST. A validator without public base needs another origin.
    explicit http_verifier(const request_validator &validator, origin_kind origin = origin_kind::public_base)
    {
        twr_http_verifier *made = nullptr;
        detail::call(twr_http_verifier_new, validator.get(), static_cast<std::int32_t>(origin), &made);
        handle_.reset(made);
    }

    /// Sets the methods that are accepted: those of the route. The default is POST.
    http_verifier &allowed_methods(twiml_refer::allowed_methods methods) &
    {
        detail::call(twr_http_verifier_set_allowed_methods, handle_.get(), static_cast<std::int32_t>(methods));
        return *this;
    }
    /// Overload for temporaries.
    http_verifier allowed_methods(twiml_refer::allowed_methods methods) && { return std::move(allowed_methods(methods)); }

    /// Sets whether a target without `?` is also tried with an empty query: for servers that cannot tell `/refer?`
    /// from `/refer`.
    http_verifier &lost_question_mark(bool accept) &
    {
        detail::call(twr_http_verifier_set_lost_question_mark, handle_.get(), accept);
        return *this;
    }
    /// Overload for temporaries.
    http_verifier lost_question_mark(bool accept) && { return std::move(lost_question_mark(accept)); }

    /// The limit of a body in bytes: read at most one byte more.
    std::size_t max_body_bytes() const noexcept { return twr_http_verifier_max_body_bytes(get()); }

    /// Checks method and Content-Length before the body is read. `verify` checks them again.
    template <typename Headers> [[nodiscard]] http_answer check_head(text_in method, const Headers &headers) const
    {
        const auto pairs = detail::pairs(headers);
        const auto request = received(method, {}, pairs, {});
        return answered([&](twr_http_answer *answer, twr_error *failure) {
            return twr_http_verifier_check_head(get(), &request, answer, failure);
        });
    }

    /// Verifies method, size and signature, in this order. `target` is the request target, path and query as they came
    /// on the wire; `body` what was read, and `body_is_incomplete` whether it ended before its Content-Length or its
    /// chunks are malformed: the answer is 400. A POST is read as a form, whatever its type.
    template <typename Headers>
    [[nodiscard]] http_answer verify(text_in method, text_in target, const Headers &headers, text_in body,
                                     bool body_is_incomplete = false) const
    {
        const auto pairs = detail::pairs(headers);
        const auto request = received(method, target, pairs, body, body_is_incomplete);
        twr_request *verified = nullptr;
        auto answer = answered([&](twr_http_answer *found, twr_error *failure) {
            return twr_http_verifier_verify(get(), &request, found, &verified, failure);
        });
        if (verified)
            answer.request = voice_request(verified);
        return answer;
    }

    /// One line for the log about a request that `verify` rejects, without secrets; empty if it is accepted. It costs
    /// up to a thousand times as much as `verify`: for lines that are written, at a bounded rate.
    template <typename Headers>
    std::string diagnose(text_in method, text_in target, const Headers &headers, text_in body,
                         bool body_is_incomplete = false) const
    {
        const auto pairs = detail::pairs(headers);
        const auto request = received(method, target, pairs, body, body_is_incomplete);
        return detail::text(twr_http_verifier_diagnose, get(), &request);
    }

    /// Returns the C handle, for calls of the C API.
    const twr_http_verifier *get() const & { return handle_.get(); }
    const twr_http_verifier *get() const && = delete;

  private:
    static twr_http_request received(twr_str method, twr_str target, const std::vector<twr_pair> &headers, twr_str body,
                                     bool body_is_incomplete = false)
    {
        return {method, target, headers.data(), headers.size(), body, body_is_incomplete, {}};
    }

    /// What C answers; an answer is no exception, but a call that is wrong is one.
    template <typename Call> static http_answer answered(Call call)
    {
        twr_http_answer found{};
        twr_error failure{};
        const twr_status status = call(&found, &failure);
        if (found.status == 500)
            detail::check(status, failure);
        http_answer answer;
        answer.status = found.status;
        answer.allow = detail::view(found.allow);
        if (status != TWR_STATUS_OK)
            answer.reason = failure.message;
        return answer;
    }

    detail::owned<twr_http_verifier, twr_http_verifier_free> handle_;
};

/// The AccountSid that a request claims, to choose the auth tokens of a subaccount by; trust it for nothing else.
inline std::optional<std::string> claimed_account_sid(text_in method, text_in target, text_in body)
{
    std::string sid(64, '\0');
    std::size_t length = 0;
    if (twr_claimed_account_sid(method, target, body, sid.data(), sid.size(), &length, nullptr) != TWR_STATUS_OK)
        return std::nullopt;
    sid.resize(length);
    return sid;
}

/// How a transfer ends in a test.
enum class scenario_kind : std::int32_t {
    /// The target answers.
    transferred = TWR_SCENARIO_TRANSFERRED,
    /// The endpoint rejects the REFER with 405.
    rejected = TWR_SCENARIO_REJECTED,
    /// The target is busy.
    target_failed = TWR_SCENARIO_TARGET_FAILED,
    /// The caller hangs up while the target rings.
    canceled = TWR_SCENARIO_CANCELED,
    /// The endpoint accepts the REFER and never says how it went.
    unconfirmed = TWR_SCENARIO_UNCONFIRMED,
};

/// A request to make to the app under test.
struct signed_request {
    /// GET or POST.
    std::string method;
    /// The URL, with the parameters of a GET.
    std::string url;
    /// The form of a POST.
    std::string body;
    /// The header X-Twilio-Signature.
    std::string signature;

    /// Makes the request to the action URL in a scenario, or any other (nullopt), as Twilio sends it. `params` are added
    /// to the usual ones, or replace them.
    template <typename Params = params_in>
    static signed_request make(const request_validator &validator, std::optional<scenario_kind> scenario, text_in url,
                               const Params &params = {}, twiml_refer::method method = twiml_refer::method::post)
    {
        const auto pairs = detail::pairs(params);
        twr_signed_request *made = nullptr;
        detail::call(twr_signed_request_new, validator.get(),
                     scenario ? static_cast<std::int32_t>(*scenario) : 0, static_cast<std::int32_t>(method), url,
                     pairs.data(), pairs.size(), &made);
        const detail::owned<twr_signed_request, twr_signed_request_free> owned(made);
        twr_signed_request_parts parts{};
        detail::call(twr_signed_request_get, made, &parts);
        return {std::string(detail::view(parts.method)), std::string(detail::view(parts.url)),
                std::string(detail::view(parts.body)), std::string(detail::view(parts.signature))};
    }
};

} // namespace twiml_refer

#endif
