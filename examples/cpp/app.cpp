// The transfer app as an HTTP server: a caller chooses, is transferred, and is offered something else
// if that fails.
//
//     c++ -std=c++17 app.cpp -o app $(pkg-config --cflags --libs twiml_refer cpp-httplib)
//     TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com ./app 8000
//
// PUBLIC_BASE is how Twilio reaches the app, whatever proxies are in between: scheme, host, port, and the path
// prefix that a gateway strips. The server is Debian's libcpp-httplib-dev; twiml_refer_httplib.hpp verifies each request.
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "twiml_refer_httplib.hpp"

using namespace twiml_refer;

static voice_response welcome()
{
    voice_response response;
    response.append(element("Gather")
                        .attribute("numDigits", "1")
                        .attribute("action", "/choice")
                        .append(element("Say", "Press 1 to talk to sales.")));
    response.say("Goodbye.");
    return response;
}

static voice_response chosen(const voice_request &request)
{
    voice_response response;
    if (request.param("Digits") != "1") {
        response.redirect("/voice");
        return response;
    }
    response.say("I will connect you.");
    response.refer(sip_uri("sip:sales@example.com").add_header("X-Choice", "sales"), "/transferred");
    return response;
}

static voice_response transferred(const voice_request &request)
{
    voice_response response;
    const auto outcome = request.outcome();
    switch (outcome ? outcome->kind : outcome_kind::unknown) {
    case outcome_kind::transferred:
    case outcome_kind::canceled: response.hangup(); break;
    case outcome_kind::target_failed:
        response.append(
            element("Gather")
                .attribute("numDigits", "1")
                .attribute("action", "/choice")
                .append(element("Say", outcome->status == call_status::busy ? "They are busy. Press 1 to try again."
                                                                             : "No answer. Press 1 to try again.")));
        response.say("Goodbye.");
        break;
    case outcome_kind::rejected:
        response.say("Your phone cannot be transferred. Please call sales yourself.");
        break;
    case outcome_kind::unconfirmed:
    case outcome_kind::unknown: response.say("We do not know whether that worked. Goodbye.");
    }
    return response;
}

static int run(const char *port, const request_validator &validator)
{
    httplib::Server server;
    httplib_routes twilio(server, validator);
    const auto route = [&](const char *path, std::function<voice_response(const voice_request &)> answer) {
        twilio.post(path, [answer](const voice_request &request, const httplib::Request &, httplib::Response &reply) {
            reply.set_content(answer(request).to_xml(), "text/xml");
        });
    };
    route("/voice", [](const voice_request &) { return welcome(); });
    route("/choice", chosen);
    route("/transferred", transferred);
    return server.listen("127.0.0.1", std::atoi(port)) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fputs("usage: TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com app PORT\n", stderr);
        return 2;
    }
    try {
        // One that is not set is refused here, not at the first call.
        request_validator validator(std::getenv("TWILIO_AUTH_TOKEN"));
        validator.public_base(std::getenv("PUBLIC_BASE"));
        return run(argv[1], validator);
    } catch (const error &why) {
        std::fprintf(stderr, "app: %s\n", why.what());
        return 2;
    }
}
