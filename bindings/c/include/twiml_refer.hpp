// twiml-refer for C++17: values that free themselves, string_view in, exceptions out. Everything it does
// it asks of twiml_refer.h, whose conventions hold here as well.
#ifndef TWIML_REFER_HPP
#define TWIML_REFER_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "twiml_refer.h"

namespace twiml_refer {

/// What the library refuses; what() says what to do about it.
class error : public std::runtime_error {
  public:
    explicit error(const twr_error &from)
        : std::runtime_error(from.message), status_(from.status), kind_(from.kind), number_(from.number),
          offset_(from.offset), line_(from.line), column_(from.column), parameter_(from.parameter)
    {
    }

    /// The stable name of what went wrong, the same in every language.
    std::string_view kind() const
    {
        const twr_str name = twr_error_kind_name(kind_);
        return {name.ptr, name.len};
    }

    /// One of TWR_STATUS_….
    twr_status status() const noexcept { return status_; }

    /// The platform's own number for it; 0 if there is none.
    std::uint16_t number() const noexcept { return number_; }

    /// The byte of the input, from 0.
    std::optional<std::size_t> offset() const
    {
        return offset_ == TWR_NO_OFFSET ? std::nullopt : std::optional<std::size_t>(offset_);
    }

    /// The line of a document, from 1; 0 if it is not known.
    std::size_t line() const noexcept { return line_; }

    /// The column of that line, from 1; 0 if it is not known.
    std::size_t column() const noexcept { return column_; }

    /// The parameter, attribute or header at fault.
    const std::string &parameter() const noexcept { return parameter_; }

  private:
    twr_status status_;
    std::uint16_t kind_;
    std::uint16_t number_;
    std::size_t offset_;
    std::size_t line_;
    std::size_t column_;
    std::string parameter_;
};

/// It is not proved that the platform sent this request: answer 403.
class signature_mismatch : public error {
    using error::error;
};

/// The request is signed, but cannot be read.
class callback_error : public error {
    using error::error;
};

namespace detail {

inline twr_str str(std::string_view text) { return {text.data() ? text.data() : "", text.size()}; }

inline twr_str maybe(std::optional<std::string_view> text)
{
    return text ? str(*text) : twr_str{nullptr, 0};
}

inline std::string_view view(twr_str text) { return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view(); }

inline std::optional<std::string_view> maybe(twr_str text)
{
    return text.ptr ? std::optional<std::string_view>(view(text)) : std::nullopt;
}

inline void check(twr_status status, const twr_error &fault)
{
    switch (status) {
    case TWR_STATUS_OK: return;
    case TWR_STATUS_SIGNATURE_MISMATCH: throw signature_mismatch(fault);
    case TWR_STATUS_CALLBACK_INVALID: throw callback_error(fault);
    default: throw error(fault);
    }
}

/// Calls a function of C whose last argument is the error.
template <typename Function, typename... Arguments> void call(Function function, Arguments... arguments)
{
    twr_error fault{};
    check(function(arguments..., &fault), fault);
}

/// Calls one that writes into a buffer.
template <typename Function, typename... Arguments>
std::string text(Function function, Arguments... arguments)
{
    std::string made(256, '\0');
    std::size_t length = 0;
    twr_error fault{};
    twr_status status = function(arguments..., made.data(), made.size(), &length, &fault);
    if (status == TWR_STATUS_BUFFER_TOO_SMALL) {
        made.resize(length);
        status = function(arguments..., made.data(), made.size(), &length, &fault);
    }
    check(status, fault);
    made.resize(length);
    return made;
}

template <typename T, void (*Free)(T **)> struct deleter {
    void operator()(T *handle) const { Free(&handle); }
};

template <typename T, void (*Free)(T **)> using owned = std::unique_ptr<T, deleter<T, Free>>;

} // namespace detail

/// What a check found.
struct diagnostic {
    std::string code;
    std::int32_t severity;
    std::uint16_t number;
    std::string path;
    std::string message;
    std::size_t line;
    std::size_t column;
};

namespace detail {

inline std::vector<diagnostic> diagnostics(twr_findings *taken)
{
    const owned<twr_findings, twr_findings_free> findings(taken);
    std::vector<diagnostic> all;
    const std::size_t count = twr_findings_count(findings.get());
    for (std::size_t index = 0; index < count; index++) {
        twr_finding found{};
        call(twr_findings_get, static_cast<const twr_findings *>(findings.get()), index, &found);
        all.push_back({std::string(view(found.code)), found.severity, found.number,
                       std::string(view(found.path)), std::string(view(found.message)), found.line,
                       found.column});
    }
    return all;
}

} // namespace detail

/// A valid SIP URI.
class sip_uri {
  public:
    /// Reads one; nothing is trimmed.
    explicit sip_uri(std::string_view text)
    {
        twr_uri *made = nullptr;
        detail::call(twr_uri_parse, detail::str(text), &made);
        handle_.reset(made);
    }

