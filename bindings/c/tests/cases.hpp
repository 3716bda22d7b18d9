// What the runners of vectors in C++ share: the cases, their inputs, and the count that goes into the coverage
// folder.
#ifndef TWIML_REFER_TEST_CASES_HPP
#define TWIML_REFER_TEST_CASES_HPP

#include <cstdlib>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <twiml_refer.hpp>
#include <vector>

using json = nlohmann::json;

inline std::string vectors()
{
    const char *folder = std::getenv("TWIML_REFER_VECTORS");
    if (!folder)
        throw std::runtime_error("TWIML_REFER_VECTORS names the folder of the cases");
    return folder;
}

/// Says how many cases of a topic ran.
inline void enter(const std::string &topic, std::size_t ran)
{
    if (const char *coverage = std::getenv("TWIML_REFER_COVERAGE")) {
        std::ofstream file(std::string(coverage) + "/cpp." + topic);
        file << ran;
        EXPECT_TRUE(file.flush()) << "the count cannot be written";
    }
}

/// The input under a key: text, repeated parts, or hexadecimal bytes.
inline std::string input(const json &item, const std::string &key)
{
    std::string made;
    if (item.contains(key))
        return item[key].get<std::string>();
    if (item.contains(key + "_hex")) {
        const auto digits = item[key + "_hex"].get<std::string>();
        for (std::size_t at = 0; at < digits.size(); at += 2)
            made += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
        return made;
    }
    for (const auto &part : item.at(key + "_parts"))
        for (auto times = part[1].get<std::size_t>(); times; times--)
            made += part[0].get<std::string>();
    return made;
}

/// Text that may be null or not there.
inline std::optional<std::string> maybe(const json &item, const std::string &key)
{
    const auto found = item.find(key);
    return found == item.end() || found->is_null() ? std::nullopt
                                                   : std::optional(found->get<std::string>());
}

/// The same for what is looked at, and compared.
inline std::optional<std::string> owned(std::optional<std::string_view> text)
{
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

/// Pairs as the vectors write them.
template <typename Pairs> json listed(const Pairs &pairs)
{
    json all = json::array();
    for (const auto &[name, value] : pairs)
        all.push_back({std::string(name), std::string(value)});
    return all;
}

/// The pairs under a key.
inline twiml_refer::params_in pairs(const json &item, const std::string &key)
{
    twiml_refer::params_in made;
    for (const auto &pair : item.value(key, json::array()))
        made.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
    return made;
}

/// The validator that a case asks for.
inline twiml_refer::request_validator validator_of(const json &item)
{
    const auto secrets = item.at("secrets").get<std::vector<std::string>>();
    twiml_refer::request_validator validator(secrets.empty() ? nullptr : secrets[0].c_str());
    for (std::size_t at = 1; at < secrets.size(); at++)
        validator.add_auth_token(secrets[at]);
    if (maybe(item, "algorithm") == "sha256")
        validator.algorithm(twiml_refer::hash_algorithm::sha256);
    if (const auto base = maybe(item, "public_base"))
        validator.public_base(*base);
    if (item.contains("max_body_bytes"))
        validator.max_body_bytes(item["max_body_bytes"].get<std::int64_t>());
    return validator;
}

/// How the URL is known in a case of http-requests.
inline twiml_refer::origin_kind origin_of(const json &item)
{
    using twiml_refer::origin_kind;
    const auto origin = item.value("origin", "public-base");
    return origin == "public-base"  ? origin_kind::public_base
           : origin == "forwarded"  ? origin_kind::forwarded
           : origin == "host-https" ? origin_kind::host_https
                                    : origin_kind::host_http;
}

inline twiml_refer::allowed_methods allowed_methods_of(const json &item)
{
    using twiml_refer::allowed_methods;
    const auto methods = item.value("allowed_methods", "post");
    return methods == "post" ? allowed_methods::post : methods == "get" ? allowed_methods::get : allowed_methods::get_and_post;
}

inline void expect_refusal(const twiml_refer::error &refused, const json &wanted)
{
    EXPECT_EQ(to_string(refused.kind().value()), wanted.at("kind").get<std::string>());
    if (wanted.contains("offset")) {
        EXPECT_EQ(refused.offset(), wanted["offset"].get<std::size_t>());
    }
    if (wanted.contains("line")) {
        EXPECT_EQ(refused.line(), wanted["line"].get<std::size_t>());
    }
    if (wanted.contains("column")) {
        EXPECT_EQ(refused.column(), wanted["column"].get<std::size_t>());
    }
    if (wanted.contains("number")) {
        EXPECT_EQ(refused.number(), wanted["number"].get<int>());
    }
    if (wanted.contains("message")) {
        EXPECT_EQ(std::string(refused.what()), wanted["message"].get<std::string>());
    }
    EXPECT_FALSE(std::string(refused.what()).empty());
    EXPECT_LE(std::string(refused.what()).size(), 240U);
}

/// Runs every case of a topic, those that must be refused as well.
inline void run(const std::string &topic, const std::function<void(const json &)> &judge)
{
    std::ifstream file(vectors() + "/" + topic + ".json");
    const json cases = json::parse(file).at("cases");
    for (const auto &item : cases) {
        SCOPED_TRACE(item.at("name").get<std::string>());
        const auto wanted = item.find("error");
        try {
            judge(item);
            EXPECT_TRUE(wanted == item.end()) << "accepted, but must be refused";
        } catch (const twiml_refer::error &refused) {
            if (wanted == item.end())
                ADD_FAILURE() << refused.what();
            else
                expect_refusal(refused, *wanted);
        }
    }
    EXPECT_GT(cases.size(), 0U);
    enter(topic, cases.size());
}

#endif
