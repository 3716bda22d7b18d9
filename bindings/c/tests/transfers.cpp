// The scenarios of tests/vectors/transfer and the saved transfers in C++.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "cases.hpp"

using namespace twiml_refer;

namespace {

const std::array<const char *, 7> outcomes = {"",         "transferred", "rejected", "target-failed",
                                              "canceled", "unconfirmed", "unknown"};

std::int64_t milliseconds(const json &seconds)
{
    return static_cast<std::int64_t>(std::llround(seconds.get<double>() * 1000.0));
}

transfer_settings settings_of(const json &set)
{
    using setter = transfer_settings &(transfer_settings::*)(std::chrono::milliseconds) &;
    static const std::array<std::pair<const char *, setter>, 5> times = {
        {{"response_timeout", &transfer_settings::response_timeout},
         {"notify_timeout", &transfer_settings::notify_timeout},
         {"subscription", &transfer_settings::subscription},
         {"hang_up_grace", &transfer_settings::hang_up_grace},
         {"max_duration", &transfer_settings::max_duration}}};
    transfer_settings settings;
    for (const auto &[name, method] : times)
        if (set.contains(name))
            (settings.*method)(std::chrono::milliseconds(milliseconds(set[name])));
    if (set.value("rejected_status", "") == "omitted")
        settings.omit_rejected_status(true);
    for (const auto &entry : set.value("statuses", json::array()))
        settings.status(entry[0].get<std::int32_t>(), entry[1].get<std::string>());
    return settings;
}

void feed(transfer &verb, const json &line, std::uint64_t now)
{
    const auto event = line.at("event").get<std::string>();
    if (event == "start") {
        const auto leg = line.at("leg").get<std::string>();
        verb.start(line.at("cseq").get<std::int64_t>(), now,
                   leg == "sip"    ? leg_kind::sip
                   : leg == "pstn" ? leg_kind::pstn
                                   : leg_kind::client,
                   line.at("first_in_dialog").get<bool>());
    } else if (event == "response") {
        const auto code = line.at("code").get<std::int32_t>();
        if (line.at("retry").is_null())
            verb.response(code, now, line.at("refer_sub").get<bool>());
        else
            verb.retried(code, line["retry"].get<std::int64_t>(), now);
    } else if (event == "notify") {
        verb.notify(line.at("event_header").get<std::string>(), line.at("cseq").get<std::int64_t>(),
                    maybe(line, "subscription_state"), line.at("body").get<std::string>(), now,
                    line.at("in_dialog").get<bool>());
    } else if (event == "hangup") {
        verb.hang_up(now);
    } else if (event == "transport-error") {
        verb.transport_error(now);
    } else {
        ASSERT_EQ(event, "time");
        verb.time(now);
    }
}

/// What a line of the vectors says of an output.
json said(const output &output)
{
    switch (output.kind) {
    case output_kind::send_refer: return {{"output", "send-refer"}};
    case output_kind::end_dialog: return {{"output", "end-dialog"}};
    case output_kind::reply: return {{"output", "reply"}, {"code", output.code.value()}};
    case output_kind::diagnostic:
        EXPECT_EQ(output.diagnostic.value().severity, severity_kind::warning);
        return {{"output", "diagnostic"},
                {"code", output.diagnostic->code},
                {"severity", "warning"},
                {"message", output.diagnostic->message}};
    case output_kind::completed: break;
    }
    json params = json::array();
    if (output.refer_call_status)
        params.push_back({"ReferCallStatus", *output.refer_call_status});
    if (output.refer_sip_response_code)
        params.push_back({"ReferSipResponseCode", std::to_string(*output.refer_sip_response_code)});
    if (output.notify_sip_response_code)
        params.push_back({"NotifySipResponseCode", std::to_string(*output.notify_sip_response_code)});
    return {{"output", "completed"},
            {"params", params},
            {"outcome", outcomes.at(static_cast<std::size_t>(output.outcome.value()))}};
}

/// The same of a line; status and code of an outcome are those of the parameters.
json wanted(json line)
{
    line.erase("at");
    if (line.at("output") == "completed")
        line["outcome"] = line["outcome"].at("kind");
    for (const char *key : {"path", "number", "line", "column", "error"})
        line.erase(key);
    return line;
}

void replay(const json &lines)
{
    const auto is_start = [](const json &line) { return line.value("event", "") == "start"; };
    const auto start = std::find_if(lines.begin(), lines.end(), is_start);
    ASSERT_NE(start, lines.end());
    transfer verb(sip_uri("sip:alice@example.com"), settings_of(start->at("settings")));
    unsigned refused = 0;
    for (const auto &line : lines) {
        SCOPED_TRACE(line.dump());
        const auto now = static_cast<std::uint64_t>(milliseconds(line.at("at")));
        if (line.contains("event")) {
            ASSERT_FALSE(verb.poll());
            EXPECT_EQ(refused, 0U);
            try {
                feed(verb, line, now);
            } catch (const error &fault) {
                refused = fault.number().value_or(1);
            }
        } else if (line.at("output") == "error") {
            EXPECT_EQ(refused, line.at("code").get<unsigned>());
            refused = 0;
        } else {
            auto output = verb.poll();
            if (!output) {
                verb.time(now);
                output = verb.poll();
            }
            ASSERT_TRUE(output);
            EXPECT_EQ(said(*output), wanted(line));
        }
    }
    EXPECT_EQ(refused, 0U);
    verb.time(UINT64_MAX - 1);
    EXPECT_FALSE(verb.poll());
}

} // namespace

TEST(Vectors, Transfer)
{
    std::size_t ran = 0;
    for (const auto &entry : std::filesystem::directory_iterator(vectors() + "/transfer")) {
        const std::string path = entry.path().string();
        const std::string ending = ".expected.jsonl";
        if (path.size() < ending.size() || path.substr(path.size() - ending.size()) != ending)
            continue;
        SCOPED_TRACE(entry.path().filename().string());
        json lines = json::array();
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);)
            lines.push_back(json::parse(line));
        ASSERT_FALSE(lines.empty());
        replay(lines);
        ran++;
    }
    enter("transfer", ran);
}

TEST(Vectors, TransferSettings)
{
    run("transfer-settings", [](const json &item) { settings_of(item.at("settings")); });
}

TEST(Vectors, SavedTransfers)
{
    run("saved-transfers", [](const json &item) {
        const std::string saved = input(item, "saved");
        const transfer verb = transfer::restore(saved);
        EXPECT_EQ(verb.state(), item.at("state").get<std::string>());
        EXPECT_EQ(verb.deadline() ? json(*verb.deadline()) : json(nullptr), item.at("deadline"));
        EXPECT_EQ(verb.refer_to(), item.at("refer_to").get<std::string>());
        EXPECT_EQ(verb.save(), saved);
    });
}
