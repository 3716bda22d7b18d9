// Documents: built, read, written and checked.
#ifndef TWIML_REFER_TWIML_HPP
#define TWIML_REFER_TWIML_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostic.hpp"
#include "sip_uri.hpp"

namespace twiml_refer {

/// Any verb or noun.
class element {
  public:
    /// An element of this name, with text in it if there is any.
    explicit element(std::string_view name, std::string_view text = {})
    {
        twr_element *made = nullptr;
        detail::call(twr_element_new, detail::str(name), &made);
        handle_.reset(made);
        if (!text.empty())
            add_text(text);
    }

    /// Adds an attribute.
    element &attribute(std::string_view name, std::string_view value) &
    {
        detail::call(twr_element_set_attribute, handle_.get(), detail::str(name), detail::str(value));
        return *this;
    }

    /// Adds text.
    element &add_text(std::string_view text) &
    {
        detail::call(twr_element_add_text, handle_.get(), detail::str(text));
        return *this;
    }

    /// Adds a comment.
    element &add_comment(std::string_view text) &
    {
        detail::call(twr_element_add_comment, handle_.get(), detail::str(text));
        return *this;
    }

    /// Adds a child.
    element &append(element child) &
    {
        twr_element *taken = child.handle_.release();
        twr_error fault{};
        const twr_status status = twr_element_append(handle_.get(), &taken, &fault);
        child.handle_.reset(taken);
        detail::check(status, fault);
        return *this;
    }

    /// The same for one that has no name yet.
    element &&attribute(std::string_view name, std::string_view value) &&
    {
        return std::move(attribute(name, value));
    }
    /// The same for one that has no name yet.
    element &&add_text(std::string_view text) && { return std::move(add_text(text)); }
    /// The same for one that has no name yet.
    element &&add_comment(std::string_view text) && { return std::move(add_comment(text)); }
    /// The same for one that has no name yet.
    element &&append(element child) && { return std::move(append(std::move(child))); }

  private:
    friend class voice_response;
    detail::owned<twr_element, twr_element_free> handle_;
};

/// The document that an app answers the platform with.
class voice_response {
  public:
    /// An empty document.
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
        return voice_response(made);
    }

    /// Speaks text to the caller.
    voice_response &say(std::string_view text) { return add("Say", text); }
    /// Plays a file.
    voice_response &play(std::string_view url) { return add("Play", url); }
    /// Goes on with the document of another URL.
    voice_response &redirect(std::string_view url) { return add("Redirect", url); }
    /// Ends the call.
    voice_response &hangup() { return add("Hangup", {}); }

    /// Appends a verb with one text in it.
    voice_response &add(std::string_view verb, std::string_view text)
    {
        detail::call(twr_response_add, handle_.get(), detail::str(verb), detail::str(text));
        return *this;
    }

    /// Appends a verb.
    voice_response &append(element verb)
    {
        twr_element *taken = verb.handle_.release();
        twr_error fault{};
        const twr_status status = twr_response_append(handle_.get(), &taken, &fault);
        verb.handle_.reset(taken);
        detail::check(status, fault);
        return *this;
    }

    /// Transfers the caller to a SIP URI; `action` learns how it ended, `method` is GET or POST.
    voice_response &refer(std::string_view target, std::optional<std::string_view> action = std::nullopt,
                          std::optional<std::string_view> method = std::nullopt)
    {
        detail::call(twr_response_refer, handle_.get(), detail::str(target), detail::maybe(action),
                     detail::maybe(method));
        return *this;
    }
    /// The same.
    voice_response &refer(const sip_uri &target, std::optional<std::string_view> action = std::nullopt,
                          std::optional<std::string_view> method = std::nullopt)
    {
        return refer(target.str(), action, method);
    }

    /// Writes the document; `pretty` is with four spaces a level.
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

    /// What comes after the first `<Refer>`, one of TWR_FOLLOWS_…; 0 if there is none.
    std::int32_t follows() const { return twr_response_follows(get()); }

    /// Everything in it, each element before what stands in it; views of the document.
    std::vector<twr_node> nodes() const
    {
        std::vector<twr_node> all;
        twr_node node{};
        while (twr_response_node(get(), all.size(), &node, nullptr) == TWR_STATUS_OK)
            all.push_back(node);
        return all;
    }

    /// The handle, for what C alone offers.
    const twr_response *get() const { return handle_.get(); }

  private:
    explicit voice_response(twr_response *handle) : handle_(handle) {}
    detail::owned<twr_response, twr_response_free> handle_;
};

} // namespace twiml_refer

#endif
