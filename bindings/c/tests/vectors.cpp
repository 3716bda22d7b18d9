// The cases of tests/vectors in C++: documents, URIs, webhooks, REST.
#include <map>

#include "cases.hpp"

using namespace twiml_refer;

namespace {

element built(const json &item)
{
    element made(item.at("name").get<std::string>());
    for (const auto &pair : item.value("attributes", json::array()))
        made.attribute(pair[0].get<std::string>(), pair[1].get<std::string>());
    if (const auto text = maybe(item, "text"); text && !text->empty())
        made.add_text(*text);
    for (const auto &child : item.value("children", json::array()))
        made.append(built(child));
    return made;
}

voice_response document(const json &verbs)
{
    voice_response response;
    for (const auto &verb : verbs) {
        if (verb.contains("element")) {
            element nested = built(verb["element"]);
            for (int level = verb.value("levels", 1); level > 1; level--)
                nested = element(verb["element"].at("name").get<std::string>()).append(std::move(nested));
            for (int times = verb.value("times", 1); times > 0; times--)
                response.append(nested);
            continue;
        }
        const json &refer = verb.at("refer");
        const auto action = maybe(refer, "action"), method = maybe(refer, "method");
        response.refer(refer.at("sip").get<std::string>(), action, method);
    }
    return response;
}

method method_of(const json &item)
{
    return item.value("method", "POST") == "GET" ? method::get : method::post;
}

/// Whether a call verified a request; the error must be the one for what is missing or wrong.
bool verified(const json &item, const std::function<voice_request()> &call)
{
    const bool is_missing = maybe(item, "signature").value_or("").empty();
    try {
        (void)call();
        return true;
    } catch (const signature_missing &) {
        EXPECT_TRUE(is_missing);
    } catch (const signature_mismatch &) {
        EXPECT_FALSE(is_missing);
    }
    return false;
}

} // namespace

TEST(Vectors, Documents)
{
    run("documents", [](const json &item) {
        const voice_response response = document(item.at("verbs"));
        EXPECT_EQ(response.to_xml(), item.at("compact").get<std::string>());
        if (item.contains("follows")) {
            const auto found = response.follows();
            EXPECT_EQ(found ? json(to_string(*found)) : json(nullptr), item["follows"]);
        }
        if (item.contains("pretty")) {
            EXPECT_EQ(response.to_xml(true), item["pretty"].get<std::string>());
        }
    });
}

TEST(Vectors, Reading)
{
    run("reading", [](const json &item) {
        const voice_response response = voice_response::parse(input(item, "xml"));
        if (item.contains("first_refer")) {
            const auto found = response.first_refer();
            const json &wanted = item["first_refer"];
            ASSERT_EQ(found.has_value(), !wanted.is_null());
            if (found) {
                EXPECT_EQ(found->target.str(), wanted.at("sip").get<std::string>());
                EXPECT_EQ(found->action, maybe(wanted, "action"));
                EXPECT_EQ(found->method, maybe(wanted, "method"));
            }
        }
        if (const auto compact = maybe(item, "compact")) {
            EXPECT_EQ(response.to_xml(), *compact);
        }
    });
}

TEST(Vectors, Diagnostics)
{
    run("diagnostics", [](const json &item) {
        json found = json::array();
        const voice_response response =
            item.contains("verbs") ? document(item["verbs"]) : voice_response::parse(input(item, "xml"));
        for (const diagnostic &one : response.check())
            found.push_back({{"code", to_string(one.code)},
                             {"severity", to_string(one.severity)},
                             {"number", one.number ? json(*one.number) : json(nullptr)},
                             {"path", one.path},
                             {"message", one.message}});
        EXPECT_EQ(found, item.at("found"));
    });
}

