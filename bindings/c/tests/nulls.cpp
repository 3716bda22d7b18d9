// Every function that takes text, called with a null C string: it is absent, or empty where text must be. And
// all that text may be.
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <twiml_refer.hpp>

using namespace twiml_refer;

static int failures;

#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            failures++; \
            std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
        } \
    } while (0)

/// The kind of what is thrown; empty if nothing is.
template <typename Call> static std::string refused(Call call)
{
    try {
        (void)call();
    } catch (const error &why) {
        return std::string(to_string(why.kind().value()));
    }
    return "";
}

static const char *const none = nullptr;

static void uris()
{
    sip_uri uri("sip:a@b");
    EXPECT(refused([] { return sip_uri(none); }) == "uri-empty");
    EXPECT(refused([] { return sip_uri(nullptr); }) == "uri-empty");
    EXPECT(refused([] { return sip_uri::build(none); }) == refused([] { return sip_uri::build(""); }));
    EXPECT(sip_uri::build("b", none, 0, none, none) == sip_uri("sip:b"));
    EXPECT(refused([&] { return uri.add_header(none, "1"); }) == refused([&] { return uri.add_header("", "1"); }));
    EXPECT(uri.add_header("X-A", none).str() == "sip:a@b?X-A=");
    EXPECT(!uri.header(none));
    EXPECT(refused([&] { return uri.add_user_to_user(none); }) == refused([&] { return uri.add_user_to_user(""); }));
    EXPECT(refused([] { return user_to_user::parse(none); }) == refused([] { return user_to_user::parse(""); }));
    EXPECT(refused([] { return user_to_user::from_bytes(none); }) ==
           refused([] { return user_to_user::from_bytes(""); }));
    EXPECT(refer_target::parse(none).kind == target_kind::other && refer_target::parse(none).text.empty());
    EXPECT(escape_header(none).empty());
}

static void documents()
{
    EXPECT(refused([] { return element(none); }) == refused([] { return element(""); }));
    element verb("Say", none);
    EXPECT(refused([&] { return &verb.attribute(none, "1"); }) == refused([&] { return &verb.attribute("", "1"); }));
    verb.attribute("a", none).add_text(none).add_comment(none);
    voice_response response;
    response.append(std::move(verb));
    EXPECT(response.to_xml().find("<Say a=\"\"><!----></Say>") != std::string::npos);
    EXPECT(refused([] { return voice_response::parse(none); }) == refused([] { return voice_response::parse(""); }));
    EXPECT(voice_response().say(none).play(none).redirect(none).add("Hangup", none).to_xml() ==
           voice_response().say("").play("").redirect("").add("Hangup", "").to_xml());
    EXPECT(refused([] { return voice_response().add(none, "x"); }) ==
           refused([] { return voice_response().add("", "x"); }));
    EXPECT(refused([] { return voice_response().refer(none); }) == "uri-empty");
    EXPECT(voice_response().refer("sip:a@b", none, none).to_xml() == voice_response().refer("sip:a@b").to_xml());
    EXPECT(voice_response().refer(sip_uri("sip:a@b"), none, none).to_xml() ==
           voice_response().refer("sip:a@b", std::nullopt, {}).to_xml());
}

static void rest()
{
    const std::string account = "AC00000000000000000000000000000000", call = "CA00000000000000000000000000000000";
    const sip_uri to("sip:a@b");
    EXPECT(refused([&] { return call_update(none, call, "https://example.com"); }) ==
           refused([&] { return call_update("", call, "https://example.com"); }));
    EXPECT(refused([&] { return call_update(account, none, "https://example.com"); }) ==
           refused([&] { return call_update(account, "", "https://example.com"); }));
    EXPECT(refused([&] { return call_update(account, call, none); }) ==
           refused([&] { return call_update(account, call, ""); }));
    EXPECT(call_update(account, call, instructions("https://example.com", none), none).body ==
           call_update(account, call, "https://example.com").body);
    EXPECT(refused([&] { return call_create(none, to, "+1", "https://example.com"); }) ==
           refused([&] { return call_create("", to, "+1", "https://example.com"); }));
    EXPECT(refused([&] { return call_create(account, to, none, "https://example.com"); }) ==
           refused([&] { return call_create(account, to, "", "https://example.com"); }));
    EXPECT(call_create(account, to, "+15550100", instructions("https://example.com", none), none).body ==
           call_create(account, to, "+15550100", "https://example.com").body);
}

