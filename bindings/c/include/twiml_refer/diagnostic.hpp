// What a check of a URI or of a document finds.
#ifndef TWIML_REFER_DIAGNOSTIC_HPP
#define TWIML_REFER_DIAGNOSTIC_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "error.hpp"

namespace twiml_refer {

/// What a check found.
struct diagnostic {
    /// The stable name of the finding, the same in every language.
    std::string code;
    /// One of TWR_SEVERITY_….
    std::int32_t severity;
    /// The platform's own number for it; 0 if there is none.
    std::uint16_t number;
    /// Where, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
    std::string path;
    /// What will happen.
    std::string message;
    /// The line of a document that was read, from 1; 0 if it is not known.
    std::size_t line;
    /// The column of that line, from 1; 0 if it is not known.
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

} // namespace twiml_refer

#endif
