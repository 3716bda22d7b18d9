// Routes for requests from Twilio in a cpp-httplib server (0.11 or newer): only what Twilio signed reaches the app.
// Take this file into your program, beside twiml_refer.hpp.
//
//     twiml_refer::httplib_routes twilio(server, twiml_refer::request_validator(token).public_base(base));
//     twilio.post("/voice", [](const twiml_refer::voice_request &request, const httplib::Request &whole,
//                              httplib::Response &reply) { … });
//
// Each request is taken as it came on the wire, and its body is read up to a byte over the limit. Answers are 403, 405,
// 413 and 400; why is in the log, at most one line per second. In `whole` the body is there for the app.
#ifndef TWIML_REFER_HTTPLIB_HPP
#define TWIML_REFER_HTTPLIB_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <httplib.h>
#include <twiml_refer.hpp>

namespace twiml_refer {

class httplib_routes {
  public:
    using handler = std::function<void(const voice_request &, const httplib::Request &, httplib::Response &)>;
    using logger = std::function<void(const std::string &line)>;

    /// Throws `error` if the origin needs a public base that the validator has not. The server must live longer.
    httplib_routes(httplib::Server &server, const request_validator &validator,
                   origin_kind origin = origin_kind::public_base, logger log = to_stderr)
        : server_(server), log_(std::make_shared<line_log>(std::move(log)))
    {
        const auto of = [&](allowed_methods methods) {
            return std::make_shared<http_verifier>(http_verifier(validator, origin).allowed_methods(methods));
        };
        posts_ = of(allowed_methods::post);
        gets_ = of(allowed_methods::get);
        both_ = of(allowed_methods::get_and_post);
    }

    /// Adds a route for POST; any other method is answered 405.
    void post(const std::string &pattern, handler app) { add(posts_, pattern, std::move(app)); }

    /// Adds a route for GET; any other method is answered 405.
    void get(const std::string &pattern, handler app) { add(gets_, pattern, std::move(app)); }

    /// Adds a route for GET and POST: only for one that reads nothing but the parameters, because a signature covers no
    /// method.
    void get_and_post(const std::string &pattern, handler app) { add(both_, pattern, std::move(app)); }

    /// Writes a line to the standard error.
    static void to_stderr(const std::string &line) { std::fprintf(stderr, "WARN %s\n", line.c_str()); }

  private:
    /// The log of all routes.
    struct line_log {
        explicit line_log(logger write) : write(std::move(write)) {}

        /// Logs why a request is rejected, at most one line per second, as it costs many signatures to find out.
        void rejected(const http_verifier &verifier, const httplib::Request &request, const std::string &body,
                     bool is_incomplete)
        {
            using std::chrono::steady_clock;
            std::unique_lock<std::mutex> lock(mutex);
            const auto now = steady_clock::now();
            if (now < next) {
                left_out++;
                return;
            }
            next = now + std::chrono::seconds(1);
            const std::size_t more = std::exchange(left_out, 0);
            lock.unlock();
            auto line = verifier.diagnose(request.method, request.target, request.headers, body, is_incomplete);
            if (more > 0)
                line += " (" + std::to_string(more) + " more were not logged)";
            write(line);
        }

        logger write;
        std::mutex mutex;
        std::chrono::steady_clock::time_point next;
        std::size_t left_out = 0;
    };

    static void reject(const http_answer &answer, httplib::Response &reply)
    {
        reply.status = answer.status;
        if (!answer.allow.empty())
            reply.set_header("Allow", std::string(answer.allow));
        reply.set_header("Connection", "close");
        // The rest of a body that was not read would be taken for the next request: a provider that fails at the end
        // closes the connection.
        const std::string text = answer.reason + "\n";
        reply.set_content_provider(text.size(), "text/plain",
                                   [text](std::size_t offset, std::size_t length, httplib::DataSink &sink) {
                                       sink.write(text.data() + offset, length);
                                       return false;
                                   });
    }

    /// Whether a request that the server takes for one without a body has one: what is signed as a GET has none.
    static bool announces_body(const httplib::Request &request)
    {
        return request.has_header("Transfer-Encoding") ||
               (request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0");
    }

    static void serve(const http_verifier &verifier, line_log &log, const handler &app, const httplib::Request &request,
                      const httplib::ContentReader *read, httplib::Response &reply)
    {
        std::string body;
        bool is_incomplete = false;
        auto answer = verifier.check_head(request.method, request.headers);
        if (answer.status == 200) {
            const std::size_t most = verifier.max_body_bytes() + 1;
            // Nothing that Twilio sends is multipart, and the server would pass it on in parts: a body that is not
            // read must not verify as an empty one.
            if (!read || request.is_multipart_form_data())
                body = announces_body(request) ? "unread" : "";
            else
                is_incomplete = !(*read)([&](const char *data, std::size_t length) {
                    body.append(data, std::min(length, most - body.size()));
                    return body.size() < most;
                }) && body.size() < most;
            answer = verifier.verify(request.method, request.target, request.headers, body, is_incomplete);
        }
        if (!answer.request) {
            log.rejected(verifier, request, body, is_incomplete);
            reject(answer, reply);
            return;
        }
        httplib::Request whole = request;
        whole.body = std::move(body);
        app(*answer.request, whole, reply);
    }

    void add(const std::shared_ptr<http_verifier> &verifier, const std::string &pattern, handler app)
    {
        const auto without_body = [verifier, log = log_, app](const httplib::Request &request, httplib::Response &reply) {
            serve(*verifier, *log, app, request, nullptr, reply);
        };
        const auto with_body = [verifier, log = log_, app](const httplib::Request &request, httplib::Response &reply,
                                                          const httplib::ContentReader &read) {
            serve(*verifier, *log, app, request, &read, reply);
        };
        server_.Post(pattern, with_body);
        server_.Put(pattern, with_body);
        server_.Patch(pattern, with_body);
        server_.Delete(pattern, with_body);
        server_.Get(pattern, without_body);
        server_.Options(pattern, without_body);
    }

    httplib::Server &server_;
    std::shared_ptr<line_log> log_;
    std::shared_ptr<http_verifier> posts_, gets_, both_;
};

} // namespace twiml_refer

#endif
