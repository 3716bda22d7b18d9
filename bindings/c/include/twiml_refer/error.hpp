// Exceptions, and how the headers call the functions of C.
#ifndef TWIML_REFER_ERROR_HPP
#define TWIML_REFER_ERROR_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../twiml_refer.h"
#include "codes.hpp"
#include "text.hpp"

namespace twiml_refer {

namespace detail {

/// What C writes as 0 where there is none.
template <typename Number> std::optional<Number> given(Number number) noexcept
{
    return number == 0 ? std::nullopt : std::optional<Number>(number);
}

inline std::string_view view(twr_str text)
{
    return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

inline std::optional<std::string_view> maybe(twr_str text)
{
    return text.ptr ? std::optional<std::string_view>(view(text)) : std::nullopt;
}

inline std::optional<std::string> copied(twr_str text)
{
    return text.ptr ? std::optional<std::string>(view(text)) : std::nullopt;
}

/// A SIP status code; 0 where there is none.
inline std::optional<std::uint16_t> sip_code(std::int32_t code) noexcept
{
    return given(static_cast<std::uint16_t>(code));
}

} // namespace detail

/// What a call came to.
enum class status_kind : std::int32_t {
    /// The call succeeded.
    ok = TWR_STATUS_OK,
    /// The call itself is wrong.
    invalid_argument = TWR_STATUS_INVALID_ARGUMENT,
    /// The buffer is too small.
    buffer_too_small = TWR_STATUS_BUFFER_TOO_SMALL,
    /// The input is refused.
    refused = TWR_STATUS_REFUSED,
    /// The signature is not that of this request: answer 403.
    signature_mismatch = TWR_STATUS_SIGNATURE_MISMATCH,
    /// The request is signed, but cannot be read: answer 400.
    request_invalid = TWR_STATUS_REQUEST_INVALID,
    /// There is nothing to return.
    none = TWR_STATUS_NONE,
    /// The request has no signature, or an empty one: answer 403.
    signature_missing = TWR_STATUS_SIGNATURE_MISSING,
    /// The request has more bytes than the limit: answer 413.
    too_large = TWR_STATUS_TOO_LARGE,
    /// The route does not accept the method: answer 405.
    method_not_allowed = TWR_STATUS_METHOD_NOT_ALLOWED,
    /// A bug in the library.
    internal = TWR_STATUS_INTERNAL,
};

/// What an error is about.
enum class error_group : std::int32_t {
    /// A SIP URI cannot be read or built.
    sip_uri = TWR_GROUP_SIP_URI,
    /// A SIP header, or the value of User-to-User, cannot be written or read.
    header = TWR_GROUP_HEADER,
    /// A verb, an attribute or a text cannot be written.
    twiml = TWR_GROUP_TWIML,
    /// A document cannot be read.
    document = TWR_GROUP_DOCUMENT,
    /// A REST request cannot be made.
    rest = TWR_GROUP_REST,
    /// A request from Twilio cannot be read.
    request = TWR_GROUP_REQUEST,
    /// A signature is missing or does not match, or a validator cannot be made.
    signature = TWR_GROUP_SIGNATURE,
    /// A transfer was used wrongly, or cannot be restored.
    transfer = TWR_GROUP_TRANSFER,
    /// Text or a number cannot be passed.
    text = TWR_GROUP_TEXT,
};

/// The name, the same in every language.
inline std::string_view to_string(status_kind status)
{
    return detail::view(twr_status_name(static_cast<std::int32_t>(status)));
}

/// The name, the same in every language.
inline std::string_view to_string(error_group group)
{
    return detail::view(twr_group_name(static_cast<std::int32_t>(group)));
}

/// The name, the same in every language.
inline std::string_view to_string(error_kind kind)
{
    return detail::view(twr_kind_name(static_cast<std::int32_t>(kind)));
}

/// The version of the library that is loaded, in one number; TWR_VERSION is that of this header.
inline std::uint32_t version() noexcept { return twr_version(); }

/// What the library refuses; what() says what is wrong and what to do about it.
class error : public std::runtime_error {
  public:
    /// What a call of C reported.
    explicit error(const twr_error &from)
        : std::runtime_error(from.message), status_(from.status), kind_(from.kind), group_(from.group),
          number_(from.number), offset_(from.offset), line_(from.line), column_(from.column), parameter_(from.parameter)
    {
    }

