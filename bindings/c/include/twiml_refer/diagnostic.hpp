// Diagnostics: of a URI, a document, a request, and of what a transfer received.
#ifndef TWIML_REFER_DIAGNOSTIC_HPP
#define TWIML_REFER_DIAGNOSTIC_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codes.hpp"
#include "error.hpp"

namespace twiml_refer {

/// How much a diagnostic matters.
enum class severity_kind : std::int32_t {
    /// Good to know; nothing is lost.
    note = TWR_SEVERITY_NOTE,
    /// Something is dropped or never runs.
    warning = TWR_SEVERITY_WARNING,
    /// Twilio will refuse it, a transfer never happens, or the app is not secure.
    error = TWR_SEVERITY_ERROR,
};

/// The name, the same in every language.
inline std::string_view to_string(severity_kind severity)
{
    return detail::view(twr_severity_name(static_cast<std::int32_t>(severity)));
}

/// The name, the same in every language.
inline std::string_view to_string(diagnostic_code code)
{
    return detail::view(twr_code_name(static_cast<std::int32_t>(code)));
}

/// A diagnostic.
struct diagnostic {
    /// What it is about.
    diagnostic_code code;
    /// How much it matters.
    severity_kind severity;
    /// Twilio's own error number.
    std::optional<std::int32_t> number;
    /// Where in the document, as `Response/Refer[0]/Sip`; empty for anything else.
    std::string path;
    /// What will happen, or what is unexpected or invalid.
    std::string message;
    /// The parameter of a request; else empty.
    std::string parameter;
    /// The line of a document that was read, from 1.
    std::optional<std::size_t> line;
    /// The column of that line, from 1.
    std::optional<std::size_t> column;
};

namespace detail {

inline diagnostic copied(const twr_diagnostic &one)
{
    return {static_cast<diagnostic_code>(one.code),
            static_cast<severity_kind>(one.severity),
            given(one.number),
            std::string(view(one.path)),
            std::string(view(one.message)),
            std::string(view(one.parameter)),
            given(one.line),
            given(one.column)};
}

inline std::vector<diagnostic> diagnostics(twr_diagnostics *taken)
{
    const owned<twr_diagnostics, twr_diagnostics_free> list(taken);
    std::vector<diagnostic> all;
    twr_diagnostic one{};
    while (twr_diagnostics_at(taken, all.size(), &one, nullptr) == TWR_STATUS_OK)
        all.push_back(copied(one));
    return all;
}

} // namespace detail

} // namespace twiml_refer

#endif
