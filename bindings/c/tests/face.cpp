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

int main()
{
    sip_uri uri("sip:alice@example.com");
    uri.add_header("X-Reason", "billing question");
    const sip_uri copy = uri;
    EXPECT(copy == uri && copy.str() == "sip:alice@example.com?X-Reason=billing%20question");
    EXPECT(copy.header("x-reason") == "billing question" && !copy.header("X-None"));
    EXPECT(copy.refer_to() == "<sip:alice@example.com?X-Reason=billing%20question>");
    EXPECT(copy.check().empty());
    try {
        sip_uri wrong("sip:alice@example.com?X-A=a b");
        failures++;
    } catch (const error &fault) {
        EXPECT(fault.kind() == "uri-white-space" && fault.offset() == 27U);
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

    request_validator validator("12345");
    validator.public_base("https://voice.example.com");
    const std::string url = "http://10.0.0.7:8000/handleRefer";
    const std::string signature = validator.sign(url, {{"ReferCallStatus", "busy"}});
    const refer_callback callback = validator.verify(url, "ReferCallStatus=busy", signature);
    EXPECT(callback.outcome().kind == outcome_kind::target_failed && callback.outcome().status == "busy");
    EXPECT(callback.outcome().may_resume && callback.params().size() == 1);
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(url, "a=b", signature); }));
    EXPECT(throws<signature_mismatch>([&] { (void)validator.verify(url, "a=b", std::nullopt); }));

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
    return failures ? 1 : 0;
}
