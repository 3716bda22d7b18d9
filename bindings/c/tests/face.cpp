// The C++ header: values, exceptions, and what they say.
#include <cstdio>
#include <string>
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
    } catch (const error &fault) {
        return std::string(fault.kind());
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
    } catch (const error &fault) {
        EXPECT(fault.kind() == "uri-white-space" && fault.offset() == 27U);
        EXPECT(fault.status() == TWR_STATUS_REFUSED && !fault.number() && !fault.line());
        EXPECT(std::string(fault.what()).find("write it as %20") != std::string::npos);
    }

    voice_response response;
    response.say("Connecting <you>.").refer(uri, "/handleRefer", "POST");
    response.append(element("Gather").attribute("numDigits", "1").append(element("Say", "1?")));
    const std::string xml = response.to_xml();
    EXPECT(xml.find("<Say>Connecting &lt;you&gt;.</Say><Refer action=\"/handleRefer\" method=\"POST\">") !=
           std::string::npos);
    EXPECT(voice_response::parse(xml).to_xml() == xml);
    EXPECT(response.check().at(0).code == "unreachable" && response.follows() == follows_kind::action);
    EXPECT(response.nodes().at(2).kind == node_kind::refer && response.nodes().at(3).depth == 1);
    EXPECT(response.nodes().at(3).attributes.at(0).first == "numDigits");
    EXPECT(throws<error>([&] { response.refer(uri, std::nullopt, "DELETE"); }));
    EXPECT(throws<error>([] { (void)voice_response::parse("<Response>"); }));
    EXPECT(voice_response().append(element("Say").add_text("x").add_comment("y")).hangup().to_xml() ==
           voice_response::parse("<Response><Say>x<!--y--></Say><Hangup/></Response>").to_xml());
    voice_response ended;
    ended.hangup();
    EXPECT(ended.to_xml() == voice_response().hangup().to_xml());
    try {
        (void)refer_callback::from_form("To=%FF");
        failures++;
    } catch (const error &fault) {
        EXPECT(fault.parameter() == "To" && fault.kind() == "request-not-utf8");
    }

    request_validator validator("12345");
    validator.public_base("https://voice.example.com");
    const std::string url = "http://10.0.0.7:8000/handleRefer";
    const std::string signature = validator.sign(url, {{"ReferCallStatus", "busy"}});
    const refer_callback callback = validator.verify(method::post, url, "ReferCallStatus=busy", signature);
    EXPECT(callback.outcome().kind == outcome_kind::target_failed && callback.outcome().status == "busy");
    EXPECT(callback.may_resume() && callback.params().size() == 1);
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(method::post, url, "a=b", signature); }));
    EXPECT(throws<signature_missing>([&] { (void)validator.verify(method::post, url, "a=b", std::nullopt); }));
    EXPECT(throws<signature_missing>([&] { (void)validator.verify(method::post, url, "a=b", ""); }));
    EXPECT(throws<signature_error>([&] { (void)validator.verify(method::post, url, "a=b", nullptr); }));
    EXPECT(callback.refer_call_status() == "busy" && !callback.refer_sip_response_code());
    const refer_callback whole =
        refer_callback::from_form("ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=480");
    EXPECT(whole.refer_sip_response_code() == 202 && whole.notify_sip_response_code() == 480);

    // Made in one go: the second secret, the other hash, a URL that was written anew.
    const request_validator chained = request_validator("other").add_secret("12345").public_base("https://a.example");
    const refer_callback rotated = chained.verify_params("/", {}, request_validator("12345").sign("https://a.example/"));
    EXPECT(rotated.params().empty());
    const request_validator hashed = request_validator("12345").algorithm(hash_algorithm::sha256).max_body_bytes(3);
    EXPECT(throws<request_too_large>([&] { (void)hashed.verify(method::post, url, "a=12", nullptr); }));
    EXPECT(hashed.sign(url) != request_validator("12345").sign(url) && hashed.sign(url).size() == 44);
    const std::string quoted = request_validator("12345").sign("https://a.example/?a=%27");
    request_validator lenient("12345");
    EXPECT(throws<signature_mismatch>([&] { (void)lenient.verify(method::post, "https://a.example/?a='", "", quoted); }));
    lenient.accept_encoded_spellings(true);
    (void)lenient.verify(method::post, "https://a.example/?a='", "", quoted);
    (void)request_validator("12345").accept_encoded_spellings(true).verify(method::get, "https://a.example/?a='", "",
                                                                           quoted);

    // A signed POST recast as a GET, and a signed GET recast as a POST.
    const char *said = "/handleRefer?a=bSpeechResult&Digits=1";
    const std::string post = validator.sign("/handleRefer?a=b", {{"SpeechResult", "&Digits=1"}});
    const std::string get = validator.sign("/handleRefer?A=Digits1");
    const refer_callback empty = validator.verify(method::post, said, "", post);
    EXPECT(empty.params().empty());
    const refer_callback queried = validator.verify(method::get, "/handleRefer?A=Digits1", "", get);
    EXPECT(queried.param("A") == "Digits1");
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(method::get, "/handleRefer?A=", "Digits=1", get); }));
    // The size is judged before the signature.
    const std::string large(65537, 'x');
    EXPECT(throws<request_too_large>([&] { (void)validator.verify(method::post, url, large, nullptr); }));
    EXPECT(throws<request_too_large>([&] { (void)refer_callback::from_form(large); }));
    // Numbers that are out of range have the kind of their place.
    EXPECT(kind([] { (void)sip_uri::build("b", {}, 70000); }) == "uri-port-invalid");
    EXPECT(kind([] { (void)sip_uri::build("b", {}, -1); }) == "uri-port-invalid");
    EXPECT(kind([&] { validator.max_body_bytes(-1); }) == "request-limit-invalid");
    EXPECT(kind([] { (void)transfer_settings().notify_timeout(std::chrono::milliseconds(-1)); }) == "setting-invalid");
    EXPECT(kind([] { (void)transfer_settings().max_duration(std::chrono::hours(48)); }) == "setting-invalid");
    EXPECT(kind([] { (void)transfer_settings().status(70000, "busy"); }) == "setting-invalid");
    EXPECT(kind([] { request_validator(""); }) == "secret-empty");
    EXPECT(kind([&] { validator.add_secret(""); }) == "secret-empty");

    transfer verb(uri);
    verb.start(1, 0);
    EXPECT(verb.poll()->kind == output_kind::send_refer && !verb.poll());
    verb.response(202, 50);
    EXPECT(verb.deadline() == 32050U);
    transfer again = transfer::restore(verb.save());
    again.notify("refer;id=1", 1, "terminated", "SIP/2.0 486 Busy Here\r\n", 9500);
    EXPECT(again.poll()->code == 200);
    const auto completed = again.poll();
    EXPECT(completed && completed->outcome == outcome_kind::target_failed);
    EXPECT(again.state() == "completed" && !again.deadline() && verb.state() == "subscribed");
    EXPECT(throws<error>([&] { again.start(2, 9600); }));
    EXPECT(kind([&] { transfer(uri).start(-1, 0); }) == "cseq-invalid");

    using std::chrono::milliseconds;
    transfer refused(uri, transfer_settings()
                              .response_timeout(milliseconds(300))
                              .notify_timeout(milliseconds(400))
                              .subscription(milliseconds(500))
                              .hang_up_grace(milliseconds(600))
                              .omit_rejected_status(true));
    refused.start(1, 0);
    EXPECT(refused.deadline() == 300U);
    refused.response(405, 0);
    EXPECT(refused.poll()->kind == output_kind::send_refer && !refused.poll()->refer_call_status);

    transfer odd(uri, transfer_settings().max_duration(std::chrono::seconds(2)));
    odd.response(65736, 0);
    const auto found = odd.poll();
    EXPECT(found && found->kind == output_kind::diagnostic && found->diagnostic->severity == severity_kind::warning);
    EXPECT(found->diagnostic->code == "response-code-invalid" && !found->diagnostic->message.empty());
    odd.hang_up(0);
    EXPECT(odd.poll()->diagnostic->code == "event-unexpected" && !odd.poll());
    odd.start(1, 0);
    odd.response(200, 0);
    odd.notify("refer", 1, "active;expires=4294967295", "SIP/2.0 180 Ringing\r\n", 10);
    EXPECT(odd.deadline() == 2000U);

    const sip_uri several("sip:a@b?User-to-User=61%3Bencoding%3Dhex%2C62&User-to-User=63");
    EXPECT(several.user_to_users().size() == 3 && several.user_to_users().at(1).str() == "62");
    const sip_uri unreadable("sip:a@b?User-to-User=61%2C%3B");
    EXPECT(kind([&] { (void)unreadable.user_to_users(); }) == "uui-data-empty");
    EXPECT(unreadable.check().at(0).code == "uui-invalid");
    return failures ? 1 : 0;
}
