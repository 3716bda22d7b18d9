// The transfer app as an HTTP server: a caller chooses, is transferred, and is offered something else
// if that fails.
//
//     c++ -std=c++17 app.cpp -o app $(pkg-config --cflags --libs twiml_refer cpp-httplib)
//     TWILIO_AUTH_TOKEN=… ./app 8000
//
// Behind a proxy say in PUBLIC_BASE by which scheme, host and port the platform reaches the app. The
// server is Debian's libcpp-httplib-dev.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

#include <httplib.h>
#include <twiml_refer.hpp>

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

static voice_response chosen(const refer_callback &request)
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

static voice_response transferred(const refer_callback &callback)
{
    voice_response response;
    const refer_outcome outcome = callback.outcome();
    switch (outcome.kind) {
    case outcome_kind::transferred:
    case outcome_kind::canceled: response.hangup(); break;
    case outcome_kind::target_failed:
        response.append(
            element("Gather")
                .attribute("numDigits", "1")
                .attribute("action", "/choice")
                .append(element("Say", outcome.status == "busy" ? "They are busy. Press 1 to try again."
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

int main(int argc, char **argv)
{
    const char *token = std::getenv("TWILIO_AUTH_TOKEN");
    if (argc != 2 || !token) {
        std::fputs("usage: TWILIO_AUTH_TOKEN=… app PORT\n", stderr);
        return 2;
    }
    request_validator validator(token);
    if (const char *base = std::getenv("PUBLIC_BASE"))
        validator.public_base(base);

    httplib::Server server;
    const auto serve = [&](const char *path, std::function<voice_response(const refer_callback &)> answer) {
        server.Post(path, [&validator, answer](const httplib::Request &request, httplib::Response &reply) {
            const std::string url = "http://" + request.get_header_value("Host") + request.target;
            try {
                const auto callback =
                    validator.verify(url, request.body, request.get_header_value("X-Twilio-Signature"));
                reply.set_content(answer(callback).to_xml(), "text/xml");
            } catch (const signature_mismatch &) {
                reply.status = 403;
            } catch (const callback_error &fault) {
                reply.status = 400;
                reply.set_content(fault.what(), "text/plain");
            }
        });
    };
    serve("/voice", [](const refer_callback &) { return welcome(); });
    serve("/choice", chosen);
    serve("/transferred", transferred);
    return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
