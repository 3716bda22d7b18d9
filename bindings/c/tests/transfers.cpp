// The scenarios of tests/vectors/transfer and the saved transfers in C++.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "cases.hpp"

using namespace twiml_refer;

namespace {

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
        settings.rejected_status_omitted(true);
    for (const auto &entry : set.value("statuses", json::array()))
        settings.status(entry[0].get<std::int32_t>(), entry[1].get<std::string>());
    return settings;
}

void feed(transfer &verb, const json &line, std::chrono::milliseconds now)
{
    const auto event = line.at("event").get<std::string>();
    if (event == "start") {
        const auto leg = line.at("leg").get<std::string>();
        const json &cseq = line.at("cseq");
        verb.start(cseq.is_null() ? std::nullopt : std::optional(cseq.get<std::int64_t>()), now,
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
        const auto state = maybe(line, "subscription_state");
        verb.notify({line.at("cseq").get<std::int64_t>(), line.at("event_header").get_ref<const std::string &>(), state,
                     line.at("body").get_ref<const std::string &>(), line.at("in_dialog").get<bool>()},
                    now);
    } else if (event == "cseq") {
        verb.cseq(line.at("cseq").get<std::int64_t>(), now);
    } else if (event == "status") {
        verb.status(line.at("code").get<std::int32_t>(), line.at("final").get<bool>(), now);
    } else if (event == "hangup") {
        verb.hang_up(now);
    } else if (event == "transport-error") {
        verb.transport_error(now);
    } else {
        ASSERT_EQ(event, "time");
        verb.handle_timeout(now);
    }
}

/// What a line of the vectors says of an output.
json said(const transfer &verb, const output &output)
{
    json line = {{"output", to_string(output.kind)}};
    switch (output.kind) {
    case output_kind::send_refer:
    case output_kind::end_dialog: return line;
    case output_kind::reply: line["code"] = output.code.value(); return line;
    case output_kind::diagnostic:
        line["code"] = to_string(output.diagnostic.value().code);
        line["severity"] = to_string(output.diagnostic->severity);
        line["message"] = output.diagnostic->message;
        return line;
    case output_kind::completed: break;
    }
    const refer_report report = verb.report().value();
    EXPECT_FALSE(report.outcome.explanation.empty());
    json params = json::array();
    if (report.status)
        params.push_back({"ReferCallStatus", report.status_text});
    if (report.refer_sip_response_code)
        params.push_back({"ReferSipResponseCode", std::to_string(*report.refer_sip_response_code)});
    if (report.notify_sip_response_code)
        params.push_back({"NotifySipResponseCode", std::to_string(*report.notify_sip_response_code)});
    const voice_request form = voice_request::from_form(report.form);
    EXPECT_EQ(listed(form.params()), params);
    line["params"] = params;
    line["outcome"] = to_string(report.outcome.kind);
    return line;
}

/// The same of a line; status and code of an outcome are those of the parameters.
json wanted(json line)
{
    line.erase("at");
    if (line.at("output") == "completed")
        line["outcome"] = line["outcome"].at("kind");
    for (const char *key : {"path", "parameter", "number", "line", "column", "error"})
        line.erase(key);
    return line;
}

void replay(const json &lines)
{
    const auto is_start = [](const json &line) { return line.value("event", "") == "start"; };
    const auto start = std::find_if(lines.begin(), lines.end(), is_start);
    ASSERT_NE(start, lines.end());
    transfer verb(sip_uri("sip:alice@example.com"), settings_of(start->at("settings")));
    int refused = 0;
    for (const auto &line : lines) {
        SCOPED_TRACE(line.dump());
        const std::chrono::milliseconds now(milliseconds(line.at("at")));
        if (line.contains("event")) {
            ASSERT_FALSE(verb.poll());
            EXPECT_EQ(refused, 0);
            try {
                feed(verb, line, now);
            } catch (const error &why) {
                refused = why.number().value_or(1);
            }
        } else if (line.at("output") == "error") {
            EXPECT_EQ(refused, line.at("code").get<int>());
            refused = 0;
        } else {
            auto output = verb.poll();
            if (!output) {
                verb.handle_timeout(now);
                output = verb.poll();
            }
            ASSERT_TRUE(output);
            EXPECT_EQ(said(verb, *output), wanted(line));
        }
    }
    EXPECT_EQ(refused, 0);
    verb.handle_timeout(std::chrono::milliseconds::max());
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
        EXPECT_EQ(to_string(verb.state()), item.at("state").get<std::string>());
        EXPECT_EQ(verb.deadline() ? json(verb.deadline()->count()) : json(nullptr), item.at("deadline"));
        EXPECT_EQ(verb.refer_to(), item.at("refer_to").get<std::string>());
        EXPECT_EQ(verb.save(), saved);
    });
}