static void webhooks()
{
    request_validator validator("12345");
    EXPECT(refused([] { return request_validator(none); }) == "auth-token-empty");
    EXPECT(refused([&] { return &validator.add_auth_token(none); }) == "auth-token-empty");
    const std::string url = "https://voice.example.com/";
    EXPECT(refused([&] { return &validator.public_base(none); }) == refused([&] { return &validator.public_base(""); }));
    const voice_request request = voice_request::from_form(none);
    EXPECT(request.params().empty() && !request.param(none));
    EXPECT(validator.sign(none) == validator.sign("") && validator.sign_raw(none, none) == validator.sign_raw("", ""));
    EXPECT(request_validator::url_with_body_sha256(none, none) == request_validator::url_with_body_sha256("", ""));
    EXPECT(validator.explain(none, none).size() == validator.explain("", "").size());
    EXPECT(!validator.diagnose(method::post, none, none, none).empty());
    EXPECT(refused([&] { return validator.verify(method::post, url, "a=b", none); }) == "signature-missing");
    EXPECT(refused([&] { return validator.verify_params(url, {}, none); }) == "signature-missing");
    EXPECT(refused([&] { return validator.verify(method::get, none, none, "x"); }) == "signature-mismatch");
    EXPECT(refused([&] { return validator.verify_params(none, {}, "x"); }) == "signature-mismatch");
    EXPECT(!validator.validate_raw(none, none, none) && !validator.validate_raw(url, "", none));
    const http_verifier http(validator, origin_kind::host_https);
    const params_in headers;
    EXPECT(http.check_head(none, headers).status == 405 && http.verify(none, none, headers, none).status == 405);
    EXPECT(http.verify("POST", none, headers, none).status == 403 && !http.diagnose("POST", none, headers, none).empty());
    EXPECT(!claimed_account_sid(none, none, none));
    EXPECT(signed_request::make(validator, std::nullopt, none).url.empty());
}

static void transfers()
{
    EXPECT(refused([] { return transfer::restore(none); }) == refused([] { return transfer::restore(""); }));
    EXPECT(refused([] { return transfer_settings().status(486, none); }) ==
           refused([] { return transfer_settings().status(486, ""); }));
    transfer verb(sip_uri("sip:a@b"));
    using std::chrono::milliseconds;
    verb.start(1, milliseconds(0));
    while (verb.poll())
        ;
    verb.notify({1, none, none, none}, milliseconds(1));
    EXPECT(verb.poll()->code == 489);
    verb.notify({2, "refer", none, none}, milliseconds(2));
    EXPECT(verb.poll()->code == 400);
}

/// All that is text goes in as it is.
static void kinds_of_text()
{
    const std::string owned = "sip:a@b";
    const std::string_view view = owned;
    char array[] = "sip:a@b";
    char *pointer = array;
    EXPECT(sip_uri(owned) == sip_uri(view) && sip_uri(array) == sip_uri(pointer) && sip_uri(array) == sip_uri("sip:a@b"));
    EXPECT(sip_uri(owned) == sip_uri(std::optional<std::string>(owned)));
    EXPECT(sip_uri(owned) == sip_uri(std::optional<std::string_view>(view)));
    EXPECT(sip_uri::build("b", std::optional<std::string>()) == sip_uri("sip:b"));
    EXPECT(sip_uri::build("b", std::optional<const char *>(none)) == sip_uri("sip:b"));
    EXPECT(sip_uri::build("b", std::nullopt) == sip_uri("sip:b") && sip_uri::build("b", {}) == sip_uri("sip:b"));
    EXPECT(escape_header(std::string("a\0b", 3)) == "a%00b");
    // An empty view is text, wherever it points.
    EXPECT(static_cast<twr_str>(text_in(std::string_view())).ptr && static_cast<twr_str>(text_in("")).ptr);
    EXPECT(!static_cast<twr_str>(text_in(none)).ptr && !static_cast<twr_str>(text_in()).ptr);
}

int main()
{
    uris();
    documents();
    rest();
    webhooks();
    transfers();
    kinds_of_text();
    return failures ? 1 : 0;
}
