// Documents: built, read, written and checked.
#ifndef TWIML_REFER_TWIML_HPP
#define TWIML_REFER_TWIML_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostic.hpp"
#include "sip_uri.hpp"

namespace twiml_refer {

/// What comes after a `<Refer>`.
enum class follows_kind : std::int32_t {
    /// The document that the action returns.
    action = TWR_FOLLOWS_ACTION,
    /// The next verb.
    next_verb = TWR_FOLLOWS_NEXT_VERB,
    /// The call ends.
    hangup = TWR_FOLLOWS_HANGUP,
};

/// The name, the same in every language.
inline std::string_view to_string(follows_kind follows)
{
    return detail::view(twr_follows_name(static_cast<std::int32_t>(follows)));
}

/// What a node of a document is.
enum class node_kind : std::int32_t {
    /// An element; the nodes in it follow, one level deeper.
    element = TWR_NODE_ELEMENT,
    /// Text.
    text = TWR_NODE_TEXT,
    /// A comment.
    comment = TWR_NODE_COMMENT,
};

/// A node of a document; views of it.
struct node {
    /// What it is.
    node_kind kind;
    /// 1 for the nodes of `<Response>` itself.
    std::size_t depth;
    /// The name of an element; else empty.
    std::string_view name;
    /// The text of a text or comment; else empty.
    std::string_view text;
    /// Names and values, in their order.
    std::vector<std::pair<std::string_view, std::string_view>> attributes;
};

/// A `<Refer>`.
struct refer {
    /// The SIP URI of its target.
    sip_uri target;
    /// Its action.
    std::optional<std::string> action;
    /// Its method, GET or POST.
    std::optional<std::string> method;
};

/// Any verb or noun.
class element {
  public:
    /// An element of this name, with text in it if there is any.
    explicit element(text_in name, text_in text = {})
    {
        twr_element *made = nullptr;
        detail::call(twr_element_new, name, &made);
        handle_.reset(made);
        if (static_cast<twr_str>(text).len > 0)
            add_text(text);
    }

    /// Copies it and all in it.
    element(const element &other)
    {
        twr_element *made = nullptr;
        detail::call(twr_element_copy, static_cast<const twr_element *>(other.handle_.get()), &made);
        handle_.reset(made);
    }
    /// Leaves the other one empty: it may only be assigned to.
    element(element &&) noexcept = default;
    /// Takes the value of another.
    element &operator=(element other) noexcept
    {
        handle_ = std::move(other.handle_);
        return *this;
    }

    /// Adds an attribute.
    element &attribute(text_in name, text_in value) &
    {
        detail::call(twr_element_set_attribute, handle_.get(), name, value);
        return *this;
    }

    /// Adds text.
    element &add_text(text_in text) &
    {
        detail::call(twr_element_add_text, handle_.get(), text);
        return *this;
    }

    /// Adds a comment.
    element &add_comment(text_in text) &
    {
        detail::call(twr_element_add_comment, handle_.get(), text);
        return *this;
    }

    /// Adds a child.
    element &append(element child) &
    {
        twr_element *taken = child.handle_.release();
        twr_error failure{};
        const twr_status status = twr_element_append(handle_.get(), &taken, &failure);
        child.handle_.reset(taken);
        detail::check(status, failure);
        return *this;
    }

    /// Overload for temporaries.
    element attribute(text_in name, text_in value) &&
    {
        return std::move(attribute(name, value));
    }
    /// Overload for temporaries.
    element add_text(text_in text) && { return std::move(add_text(text)); }
    /// Overload for temporaries.
    element add_comment(text_in text) && { return std::move(add_comment(text)); }
    /// Overload for temporaries.
    element append(element child) && { return std::move(append(std::move(child))); }

  private:
    friend class voice_response;
    detail::owned<twr_element, twr_element_free> handle_;
};

/// The document that an app answers Twilio with.
class voice_response {
  public:
    /// An empty document.
    voice_response()
    {
        twr_response *made = nullptr;
        detail::call(twr_response_new, &made);
        handle_.reset(made);
    }

    /// Copies it.
    voice_response(const voice_response &other)
    {
        twr_response *made = nullptr;
        detail::call(twr_response_copy, other.get(), &made);
        handle_.reset(made);
    }
    /// Leaves the other one empty: it may only be assigned to.
    voice_response(voice_response &&) noexcept = default;
    /// Takes the value of another.
    voice_response &operator=(voice_response other) noexcept
    {
        handle_ = std::move(other.handle_);
        return *this;
    }

    /// Reads a document.
    static voice_response parse(text_in xml)
    {
        twr_response *made = nullptr;
        detail::call(twr_response_parse, xml, &made);
        return voice_response(made);
    }