    /// What went wrong; absent where the call itself was wrong.
    std::optional<error_kind> kind() const noexcept
    {
        return kind_ == 0 ? std::nullopt : std::optional(static_cast<error_kind>(kind_));
    }

    /// What it is about; absent where the call itself was wrong.
    std::optional<error_group> group() const noexcept
    {
        return group_ == 0 ? std::nullopt : std::optional(static_cast<error_group>(group_));
    }

    /// The status that C returned.
    status_kind status() const noexcept { return static_cast<status_kind>(status_); }

    /// Twilio's own error number.
    std::optional<std::int32_t> number() const noexcept { return detail::given(number_); }

    /// The byte of the input, from 0.
    std::optional<std::size_t> offset() const
    {
        return offset_ == TWR_NO_OFFSET ? std::nullopt : std::optional<std::size_t>(offset_);
    }

    /// The line of a document, from 1.
    std::optional<std::size_t> line() const noexcept { return detail::given(line_); }

    /// The column of that line, from 1.
    std::optional<std::size_t> column() const noexcept { return detail::given(column_); }

    /// The parameter, attribute or header that is wrong; empty if there is none.
    const std::string &parameter() const & noexcept { return parameter_; }
    const std::string &parameter() const && = delete;

  private:
    twr_status status_;
    std::int32_t kind_;
    std::int32_t group_;
    std::int32_t number_;
    std::size_t offset_;
    std::size_t line_;
    std::size_t column_;
    std::string parameter_;
};

/// The request has no signature, or not the right one: answer 403.
class signature_error : public error {
    using error::error;
};

/// The request has no signature, or an empty one: answer 403.
class signature_missing : public signature_error {
    using signature_error::signature_error;
};

/// The signature is not that of this request: answer 403.
class signature_mismatch : public signature_error {
    using signature_error::signature_error;
};

/// The request has more bytes than the limit: answer 413. Nothing else of it was looked at.
class request_too_large : public error {
    using error::error;
};

/// The request is signed, but cannot be read: answer 400.
class request_error : public error {
    using error::error;
};

namespace detail {

inline void check(twr_status status, const twr_error &failure)
{
    switch (status) {
    case TWR_STATUS_OK: return;
    case TWR_STATUS_SIGNATURE_MISSING: throw signature_missing(failure);
    case TWR_STATUS_SIGNATURE_MISMATCH: throw signature_mismatch(failure);
    case TWR_STATUS_TOO_LARGE: throw request_too_large(failure);
    case TWR_STATUS_REQUEST_INVALID: throw request_error(failure);
    default: throw error(failure);
    }
}

/// Calls a function of C whose last argument is the error.
template <typename Function, typename... Arguments> void call(Function function, Arguments... arguments)
{
    twr_error failure{};
    check(function(arguments..., &failure), failure);
}

/// Calls one that writes into a buffer.
template <typename Function, typename... Arguments>
std::string text(Function function, Arguments... arguments)
{
    std::string made(256, '\0');
    std::size_t length = 0;
    twr_error failure{};
    twr_status status = function(arguments..., made.data(), made.size(), &length, &failure);
    if (status == TWR_STATUS_BUFFER_TOO_SMALL) {
        made.resize(length);
        status = function(arguments..., made.data(), made.size(), &length, &failure);
    }
    check(status, failure);
    made.resize(length);
    return made;
}

template <typename T, void (*Free)(T **)> struct deleter {
    void operator()(T *handle) const { Free(&handle); }
};

template <typename T, void (*Free)(T **)> using owned = std::unique_ptr<T, deleter<T, Free>>;

} // namespace detail

} // namespace twiml_refer

#endif