    sip_uri(const sip_uri &other) : sip_uri(other.str()) {}
    sip_uri(sip_uri &&) noexcept = default;
    sip_uri &operator=(sip_uri other) noexcept
    {
        handle_ = std::move(other.handle_);
        return *this;
    }

    /// The URI as spelled.
    std::string_view str() const { return detail::view(twr_uri_text(get())); }

    /// Adds a header, given as decoded text.
    sip_uri &add_header(std::string_view name, std::string_view value)
    {
        detail::call(twr_uri_add_header, handle_.get(), detail::str(name), detail::str(value));
        return *this;
    }

    /// Adds a User-to-User header with these bytes, hex-encoded.
    sip_uri &add_user_to_user(std::string_view bytes)
    {
        detail::call(twr_uri_add_user_to_user, handle_.get(), detail::str(bytes));
        return *this;
    }

    /// The decoded value of the first header of this name (compared as spelled).
    std::optional<std::string_view> header(std::string_view name) const
    {
        twr_str found{}, value{};
        for (std::size_t index = 0;
             twr_uri_header(get(), index, &found, &value, nullptr) == TWR_STATUS_OK; index++)
            if (detail::view(found) == name)
                return detail::view(value);
        return std::nullopt;
    }

    /// The parts as spelled; views of the URI.
    twr_uri_parts parts() const
    {
        twr_uri_parts found{};
        detail::call(twr_uri_take_apart, get(), &found);
        return found;
    }

    /// The value of a Refer-To header.
    std::string refer_to() const { return detail::text(twr_uri_refer_to, get()); }

    /// What will be dropped or misread on the wire.
    std::vector<diagnostic> check() const
    {
        twr_findings *findings = nullptr;
        detail::call(twr_uri_check, get(), &findings);
        return detail::diagnostics(findings);
    }

    /// Compares as RFC 3261 section 19.1.4 does; == compares the spelling.
    bool equivalent(const sip_uri &other) const { return twr_uri_equivalent(get(), other.get()); }

    friend bool operator==(const sip_uri &one, const sip_uri &other) { return one.str() == other.str(); }
    friend bool operator!=(const sip_uri &one, const sip_uri &other) { return !(one == other); }

    /// The handle, for what C alone offers.
    const twr_uri *get() const { return handle_.get(); }

  private:
    detail::owned<twr_uri, twr_uri_free> handle_;
};

/// Any verb or noun.
class element {
  public:
    explicit element(std::string_view name, std::string_view text = {})
    {
        twr_element *made = nullptr;
        detail::call(twr_element_new, detail::str(name), &made);
        handle_.reset(made);
        if (!text.empty())
            add_text(text);
    }

    element &attribute(std::string_view name, std::string_view value) &
    {
        detail::call(twr_element_set_attribute, handle_.get(), detail::str(name), detail::str(value));
        return *this;
    }

    element &add_text(std::string_view text) &
    {
        detail::call(twr_element_add_text, handle_.get(), detail::str(text));
        return *this;
    }

    element &append(element child) &
    {
        twr_element *taken = child.handle_.release();
        twr_error fault{};
        const twr_status status = twr_element_append(handle_.get(), &taken, &fault);
        child.handle_.reset(taken);
        detail::check(status, fault);
        return *this;
    }

    // The same in one expression.
    element &&attribute(std::string_view name, std::string_view value) &&
    {
        return std::move(attribute(name, value));
    }
    element &&add_text(std::string_view text) && { return std::move(add_text(text)); }
    element &&append(element child) && { return std::move(append(std::move(child))); }

  private:
    friend class voice_response;
    detail::owned<twr_element, twr_element_free> handle_;
};

/// The document that an app answers the platform with.
class voice_response {
  public:
    voice_response()
    {
        twr_response *made = nullptr;
        detail::call(twr_response_new, &made);
        handle_.reset(made);
    }

    /// Reads a document.
    static voice_response parse(std::string_view xml)
    {
        twr_response *made = nullptr;
        detail::call(twr_response_parse, detail::str(xml), &made);
        voice_response response;
        response.handle_.reset(made);
        return response;
    }

    voice_response &say(std::string_view text) { return add("Say", text); }
    voice_response &play(std::string_view url) { return add("Play", url); }
    voice_response &redirect(std::string_view url) { return add("Redirect", url); }
    voice_response &hangup() { return add("Hangup", {}); }

    /// Appends a verb with one text in it.
    voice_response &add(std::string_view verb, std::string_view text)
    {
        detail::call(twr_response_add, handle_.get(), detail::str(verb), detail::str(text));
        return *this;
    }

