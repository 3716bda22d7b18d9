// Text and times that are passed in.
#ifndef TWIML_REFER_TEXT_HPP
#define TWIML_REFER_TEXT_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../twiml_refer.h"

namespace twiml_refer {

namespace detail {

template <typename Bytes, typename = void> struct is_bytes : std::false_type {
};
/// A container of bytes that is not a string, as `std::vector<unsigned char>`.
template <typename Bytes>
struct is_bytes<Bytes, std::void_t<decltype(std::declval<const Bytes &>().data()),
                                   decltype(std::declval<const Bytes &>().size())>>
    : std::bool_constant<sizeof(*std::declval<const Bytes &>().data()) == 1 &&
                         !std::is_convertible_v<const Bytes &, std::string_view>> {
};

} // namespace detail

/// Text that goes into a call: a string, a view, a C string, or an optional one. A null pointer, nullopt
/// and {} are the absent text, which is empty where text must be. It is a view of what it was made of.
class text_in {
  public:
    /// Absent.
    constexpr text_in(std::nullptr_t = nullptr) noexcept {}
    /// Absent.
    constexpr text_in(std::nullopt_t) noexcept {}
    /// A C string; absent if it is null.
    text_in(const char *text) noexcept : view_(twr_str_of(text)) {}
    /// A string or view, never absent.
    template <typename Text, typename = std::enable_if_t<std::is_convertible_v<const Text &, std::string_view> &&
                                                         !std::is_convertible_v<const Text &, const char *>>>
    text_in(const Text &text) : text_in(std::string_view(text), 0)
    {
    }
    /// Bytes, never absent.
    template <typename Bytes, std::enable_if_t<detail::is_bytes<Bytes>::value, int> = 0>
    text_in(const Bytes &bytes)
        : text_in(std::string_view(reinterpret_cast<const char *>(bytes.data()), bytes.size()), 0)
    {
    }
    /// What may be absent.
    template <typename Text> text_in(const std::optional<Text> &text)
    {
        if (text)
            *this = text_in(*text);
    }

    /// As C takes it.
    constexpr operator twr_str() const noexcept { return view_; }

  private:
    constexpr text_in(std::string_view text, int) noexcept : view_{text.data() ? text.data() : "", text.size()} {}
    twr_str view_ = {nullptr, 0};
};

/// A time that is passed in: a time point of any clock that all who use the object share, or a duration since
/// that clock's beginning. Restored transfers need a clock that survives, as `std::chrono::system_clock`.
class instant {
  public:
    /// A time since the clock's beginning.
    template <typename Number, typename Unit>
    constexpr instant(std::chrono::duration<Number, Unit> since)
        : since_(std::chrono::floor<std::chrono::milliseconds>(since))
    {
    }
    /// A time point.
    template <typename Clock, typename Duration>
    constexpr instant(std::chrono::time_point<Clock, Duration> point) : instant(point.time_since_epoch())
    {
    }

    /// As C takes it; a time before the beginning is the beginning.
    constexpr std::uint64_t ms() const noexcept
    {
        return since_.count() < 0 ? 0 : static_cast<std::uint64_t>(since_.count());
    }

  private:
    std::chrono::milliseconds since_;
};

} // namespace twiml_refer

#endif
