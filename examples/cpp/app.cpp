// The transfer app as an HTTP server: a caller chooses, is transferred, and is offered something else
// if that fails.
//
//     c++ -std=c++17 app.cpp -o app $(pkg-config --cflags --libs twiml_refer cpp-httplib)
//     TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com ./app 8000
//
// PUBLIC_BASE is how Twilio reaches the app, whatever proxies are in between: scheme, host, port, and the path
// prefix that a gateway strips. The server is Debian's libcpp-httplib-dev.
#include <algorithm>
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

// The body of a request, and of one that is too large a byte more than verify takes: the rest is never read.
static std::string body_of(const httplib::Request &request, const httplib::ContentReader &read)
{
    constexpr std::size_t most = 64 * 1024 + 1;
    std::string body;
    // Nothing that Twilio sends is multipart, and the server would hand it over in parts.
    if (!request.is_multipart_form_data())
        read([&](const char *data, std::size_t length) {
            body.append(data, std::min(length, most - body.size()));
            return body.size() < most;
        });
    return body;
}

static int run(const char *port, const request_validator &validator)
{
    httplib::Server server;
    const auto serve = [&](const char *path, std::function<voice_response(const voice_request &)> answer) {
        server.Post(path, [&validator, answer](const httplib::Request &request, httplib::Response &reply,
                                               const httplib::ContentReader &read) {
            const std::string body = body_of(request, read);
            const auto refuse = [&](int status, const error &why) {
                reply.status = status;
                reply.set_content(why.what(), "text/plain");
            };
            try {
                // The request's target as it came, not the path that the server decoded.
                const auto verified = validator.verify(method::post, request.target, body,
                                                       request.get_header_value("X-Twilio-Signature"));
                reply.set_content(answer(verified).to_xml(), "text/xml");
            } catch (const signature_error &why) {
                refuse(403, why);
            } catch (const request_too_large &why) {
                refuse(413, why);
            } catch (const request_error &why) {
                refuse(400, why);
            }
        });
    };
    serve("/voice", [](const voice_request &) { return welcome(); });
    serve("/choice", chosen);
    serve("/transferred", transferred);
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
