// The REST requests that make a call run a document, as plain data.
#ifndef TWIML_REFER_REST_HPP
#define TWIML_REFER_REST_HPP

#include <optional>
#include <string>
#include <string_view>

#include "sip_uri.hpp"
#include "twiml.hpp"

namespace twiml_refer {

/// A request to make: with the account's credentials, and the body as a form.
struct rest_request {
    /// The HTTP method.
    std::string method;
    /// Where it goes.
    std::string url;
    /// The form.
    std::string body;
};

/// What a call is to run: a document, which must live as long, or the URL of one and the method to get
/// it by.
class instructions {
  public:
    /// A document.
    instructions(const voice_response &twiml) : twiml_(twiml.get()) {}
    /// The URL of one.
    instructions(std::string_view url, std::optional<std::string_view> method = std::nullopt)
        : url_(url), method_(method)
    {
    }

  private:
    friend rest_request call_update(std::string_view, std::string_view, const instructions &,
                                    std::optional<std::string_view>);
    friend rest_request call_create(std::string_view, const sip_uri &, std::string_view, const instructions &,
                                    std::optional<std::string_view>);
    const twr_response *twiml_ = nullptr;
    std::optional<std::string> url_;
    std::optional<std::string> method_;
};

namespace detail {

inline rest_request taken(twr_rest_request *made)
{
    const owned<twr_rest_request, twr_rest_request_free> request(made);
    twr_str method{}, url{}, body{};
    call(twr_rest_request_parts, static_cast<const twr_rest_request *>(made), &method, &url, &body);
    return {std::string(view(method)), std::string(view(url)), std::string(view(body))};
}

} // namespace detail

/// Makes a call that is in progress run something else. `base` replaces the platform's own host.
inline rest_request call_update(std::string_view account_sid, std::string_view call_sid,
                                const instructions &run, std::optional<std::string_view> base = std::nullopt)
{
    twr_rest_request *made = nullptr;
    detail::call(twr_call_update, detail::str(account_sid), detail::str(call_sid), run.twiml_,
                 detail::maybe(run.url_), detail::maybe(run.method_), detail::maybe(base), &made);
    return detail::taken(made);
}

/// Calls a SIP endpoint, and lets it run something.
inline rest_request call_create(std::string_view account_sid, const sip_uri &to, std::string_view from,
                                const instructions &run, std::optional<std::string_view> base = std::nullopt)
{
    twr_rest_request *made = nullptr;
    detail::call(twr_call_create, detail::str(account_sid), detail::str(to.str()), detail::str(from), run.twiml_,
                 detail::maybe(run.url_), detail::maybe(run.method_), detail::maybe(base), &made);
    return detail::taken(made);
}

} // namespace twiml_refer

#endif
