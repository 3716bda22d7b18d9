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
    std::string code;
    std::int32_t severity;
    std::uint16_t number;
    std::string path;
    std::string message;
    std::size_t line;
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
