// What is thrown, and how the header calls the functions of C.
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
#include "text.hpp"

namespace twiml_refer {

namespace detail {

/// What C writes as 0 where there is none.
template <typename Number> std::optional<Number> given(Number number) noexcept
{
    return number == 0 ? std::nullopt : std::optional<Number>(number);
}

} // namespace detail

/// What the library refuses; what() says what to do about it.
class error : public std::runtime_error {
  public:
    /// What a call of C reported.
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

    /// Twilio's own number for it.
    std::optional<std::uint16_t> number() const noexcept { return detail::given(number_); }

    /// The byte of the input, from 0.
    std::optional<std::size_t> offset() const
    {
        return offset_ == TWR_NO_OFFSET ? std::nullopt : std::optional<std::size_t>(offset_);
    }

    /// The line of a document, from 1.
    std::optional<std::size_t> line() const noexcept { return detail::given(line_); }

    /// The column of that line, from 1.
    std::optional<std::size_t> column() const noexcept { return detail::given(column_); }

    /// The parameter, attribute or header at fault.
    const std::string &parameter() const & noexcept { return parameter_; }
    const std::string &parameter() const && = delete;

  private:
    twr_status status_;
    std::uint16_t kind_;
    std::uint16_t number_;
    std::size_t offset_;
    std::size_t line_;
    std::size_t column_;
    std::string parameter_;
};

/// It is not proved that Twilio sent this request: answer 403.
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
class callback_error : public error {
    using error::error;
};

namespace detail {

inline std::string_view view(twr_str text) { return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view(); }

inline std::optional<std::string_view> maybe(twr_str text)
{
    return text.ptr ? std::optional<std::string_view>(view(text)) : std::nullopt;
}

inline void check(twr_status status, const twr_error &fault)
{
    switch (status) {
    case TWR_STATUS_OK: return;
    case TWR_STATUS_SIGNATURE_MISSING: throw signature_missing(fault);
    case TWR_STATUS_SIGNATURE_MISMATCH: throw signature_mismatch(fault);
    case TWR_STATUS_TOO_LARGE: throw request_too_large(fault);
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

} // namespace twiml_refer

#endif