    /// Speaks text to the caller.
    voice_response &say(text_in text) & { return add("Say", text); }
    /// Plays a file.
    voice_response &play(text_in url) & { return add("Play", url); }
    /// Waits so long, in whole seconds.
    voice_response &pause(std::chrono::seconds length) &
    {
        return append(element("Pause").attribute("length", std::to_string(length.count())));
    }
    /// Goes on with the document of another URL.
    voice_response &redirect(text_in url) & { return add("Redirect", url); }
    /// Ends the call.
    voice_response &hangup() & { return add("Hangup", {}); }

    /// Appends a verb with one text in it.
    voice_response &add(text_in verb, text_in text) &
    {
        detail::call(twr_response_add, handle_.get(), verb, text);
        return *this;
    }

    /// Appends a verb.
    voice_response &append(element verb) &
    {
        twr_element *taken = verb.handle_.release();
        twr_error failure{};
        const twr_status status = twr_response_append(handle_.get(), &taken, &failure);
        verb.handle_.reset(taken);
        detail::check(status, failure);
        return *this;
    }

    /// Transfers the caller to a SIP URI; `action` learns how it ended, `method` is GET or POST.
    voice_response &refer(text_in target, text_in action = {}, text_in method = {}) &
    {
        detail::call(twr_response_refer, handle_.get(), target, action, method);
        return *this;
    }
    /// Overload for temporaries.
    voice_response &refer(const sip_uri &target, text_in action = {}, text_in method = {}) &
    {
        return refer(target.str(), action, method);
    }

    /// Overload for temporaries.
    voice_response say(text_in text) && { return std::move(say(text)); }
    /// Overload for temporaries.
    voice_response play(text_in url) && { return std::move(play(url)); }
    /// Overload for temporaries.
    voice_response pause(std::chrono::seconds length) && { return std::move(pause(length)); }
    /// Overload for temporaries.
    voice_response redirect(text_in url) && { return std::move(redirect(url)); }
    /// Overload for temporaries.
    voice_response hangup() && { return std::move(hangup()); }
    /// Overload for temporaries.
    voice_response add(text_in verb, text_in text) && { return std::move(add(verb, text)); }
    /// Overload for temporaries.
    voice_response append(element verb) && { return std::move(append(std::move(verb))); }
    /// Overload for temporaries.
    voice_response refer(text_in target, text_in action = {}, text_in method = {}) &&
    {
        return std::move(refer(target, action, method));
    }
    /// Overload for temporaries.
    voice_response refer(const sip_uri &target, text_in action = {}, text_in method = {}) &&
    {
        return std::move(refer(target, action, method));
    }

    /// The first `<Refer>` directly in `<Response>`; absent if there is none, or if it is not one that refer() could
    /// have made.
    std::optional<twiml_refer::refer> first_refer() const
    {
        twr_refer found{};
        if (twr_response_first_refer(get(), &found, nullptr) != TWR_STATUS_OK)
            return std::nullopt;
        return twiml_refer::refer{sip_uri(detail::view(found.target)), detail::copied(found.action),
                                  detail::copied(found.method)};
    }

    /// Writes the document; `pretty` is with four spaces a level.
    std::string to_xml(bool pretty = false) const
    {
        return detail::text(twr_response_xml, get(), pretty);
    }

    /// What Twilio will refuse, drop or never run.
    std::vector<diagnostic> check() const
    {
        twr_diagnostics *made = nullptr;
        detail::call(twr_response_check, get(), &made);
        return detail::diagnostics(made);
    }

    /// What comes after the first `<Refer>`, if there is one.
    std::optional<follows_kind> follows() const
    {
        const std::int32_t found = twr_response_follows(get());
        return found == 0 ? std::nullopt : std::optional(static_cast<follows_kind>(found));
    }

    /// All nodes, each element before those in it; views of the document.
    std::vector<node> nodes() const &
    {
        std::vector<node> all;
        twr_node found{};
        while (twr_response_node_at(get(), all.size(), &found, nullptr) == TWR_STATUS_OK) {
            node made{static_cast<node_kind>(found.kind), found.depth, detail::view(found.name),
                      detail::view(found.text), {}};
            twr_pair attribute{};
            while (twr_response_attribute_at(get(), all.size(), made.attributes.size(), &attribute, nullptr) ==
                   TWR_STATUS_OK)
                made.attributes.emplace_back(detail::view(attribute.name), detail::view(attribute.value));
            all.push_back(std::move(made));
        }
        return all;
    }
    std::vector<node> nodes() const && = delete;

    /// Returns the C handle, for calls of the C API.
    const twr_response *get() const & { return handle_.get(); }
    const twr_response *get() const && = delete;

  private:
    explicit voice_response(twr_response *handle) : handle_(handle) {}
    detail::owned<twr_response, twr_response_free> handle_;
};

} // namespace twiml_refer

#endif
