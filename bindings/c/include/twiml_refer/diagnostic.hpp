// What a check of a URI or of a document finds.
#ifndef TWIML_REFER_DIAGNOSTIC_HPP
#define TWIML_REFER_DIAGNOSTIC_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "error.hpp"

namespace twiml_refer {

/// How much a finding matters.
enum class severity_kind : std::int32_t {
    /// Worth knowing.
    note = TWR_SEVERITY_NOTE,
    /// Something is dropped, or never runs.
    warning = TWR_SEVERITY_WARNING,
    /// Twilio will refuse it.
    error = TWR_SEVERITY_ERROR,
};

/// What a check found.
struct diagnostic {
    /// The stable name of the finding, the same in every language.
    std::string code;
    /// How much it matters.
    severity_kind severity;
    /// Twilio's own number for it.
    std::optional<std::uint16_t> number;
    /// Where, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
    std::string path;
    /// What will happen.
    std::string message;
    /// The line of a document that was read, from 1.
    std::optional<std::size_t> line;
    /// The column of that line, from 1.
    std::optional<std::size_t> column;
};

namespace detail {

inline diagnostic finding(const twr_finding &found)
{
    return {std::string(view(found.code)), static_cast<severity_kind>(found.severity), given(found.number),
            std::string(view(found.path)), std::string(view(found.message)), given(found.line),
            given(found.column)};
}

inline std::vector<diagnostic> diagnostics(twr_findings *taken)
{
    const owned<twr_findings, twr_findings_free> findings(taken);
    std::vector<diagnostic> all;
    const std::size_t count = twr_findings_count(findings.get());
    for (std::size_t index = 0; index < count; index++) {
        twr_finding found{};
        call(twr_findings_get, static_cast<const twr_findings *>(findings.get()), index, &found);
        all.push_back(finding(found));
    }
    return all;
}

} // namespace detail

} // namespace twiml_refer

#endif
