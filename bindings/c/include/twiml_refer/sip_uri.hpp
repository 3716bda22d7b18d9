// SIP URIs, User-to-User and Refer-To values.
#ifndef TWIML_REFER_SIP_URI_HPP
#define TWIML_REFER_SIP_URI_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostic.hpp"

namespace twiml_refer {

/// The parts of a URI as spelled.
struct uri_parts {
    /// `sip` or `sips`.
    std::string_view scheme;
    /// Before the `@`.
    std::optional<std::string_view> user;
    /// Will be in the logs of every hop: better have none.
    std::optional<std::string_view> password;
    /// IPv6 with its brackets.
    std::string_view host;
    /// 1 to 65535.
    std::optional<std::uint16_t> port;
};

/// A User-to-User value (RFC 7433).
class user_to_user {
  public:
    /// Reads the decoded value of a User-to-User header.
    static user_to_user parse(text_in text)
    {
        twr_user_to_user *made = nullptr;
        detail::call(twr_user_to_user_parse, text, &made);
        return user_to_user(made);
    }

    /// Makes one of bytes, which are hex-encoded.
    static user_to_user from_bytes(text_in bytes)
    {
        twr_user_to_user *made = nullptr;
        detail::call(twr_user_to_user_from_bytes, bytes, &made);
        return user_to_user(made);
    }

    /// The data as it was given; hexadecimal digits where bytes were.
    std::string_view data() const & { return detail::view(parts().data); }
    std::string_view data() const && = delete;
    /// Its parameter `encoding`.
    std::optional<std::string_view> encoding() const & { return detail::maybe(parts().encoding); }
    std::optional<std::string_view> encoding() const && = delete;
    /// Its parameter `purpose`.
    std::optional<std::string_view> purpose() const & { return detail::maybe(parts().purpose); }
    std::optional<std::string_view> purpose() const && = delete;
    /// Its parameter `content`.
    std::optional<std::string_view> content() const & { return detail::maybe(parts().content); }
    std::optional<std::string_view> content() const && = delete;

    /// The value as spelled in a header.
    std::string str() const { return detail::text(twr_user_to_user_text, get()); }

    /// Returns the C handle, for calls of the C API.
    const twr_user_to_user *get() const & { return handle_.get(); }
    const twr_user_to_user *get() const && = delete;

  private:
    friend class sip_uri;
    explicit user_to_user(twr_user_to_user *handle) : handle_(handle) {}
    twr_user_to_user_parts parts() const
    {
        twr_user_to_user_parts found{};
        detail::call(twr_user_to_user_get, get(), &found);
        return found;
    }
    detail::owned<twr_user_to_user, twr_user_to_user_free> handle_;
};

/// A valid SIP URI.
class sip_uri {
  public:
    /// Reads one; nothing is trimmed.
    explicit sip_uri(text_in text)
    {
        twr_uri *made = nullptr;
        detail::call(twr_uri_parse, text, &made);
        handle_.reset(made);
    }

    /// Copies it.
    sip_uri(const sip_uri &other)
    {
        twr_uri *made = nullptr;
        detail::call(twr_uri_copy, other.get(), &made);
        handle_.reset(made);
    }
    /// Leaves the other one empty: it may only be assigned to.
    sip_uri(sip_uri &&) noexcept = default;
    /// Takes the value of another.
    sip_uri &operator=(sip_uri other) noexcept
    {
        handle_ = std::move(other.handle_);
        return *this;
    }

    /// The URI as spelled.
    std::string_view str() const & { return detail::view(twr_uri_text(get())); }
    std::string_view str() const && = delete;

    /// Puts one together; an absent part is one that is not there, a parameter without a value a flag.
    static sip_uri build(text_in host, text_in user = {}, std::int64_t port = 0, text_in scheme = "sip",
                         text_in password = {},
                         const std::vector<std::pair<std::string, std::optional<std::string>>> &params = {})
    {
        twr_uri_parts parts{};
        parts.scheme = scheme;
        parts.user = user;
        parts.password = password;
        parts.host = host;
        parts.port = port;
        std::vector<twr_pair> given;
        given.reserve(params.size());
        for (const auto &[name, value] : params)
            given.push_back({text_in(name), text_in(value)});
        twr_uri *made = nullptr;
        detail::call(twr_uri_build, static_cast<const twr_uri_parts *>(&parts),
                     static_cast<const twr_pair *>(given.data()), given.size(), &made);
        return sip_uri(taken{made});
    }

    /// Adds a header, given as decoded text.
    sip_uri &add_header(text_in name, text_in value) &
    {
        detail::call(twr_uri_add_header, handle_.get(), name, value);
        return *this;
    }
    /// Overload for temporaries.
    sip_uri add_header(text_in name, text_in value) && { return std::move(add_header(name, value)); }