TEST(Vectors, SipUris)
{
    run("sip-uris", [](const json &item) {
        if (item.contains("refer_to")) {
            const refer_target target = refer_target::parse(item["refer_to"].get<std::string>());
            EXPECT_EQ(json({to_string(target.kind), target.text}),
                      item.at("target"));
            return;
        }
        if (item.contains("build")) {
            const json &parts = item["build"];
            const auto user = maybe(parts, "user"), password = maybe(parts, "password");
            std::vector<std::pair<std::string, std::optional<std::string>>> params;
            for (const auto &param : parts.value("params", json::array()))
                params.emplace_back(param[0].get<std::string>(),
                                    param[1].is_null() ? std::nullopt
                                                       : std::optional(param[1].get<std::string>()));
            const sip_uri built =
                sip_uri::build(parts.at("host").get<std::string>(), user,
                               parts.value("port", std::int64_t{0}), "sip", password, params);
            EXPECT_EQ(built.str(), item.at("uri").get<std::string>());
            return;
        }
        sip_uri uri(input(item, "uri"));
        EXPECT_EQ(uri.str(), input(item, "uri"));
        if (item.contains("parts")) {
            const uri_parts parts = uri.parts();
            json params = json::array();
            for (const auto &[name, value] : uri.params())
                params.push_back({std::string(name), value ? json(std::string(*value)) : json(nullptr)});
            const auto part = [](std::optional<std::string_view> text) {
                return text ? json(std::string(*text)) : json(nullptr);
            };
            EXPECT_EQ(json({{"scheme", part(parts.scheme)},
                            {"user", part(parts.user)},
                            {"password", part(parts.password)},
                            {"host", part(parts.host)},
                            {"port", parts.port ? json(*parts.port) : json(nullptr)},
                            {"params", params},
                            {"headers", listed(uri.headers())}}),
                      item["parts"]);
        }
        if (item.contains("equivalent")) {
            EXPECT_EQ(uri.equivalent(sip_uri(item.at("other").get<std::string>())),
                      item["equivalent"].get<bool>());
        }
        if (item.contains("header")) {
            uri.add_header(item["header"][0].get<std::string>(), item["header"][1].get<std::string>());
            EXPECT_EQ(uri.str(), item.at("with_header").get<std::string>());
        }
    });
}

TEST(Vectors, UserToUser)
{
    run("user-to-user", [](const json &item) {
        if (item.contains("list")) {
            const auto list = item["list"].get<std::string>();
            const sip_uri uri = sip_uri("sip:alice@example.com").add_header("User-to-User", list);
            json values = json::array();
            for (const user_to_user &value : uri.user_to_users())
                values.push_back(value.str());
            EXPECT_EQ(values, item.at("values"));
            return;
        }
        if (item.contains("bytes_hex")) {
            EXPECT_EQ(user_to_user::from_bytes(input(item, "bytes")).str(),
                      item.at("value").get<std::string>());
            return;
        }
        const user_to_user value = user_to_user::parse(item.at("value").get<std::string>());
        EXPECT_EQ(value.str(), item["value"].get<std::string>());
        EXPECT_EQ(value.data(), item.at("data").get<std::string>());
        EXPECT_EQ(owned(value.encoding()), maybe(item, "encoding"));
        EXPECT_EQ(owned(value.purpose()), maybe(item, "purpose"));
        EXPECT_EQ(owned(value.content()), maybe(item, "content"));
    });
}

TEST(Vectors, Callbacks)
{
    run("callbacks", [](const json &item) {
        const voice_request request = voice_request::from_form(input(item, "form"));
        const auto outcome = request.outcome();
        const json &wanted = item.at("outcome");
        EXPECT_EQ(outcome.has_value(), request.refer().has_value());
        ASSERT_EQ(outcome.has_value(), !wanted.is_null());
        if (outcome) {
            EXPECT_EQ(to_string(outcome->kind), wanted.at("kind").get<std::string>());
            EXPECT_EQ(outcome->status_text, maybe(wanted, "status").value_or(""));
            EXPECT_TRUE(!outcome->status || outcome->status == call_status::other ||
                        to_string(*outcome->status) == outcome->status_text);
            EXPECT_EQ(outcome->code ? json(*outcome->code) : json(nullptr), wanted.at("code"));
        }
        if (wanted.contains("may_resume")) {
            EXPECT_EQ(request.may_resume(), wanted["may_resume"].get<bool>());
        }
        if (item.contains("leg")) {
            EXPECT_EQ(to_string(request.leg()), item["leg"].get<std::string>());
        }
        if (item.contains("params")) {
            EXPECT_EQ(listed(request.params()), item["params"]);
        }
        if (item.contains("sip_headers")) {
            EXPECT_EQ(listed(request.sip_headers()), item["sip_headers"]);
        }
        json odd = json::array();
        for (const diagnostic &one : request.diagnostics())
            odd.push_back({{"code", to_string(one.code)},
                           {"severity", to_string(one.severity)},
                           {"parameter", one.parameter},
                           {"message", one.message}});
        EXPECT_EQ(odd, item.value("diagnostics", json::array()));
    });
}

