// The C++ header: values, exceptions, and what they say.
#include <cstdio>
#include <map>
#include <string>
#include <vector>
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

template <typename Thrown, typename Call> static bool throws(Call call)
{
    try {
        call();
    } catch (const Thrown &) {
        return true;
    }
    return false;
}

template <typename Call> static std::string kind(Call call)
{
    try {
        call();
    } catch (const error &why) {
        return std::string(to_string(why.kind().value()));
    }
    return "";
}

int main()
{
    sip_uri uri("sip:alice@example.com");
    uri.add_header("X-Reason", "billing question");
    const sip_uri copy = uri;
    EXPECT(copy == uri && copy.str() == "sip:alice@example.com?X-Reason=billing%20question");
    EXPECT(copy.header("x-reason") == "billing question" && !copy.header("X-None"));
    EXPECT(copy.refer_to() == "<sip:alice@example.com?X-Reason=billing%20question>");
    EXPECT(copy.check().empty());
    sip_uri other("sip:b");
    EXPECT(other != copy && !(other == copy));
    other = copy;
    EXPECT(other == copy && sip_uri("sip:b").add_user_to_user("x") == sip_uri("sip:b?User-to-User=78%3Bencoding%3Dhex"));
    try {
        sip_uri wrong("sip:alice@example.com?X-A=a b");
        failures++;
    } catch (const error &why) {
        EXPECT(why.kind() == error_kind::uri_white_space && why.offset() == 27U);
        EXPECT(why.group() == error_group::sip_uri && to_string(*why.group()) == "sip-uri");
        EXPECT(why.status() == status_kind::refused && !why.number() && !why.line() && !why.column());
        EXPECT(to_string(why.status()) == "refused");
        EXPECT(std::string(why.what()).find("write it as %20") != std::string::npos);
    }

    voice_response response;
    response.say("Connecting <you>.").refer(uri, "/handleRefer", "POST");
    response.append(element("Gather").attribute("numDigits", "1").append(element("Say", "1?")));
    const std::string xml = response.to_xml();
    EXPECT(xml.find("<Say>Connecting &lt;you&gt;.</Say><Refer action=\"/handleRefer\" method=\"POST\">") !=
           std::string::npos);
    EXPECT(voice_response::parse(xml).to_xml() == xml);
    EXPECT(response.check().at(0).code == diagnostic_code::unreachable && response.follows() == follows_kind::action);
    const std::vector<node> nodes = response.nodes();
    EXPECT(nodes.at(2).name == "Refer" && nodes.at(2).attributes.at(0).second == "/handleRefer");
    EXPECT(nodes.at(3).name == "Sip" && nodes.at(3).depth == 2 && nodes.at(4).kind == node_kind::text);
    EXPECT(nodes.at(4).text == uri.str() && nodes.at(5).attributes.at(0).first == "numDigits");
    // Copies live by themselves.
    voice_response second = response;
    second.pause(std::chrono::seconds(2)).hangup();
    EXPECT(response.to_xml() == xml && second.to_xml().find("<Pause length=\"2\"/>") != std::string::npos);
    second = voice_response().pause(std::chrono::minutes(1));
    EXPECT(second.nodes().size() == 1 && second.nodes().at(0).attributes.at(0).second == "60");
    element prompt("Say", "a"), same = prompt;
    same.add_text("b");
    EXPECT(voice_response().append(prompt).to_xml() != voice_response().append(same).to_xml());
    prompt = same;
    EXPECT(voice_response().append(prompt).to_xml() == voice_response().append(same).to_xml());
    EXPECT(throws<error>([&] { response.refer(uri, std::nullopt, "DELETE"); }));
    EXPECT(throws<error>([] { (void)voice_response::parse("<Response>"); }));
    EXPECT(voice_response().append(element("Say").add_text("x").add_comment("y")).hangup().to_xml() ==
           voice_response::parse("<Response><Say>x<!--y--></Say><Hangup/></Response>").to_xml());
    voice_response ended;
    ended.hangup();
    EXPECT(ended.to_xml() == voice_response().hangup().to_xml());
    try {
        (void)voice_request::from_form("To=%FF");
        failures++;
    } catch (const error &why) {
        EXPECT(why.parameter() == "To" && why.kind() == error_kind::request_not_utf8);
    }

    request_validator validator("12345");
    validator.public_base("https://voice.example.com");
    const std::string url = "http://10.0.0.7:8000/handleRefer";
    const std::string signature = validator.sign(url, {{"ReferCallStatus", "busy"}});
    const voice_request request = validator.verify(method::post, url, "ReferCallStatus=busy", signature);
    EXPECT(request.outcome()->kind == outcome_kind::target_failed && request.outcome()->status == call_status::busy);
    EXPECT(request.may_resume() && request.params().size() == 1);
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(method::post, url, "a=b", signature); }));
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(method::post, url, "a=b", "\xff"); }));
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(method::post, "\xff", "a=b", signature); }));
    EXPECT(throws<signature_missing>([&] { (void)validator.verify(method::post, url, "a=b", std::nullopt); }));
    EXPECT(throws<signature_missing>([&] { (void)validator.verify(method::post, url, "a=b", ""); }));
    EXPECT(throws<signature_error>([&] { (void)validator.verify(method::post, url, "a=b", nullptr); }));
    const refer_report report = request.refer().value();
    EXPECT(report.status == call_status::busy && report.status_text == "busy" && !report.refer_sip_response_code);
    EXPECT(report.form == "ReferCallStatus=busy" && report.outcome.explanation.find("busy") != std::string::npos);
    EXPECT(to_string(call_status::no_answer) == "no-answer" && to_string(call_status::other).empty());
    const voice_request none = voice_request::from_query("CallSid=1");
    EXPECT(!none.refer() && !none.outcome() && none.leg() == leg_kind::unknown && none.diagnostics().empty());
    const voice_request odd = voice_request::from_form("ReferSipResponseCode=x");
    EXPECT(odd.diagnostics().at(0).parameter == "ReferSipResponseCode");
    // What HTTP libraries give: multimaps, and bytes that are not a string.
    const std::multimap<std::string, std::string> decoded = {{"ReferCallStatus", "busy"}};
    EXPECT(validator.verify_params(url, decoded, signature).to_form() == request.to_form());
    EXPECT(voice_request::from_params(decoded).to_form() == report.form && validator.sign(url, decoded) == signature);
    const std::vector<unsigned char> bytes(report.form.begin(), report.form.end());
    EXPECT(validator.verify(method::post, url, bytes, signature).to_form() == report.form);
    EXPECT(version() == TWR_VERSION);
    const voice_request whole =
        voice_request::from_form("ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=480");
    EXPECT(whole.refer()->refer_sip_response_code == 202 && whole.refer()->notify_sip_response_code == 480);

    // Made in one go: the second auth token, the other hash, a URL that was written anew.
    const request_validator chained = request_validator("other").add_auth_token("12345").public_base("https://a.example");
    const voice_request rotated = chained.verify_params("/", {}, request_validator("12345").sign("https://a.example/"));
    EXPECT(rotated.params().empty());
    const request_validator hashed = request_validator("12345").algorithm(hash_algorithm::sha256).max_body_bytes(3);
    EXPECT(throws<request_too_large>([&] { (void)hashed.verify(method::post, url, "a=12", nullptr); }));
    EXPECT(hashed.sign(url) != request_validator("12345").sign(url) && hashed.sign(url).size() == 44);
    const std::string quoted = request_validator("12345").sign("https://a.example/?a=%27");
    request_validator lenient("12345");
    EXPECT(throws<signature_mismatch>([&] { (void)lenient.verify(method::post, "https://a.example/?a='", "", quoted); }));
    lenient.encoded_spellings(true);
    (void)lenient.verify(method::post, "https://a.example/?a='", "", quoted);
    (void)request_validator("12345").encoded_spellings(true).verify(method::get, "https://a.example/?a='", "",
                                                                           quoted);

    // As an HTTP server has them.
    const http_verifier http = http_verifier(validator).allowed_methods(allowed_methods::get_and_post).lost_question_mark(true);
    const auto busy = signed_request::make(validator, scenario_kind::target_failed, "/a", decoded);
    const std::multimap<std::string, std::string> headers = {{"x-twilio-signature", busy.signature}};
    const http_answer accepted = http.verify(busy.method, busy.url, headers, busy.body);
    EXPECT(accepted.status == 200 && accepted.request->outcome()->status == call_status::busy && http.max_body_bytes() == 65536);
    const http_answer refused_method = http.check_head("PUT", headers);
    EXPECT(refused_method.status == 405 && refused_method.allow == "GET, POST" && !refused_method.reason.empty());
    const http_verifier gets = http_verifier(validator).allowed_methods(allowed_methods::get);
    EXPECT(gets.check_head("GET", headers).status == 200 && gets.check_head("POST", headers).allow == "GET");
    EXPECT(http.diagnose("POST", "/b", headers, busy.body).find("403 to POST /b: ") == 0 && http.get());
    EXPECT(claimed_account_sid("POST", "/a", busy.body)->size() == 34);
    EXPECT(kind([] { (void)http_verifier(request_validator("12345")); }) == "public-base-missing");

    // A signed POST recast as a GET, and a signed GET recast as a POST.
    const char *said = "/handleRefer?a=bSpeechResult&Digits=1";
    const std::string post = validator.sign("/handleRefer?a=b", {{"SpeechResult", "&Digits=1"}});
    const std::string get = validator.sign("/handleRefer?A=Digits1");
    const voice_request empty = validator.verify(method::post, said, "", post);
    EXPECT(empty.params().empty());
    const voice_request queried = validator.verify(method::get, "/handleRefer?A=Digits1", "", get);
    EXPECT(queried.param("A") == "Digits1");
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(method::get, "/handleRefer?A=", "Digits=1", get); }));
    // The size is judged before the signature.
    const std::string large(65537, 'x');
    EXPECT(throws<request_too_large>([&] { (void)validator.verify(method::post, url, large, nullptr); }));
    EXPECT(throws<request_too_large>([&] { (void)voice_request::from_form(large); }));
    // Numbers that are out of range have the kind of their place.
    EXPECT(kind([] { (void)sip_uri::build("b", {}, 70000); }) == "uri-port-invalid");
    EXPECT(kind([] { (void)sip_uri::build("b", {}, -1); }) == "uri-port-invalid");
    EXPECT(kind([&] { validator.max_body_bytes(-1); }) == "request-limit-invalid");
    EXPECT(kind([] { (void)transfer_settings().notify_timeout(std::chrono::milliseconds(-1)); }) == "setting-invalid");
    EXPECT(kind([] { (void)transfer_settings().max_duration(std::chrono::hours(48)); }) == "setting-invalid");
    EXPECT(kind([] { (void)transfer_settings().status(70000, "busy"); }) == "setting-invalid");
    EXPECT(kind([] { request_validator(""); }) == "auth-token-empty");
    EXPECT(kind([&] { validator.add_auth_token(""); }) == "auth-token-empty");

    using std::chrono::milliseconds;
    transfer verb(uri);
    verb.start(1, milliseconds(0));
    EXPECT(verb.poll()->kind == output_kind::send_refer && !verb.poll());
    verb.response(202, milliseconds(50));
    EXPECT(verb.deadline() == milliseconds(32050));
    transfer again = transfer::restore(verb.save());
    EXPECT(!again.report());
    again.notify({1, "refer;id=1", "terminated", "SIP/2.0 486 Busy Here\r\n"}, milliseconds(9500));
    EXPECT(again.poll()->code == 200);
    const auto completed = again.poll();
    EXPECT(completed && completed->kind == output_kind::completed && to_string(completed->kind) == "completed");
    EXPECT(again.report()->outcome.kind == outcome_kind::target_failed && again.report()->status == call_status::busy);
    EXPECT(to_string(again.report()->outcome.kind) == "target-failed");
    EXPECT(again.state() == transfer_state::completed && to_string(again.state()) == "completed");
    EXPECT(!again.deadline() && verb.state() == transfer_state::subscribed);
    EXPECT(throws<error>([&] { again.start(2, milliseconds(9600)); }));
    EXPECT(kind([&] { transfer(uri).start(-2, milliseconds(0)); }) == "cseq-invalid");
    // A time is of any clock and any unit; what is past the millisecond is cut.
    transfer clocked(uri);
    const auto now = std::chrono::system_clock::now();
    clocked.start(1, now);
    EXPECT(*clocked.deadline() == std::chrono::floor<milliseconds>(now.time_since_epoch()) + std::chrono::seconds(32));
    EXPECT(instant(std::chrono::microseconds(1999)).ms() == 1 && instant(std::chrono::seconds(-1)).ms() == 0);

    transfer refused(uri, transfer_settings()
                              .response_timeout(milliseconds(300))
                              .notify_timeout(milliseconds(400))
                              .subscription(milliseconds(500))
                              .hang_up_grace(milliseconds(600))
                              .rejected_status_omitted(true));
    refused.start(1, milliseconds(0));
    EXPECT(refused.deadline() == milliseconds(300));
    refused.response(405, milliseconds(0));
    EXPECT(refused.poll()->kind == output_kind::send_refer && !refused.report()->status);

    transfer late(uri, transfer_settings().max_duration(std::chrono::seconds(2)));
    late.response(65736, milliseconds(0));
    const auto found = late.poll();
    EXPECT(found && found->kind == output_kind::diagnostic && found->diagnostic->severity == severity_kind::warning);
    EXPECT(found->diagnostic->code == diagnostic_code::response_code_invalid && !found->diagnostic->message.empty());
    late.hang_up(milliseconds(0));
    EXPECT(late.poll()->diagnostic->code == diagnostic_code::event_unexpected && !late.poll());
    late.start(1, milliseconds(0));
    late.response(200, milliseconds(0));
    late.notify({1, "refer", "active;expires=4294967295", "SIP/2.0 180 Ringing\r\n"}, milliseconds(10));
    EXPECT(late.deadline() == milliseconds(2000));

    const sip_uri several("sip:a@b?User-to-User=61%3Bencoding%3Dhex%2C62&User-to-User=63");
    EXPECT(several.user_to_users().size() == 3 && several.user_to_users().at(1).str() == "62");
    const sip_uri unreadable("sip:a@b?User-to-User=61%2C%3B");
    EXPECT(kind([&] { (void)unreadable.user_to_users(); }) == "uui-data-empty");
    EXPECT(unreadable.check().at(0).code == diagnostic_code::uui_invalid);
    return failures ? 1 : 0;
}