    /// Adds a User-to-User header with these bytes, hex-encoded.
    sip_uri &add_user_to_user(text_in bytes) &
    {
        detail::call(twr_uri_add_user_to_user, handle_.get(), bytes);
        return *this;
    }
    /// Overload for temporaries.
    sip_uri add_user_to_user(text_in bytes) && { return std::move(add_user_to_user(bytes)); }

    /// Its headers, decoded; views of the URI.
    std::vector<std::pair<std::string_view, std::string_view>> headers() const &
    {
        std::vector<std::pair<std::string_view, std::string_view>> all;
        twr_pair header{};
        while (twr_uri_header_at(get(), all.size(), &header, nullptr) == TWR_STATUS_OK)
            all.emplace_back(detail::view(header.name), detail::view(header.value));
        return all;
    }
    std::vector<std::pair<std::string_view, std::string_view>> headers() const && = delete;

    /// The decoded value of the first header of this name, compared without regard to case.
    std::optional<std::string_view> header(text_in name) const &
    {
        return detail::maybe(twr_uri_header(get(), name));
    }
    std::optional<std::string_view> header(text_in name) const && = delete;

    /// The User-to-User values of its headers, each of which may hold several (RFC 7433 section 4); throws if one
    /// cannot be read.
    std::vector<user_to_user> user_to_users() const
    {
        std::vector<user_to_user> all;
        const std::size_t count = twr_uri_user_to_user_count(get());
        for (std::size_t index = 0; index < count; index++) {
            twr_user_to_user *made = nullptr;
            detail::call(twr_uri_user_to_user_at, get(), index, &made);
            all.push_back(user_to_user(made));
        }
        return all;
    }

    /// Its parameters as spelled; a flag has no value.
    std::vector<std::pair<std::string_view, std::optional<std::string_view>>> params() const &
    {
        std::vector<std::pair<std::string_view, std::optional<std::string_view>>> all;
        twr_pair param{};
        while (twr_uri_param_at(get(), all.size(), &param, nullptr) == TWR_STATUS_OK)
            all.emplace_back(detail::view(param.name), detail::maybe(param.value));
        return all;
    }
    std::vector<std::pair<std::string_view, std::optional<std::string_view>>> params() const && = delete;

    /// The parts as spelled; views of the URI.
    uri_parts parts() const &
    {
        twr_uri_parts found{};
        detail::call(twr_uri_get, get(), &found);
        return {detail::view(found.scheme), detail::maybe(found.user), detail::maybe(found.password),
                detail::view(found.host), detail::given(static_cast<std::uint16_t>(found.port))};
    }
    uri_parts parts() const && = delete;

    /// The value of a Refer-To header.
    std::string refer_to() const { return detail::text(twr_uri_refer_to, get()); }

    /// What will be dropped or misread on the wire.
    std::vector<diagnostic> check() const
    {
        twr_diagnostics *made = nullptr;
        detail::call(twr_uri_check, get(), &made);
        return detail::diagnostics(made);
    }

    /// Compares as RFC 3261 section 19.1.4 does; == compares the spelling.
    bool equivalent(const sip_uri &other) const { return twr_uri_equivalent(get(), other.get()); }

    /// Whether both are spelled alike.
    friend bool operator==(const sip_uri &one, const sip_uri &other) { return one.str() == other.str(); }
    /// Whether they are not.
    friend bool operator!=(const sip_uri &one, const sip_uri &other) { return !(one == other); }

    /// Returns the C handle, for calls of the C API.
    const twr_uri *get() const & { return handle_.get(); }
    const twr_uri *get() const && = delete;

  private:
    struct taken {
        twr_uri *handle;
    };
    explicit sip_uri(taken made) : handle_(made.handle) {}
    detail::owned<twr_uri, twr_uri_free> handle_;
};

/// What a Refer-To header can name.
enum class target_kind : std::int32_t {
    /// A SIP URI.
    sip = TWR_TARGET_SIP,
    /// A tel URI.
    tel = TWR_TARGET_TEL,
    /// Any other text.
    other = TWR_TARGET_OTHER,
};

/// The name, the same in every language.
inline std::string_view to_string(target_kind target)
{
    return detail::view(twr_target_name(static_cast<std::int32_t>(target)));
}

/// What the value of a Refer-To header names.
struct refer_target {
    /// What it is.
    target_kind kind;
    /// The URI, without angle brackets and what is around them.
    std::string text;

    /// Reads one; what is neither a SIP nor a tel URI is not an error.
    static refer_target parse(text_in value)
    {
        std::int32_t kind = 0;
        std::string text = detail::text(twr_refer_target_parse, value, &kind);
        return {static_cast<target_kind>(kind), std::move(text)};
    }
};

/// The escape of a header's value, for a URI that something else puts together.
inline std::string escape_header(text_in text)
{
    return detail::text(twr_escape_header, text);
}

} // namespace twiml_refer

#endif