TEST(Vectors, Signatures)
{
    run("signatures", [](const json &item) {
        const request_validator validator = validator_of(item);
        const auto url = item.at("url").get<std::string>();
        const auto signature = maybe(item, "signature");
        const bool valid = item.at("valid").get<bool>();
        if (const auto raw = maybe(item, "raw_body")) {
            EXPECT_EQ(validator.validate_raw(url, *raw, signature), valid);
            const auto hashed = request_validator::url_with_body_sha256("https://example.com/a?b=c", *raw);
            EXPECT_TRUE(validator.validate_raw(hashed, *raw, validator.sign_raw(hashed, *raw)));
            return;
        }
        const params_in params = pairs(item, "params");
        const std::string form = params.empty() ? "" : voice_request::from_params(params).to_form();
        EXPECT_EQ(verified(item, [&] { return validator.verify_params(url, params, signature); }), valid);
        EXPECT_EQ(verified(item, [&] { return validator.verify(method_of(item), url, form, signature); }), valid);
        const auto tried = validator.explain(url, form);
        EXPECT_TRUE(!tried.empty() && tried.at(0).hashed.size() >= tried.at(0).url.size());
        const auto hints = validator.diagnose(method_of(item), url, form, signature);
        EXPECT_EQ(hints.empty(), valid);
        EXPECT_TRUE(hints.empty() || hints.at(0).message.size() > hints.at(0).kind.size());
        if (item.value("signs", false)) {
            EXPECT_EQ(validator.sign(url, params), signature);
        }
    });
}

TEST(Vectors, Requests)
{
    run("requests", [](const json &item) {
        const auto request = validator_of(item).verify(method_of(item), item.at("url").get<std::string>(),
                                                       input(item, "body"), maybe(item, "signature"));
        EXPECT_EQ(listed(request.params()), item.at("params"));
    });
}

TEST(Vectors, HttpRequests)
{
    run("http-requests", [](const json &item) {
        http_verifier verifier(validator_of(item), origin_of(item));
        verifier.allowed_methods(allowed_methods_of(item)).lost_question_mark(item.value("lost_question_mark", false));
        const auto method = item.at("method").get<std::string>(), target = item.at("target").get<std::string>();
        const auto body = input(item, "body");
        const params_in headers = pairs(item, "headers");
        if (item.contains("account_sid")) {
            EXPECT_EQ(claimed_account_sid(method, target, body), maybe(item, "account_sid"));
        }
        EXPECT_EQ(verifier.check_head(method, headers).status, item.value("head", 200));
        const auto answer = verifier.verify(method, target, headers, body);
        const bool accepted = item.at("status") == 200;
        EXPECT_EQ(answer.status, item["status"].get<int>());
        EXPECT_EQ(answer.allow, item.value("allow", ""));
        EXPECT_EQ(answer.request.has_value(), accepted);
        EXPECT_EQ(answer.reason.empty(), accepted);
        EXPECT_EQ(verifier.diagnose(method, target, headers, body).empty(), accepted);
        if (item.contains("params")) {
            EXPECT_EQ(listed(answer.request.value().params()), item["params"]);
        }
    });
}

TEST(Vectors, RawBodies)
{
    run("raw-bodies", [](const json &item) {
        const request_validator validator = validator_of(item);
        const auto url = item.at("url").get<std::string>(), body = input(item, "raw_body");
        const auto signature = item.at("signature").get<std::string>();
        const auto hashed = request_validator::url_with_body_sha256(url, body);
        EXPECT_EQ(hashed, item.at("url_with_hash").get<std::string>());
        EXPECT_EQ(validator.sign_raw(url, body), signature);
        EXPECT_TRUE(validator.validate_raw(hashed, body, signature));
        EXPECT_FALSE(validator.validate_raw(hashed, "another", signature));
    });
}

TEST(Vectors, Rest)
{
    run("rest", [](const json &item) {
        const auto url = maybe(item, "url"), method = maybe(item, "url_method"), base = maybe(item, "base");
        const auto account = item.at("account").get<std::string>();
        std::optional<voice_response> twiml;
        if (const auto xml = maybe(item, "twiml"))
            twiml = voice_response::parse(*xml);
        const instructions run = twiml ? instructions(*twiml)
                                       : instructions(url.value_or(""), method);
        const rest_request request =
            item.contains("call")
                ? call_update(account, item["call"].get<std::string>(), run, base)
                : call_create(account, sip_uri(item.at("to").get<std::string>()),
                              item.at("from").get<std::string>(), run, base);
        EXPECT_EQ(request.method, item.at("method").get<std::string>());
        EXPECT_EQ(request.url, item.at("request_url").get<std::string>());
        const voice_request form = voice_request::from_form(request.body);
        EXPECT_EQ(listed(form.params()), item.at("body"));
    });
}
