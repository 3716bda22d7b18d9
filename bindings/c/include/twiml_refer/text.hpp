// Text that goes in.
#ifndef TWIML_REFER_TEXT_HPP
#define TWIML_REFER_TEXT_HPP

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#include "../twiml_refer.h"

namespace twiml_refer {

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

} // namespace twiml_refer

#endif
