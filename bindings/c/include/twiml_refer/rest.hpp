// The REST requests that make a call run a document, as plain data.
#ifndef TWIML_REFER_REST_HPP
#define TWIML_REFER_REST_HPP

#include <optional>
#include <string>
#include <type_traits>

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
    instructions(const voice_response &&) = delete;
    /// The URL of one.
    template <typename Url, typename = std::enable_if_t<std::is_convertible_v<const Url &, text_in>>>
    instructions(const Url &url, text_in method = {})
        : url_(detail::maybe(text_in(url))), method_(detail::maybe(method))
    {
    }

  private:
    friend rest_request call_update(text_in, text_in, const instructions &, text_in);
    friend rest_request call_create(text_in, const sip_uri &, text_in, const instructions &, text_in);
    const twr_response *twiml_ = nullptr;
    std::optional<std::string> url_;
    std::optional<std::string> method_;
};

namespace detail {

inline rest_request taken(twr_rest_request *made)
{
    const owned<twr_rest_request, twr_rest_request_free> request(made);
    twr_rest_request_parts parts{};
    call(twr_rest_request_get, static_cast<const twr_rest_request *>(made), &parts);
    return {std::string(view(parts.method)), std::string(view(parts.url)), std::string(view(parts.body))};
}

} // namespace detail

/// Makes a call that is in progress run something else. `base` replaces Twilio's own host.
inline rest_request call_update(text_in account_sid, text_in call_sid, const instructions &run,
                                text_in base = {})
{
    twr_rest_request *made = nullptr;
    detail::call(twr_call_update, account_sid, call_sid, run.twiml_, text_in(run.url_),
                 text_in(run.method_), base, &made);
    return detail::taken(made);
}

/// Calls a SIP endpoint, and lets it run something.
inline rest_request call_create(text_in account_sid, const sip_uri &to, text_in from, const instructions &run,
                                text_in base = {})
{
    twr_rest_request *made = nullptr;
    detail::call(twr_call_create, account_sid, text_in(to.str()), from, run.twiml_, text_in(run.url_),
                 text_in(run.method_), base, &made);
    return detail::taken(made);
}

} // namespace twiml_refer

#endif