    voice_response &append(element verb)
    {
        twr_element *taken = verb.handle_.release();
        twr_error fault{};
        const twr_status status = twr_response_append(handle_.get(), &taken, &fault);
        verb.handle_.reset(taken);
        detail::check(status, fault);
        return *this;
    }

    voice_response &refer(const sip_uri &target, std::optional<std::string_view> action = std::nullopt,
                          std::optional<std::string_view> method = std::nullopt)
    {
        detail::call(twr_response_refer, handle_.get(), target.get(), detail::maybe(action),
                     detail::maybe(method));
        return *this;
    }

    std::string to_xml(bool pretty = false) const
    {
        return detail::text(twr_response_render, get(), pretty);
    }

    /// What the platform will refuse, drop or never run.
    std::vector<diagnostic> check() const
    {
        twr_findings *findings = nullptr;
        detail::call(twr_response_check, get(), &findings);
        return detail::diagnostics(findings);
    }

    /// The handle, for what C alone offers.
    const twr_response *get() const { return handle_.get(); }

  private:
    detail::owned<twr_response, twr_response_free> handle_;
};

/// How a transfer ended.
struct refer_outcome {
    /// One of TWR_OUTCOME_….
    std::int32_t kind;
    /// The SIP code of REJECTED and TARGET_FAILED; 0 if there is none.
    std::uint16_t code;
    /// The status of TARGET_FAILED and UNKNOWN.
    std::string status;
    /// Whether the original call is still there for the app to talk to.
    bool may_resume;
};

/// A request of the platform; immutable.
class refer_callback {
  public:
    static refer_callback from_form(std::string_view body)
    {
        twr_callback *made = nullptr;
        detail::call(twr_callback_from_form, detail::str(body), std::size_t{0}, &made);
        return refer_callback(made);
    }

    refer_outcome outcome() const
    {
        const twr_outcome found = twr_callback_outcome(get());
        return {found.kind, found.code, std::string(detail::view(found.status)), found.may_resume};
    }

    /// The first value of the parameter of this name.
    std::optional<std::string_view> param(std::string_view name) const
    {
        return detail::maybe(twr_callback_param(get(), detail::str(name)));
    }

    /// Every pair, in arrival order; views of the callback.
    std::vector<std::pair<std::string_view, std::string_view>> params() const
    {
        std::vector<std::pair<std::string_view, std::string_view>> all;
        twr_pair pair{};
        for (std::size_t index = 0; twr_callback_param_at(get(), index, &pair, nullptr) == TWR_STATUS_OK;
             index++)
            all.emplace_back(detail::view(pair.name), detail::view(pair.value));
        return all;
    }

    /// One of TWR_LEG_….
    std::int32_t leg() const { return twr_callback_leg(get()); }

    /// The handle, for what C alone offers.
    const twr_callback *get() const { return handle_.get(); }

  private:
    friend class request_validator;
    explicit refer_callback(twr_callback *handle) : handle_(handle) {}
    detail::owned<twr_callback, twr_callback_free> handle_;
};

/// Verifies requests of the platform; set up, it may be used by any number of threads.
class request_validator {
  public:
    explicit request_validator(std::string_view token)
    {
        twr_validator *made = nullptr;
        detail::call(twr_validator_new, detail::str(token), &made);
        handle_.reset(made);
    }

    /// Takes another secret as well (rotation).
    request_validator &add_secret(std::string_view token)
    {
        detail::call(twr_validator_add_secret, handle_.get(), detail::str(token));
        return *this;
    }

    /// Says by which scheme, host and port the platform reaches the app.
    request_validator &public_base(std::string_view base)
    {
        detail::call(twr_validator_set_public_base, handle_.get(), detail::str(base));
        return *this;
    }

    /// Hands over the callback, if the platform signed it; throws signature_mismatch or callback_error.
    [[nodiscard]] refer_callback verify(std::string_view url, std::string_view body,
                                        std::optional<std::string_view> signature) const
    {
        twr_callback *made = nullptr;
        detail::call(twr_validator_verify, get(), detail::str(url), detail::str(body),
                     detail::maybe(signature), &made);
        return refer_callback(made);
    }

    /// The signature of a request with these parameters; without any, of a GET.
    std::string sign(std::string_view url,
                     const std::vector<std::pair<std::string, std::string>> &params = {}) const
    {
        std::vector<twr_pair> pairs;
        for (const auto &pair : params)
            pairs.push_back({detail::str(pair.first), detail::str(pair.second)});
        return detail::text(twr_validator_sign, get(), detail::str(url),
                            static_cast<const twr_pair *>(pairs.data()), pairs.size());
    }

    /// The handle, for what C alone offers.
    const twr_validator *get() const { return handle_.get(); }

  private:
    detail::owned<twr_validator, twr_validator_free> handle_;
};

} // namespace twiml_refer

#include "twiml_refer_transfer.hpp" // IWYU pragma: export

#endif
