// The cases of http-requests, and what a connection can do, through a real cpp-httplib server with the header of
// examples/cpp.
#include <arpa/inet.h>
#include <chrono>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "../../../examples/cpp/twiml_refer_httplib.hpp"
#include "cases.hpp"

using namespace twiml_refer;

namespace {

/// A server whose only route answers with the parameters, until it goes out of scope.
class running {
  public:
    running(const request_validator &validator, origin_kind origin, allowed_methods methods = allowed_methods::post)
    {
        httplib_routes twilio(server_, validator, origin, [this](const std::string &line) { lines.push_back(line); });
        const auto echo = [](const voice_request &request, const httplib::Request &whole, httplib::Response &reply) {
            // The body is there for the app.
            EXPECT_EQ(voice_request::from_form(whole.body).to_form(), whole.method == "GET" ? "" : request.to_form());
            reply.set_content(request.to_form(), "text/plain");
        };
        switch (methods) {
        case allowed_methods::post: twilio.post(".*", echo); break;
        case allowed_methods::get: twilio.get(".*", echo); break;
        case allowed_methods::get_and_post: twilio.get_and_post(".*", echo); break;
        }
        // So long it waits for the rest of a body.
        server_.set_read_timeout(1);
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
    }
    ~running()
    {
        while (!server_.is_running())
            std::this_thread::yield();
        server_.stop();
        thread_.join();
    }

    /// Sends bytes, and reads until the server closes the connection.
    std::string send(const std::string &bytes) const
    {
        const int connection = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(connection, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto more = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (more <= 0)
                break;
            sent += static_cast<std::size_t>(more);
        }
        std::string answer;
        char piece[4096];
        for (ssize_t got; (got = read(connection, piece, sizeof piece)) > 0;)
            answer.append(piece, static_cast<std::size_t>(got));
        close(connection);
        return answer;
    }

    std::vector<std::string> lines;

  private:
    httplib::Server server_;
    int port_ = 0;
    std::thread thread_;
};

const char *const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

std::string header(const std::string &answer, const std::string &name)
{
    const auto at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos)
        return "";
    const auto start = at + name.size() + 4;
    return answer.substr(start, answer.find("\r\n", start) - start);
}

int status(const std::string &answer)
{
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

} // namespace

TEST(Server, Vectors)
{
    std::ifstream file(vectors() + "/http-requests.json");
    int ran = 0, left_out = 0;
    const json whole = json::parse(file);
    for (const json &item : whole.at("cases")) {
        SCOPED_TRACE(item.at("name").get<std::string>());
        const auto body = input(item, "body");
        const auto method = item.at("method").get<std::string>(), target = item.at("target").get<std::string>();
        // The server cuts a fragment off, and drops headers that are empty: then it is another request.
        bool sendable = !item.contains("error") && !item.value("lost_question_mark", false) &&
                        target.find('#') == std::string::npos;
        std::string request = method + " " + target + " HTTP/1.1\r\nConnection: close\r\n" + FORM;
        for (const auto &[name, value] : pairs(item, "headers")) {
            request += name + ": " + value + "\r\n";
            sendable = sendable && name != "Content-Length" && name != "Transfer-Encoding" && !value.empty();
        }
        if (method == "POST" || !body.empty())
            request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        if (!sendable) {
            left_out++;
            continue;
        }
        const running server(validator_of(item), origin_of(item), allowed_methods_of(item));
        const auto answer = server.send(request + "\r\n" + body);
        if (server.lines.empty() && status(answer) >= 400) {
            // The server itself refuses the target, the method or the headers.
            EXPECT_NE(item.at("status"), 200);
            left_out++;
            continue;
        }
        EXPECT_EQ(status(answer), item.at("status").get<int>());
        EXPECT_EQ(header(answer, "Allow"), item.value("allow", ""));
        EXPECT_EQ(server.lines.size(), item.at("status") == 200 ? 0U : 1U);
        if (item.contains("params")) {
            const auto form = voice_request::from_form(answer.substr(answer.find("\r\n\r\n") + 4));
            EXPECT_EQ(listed(form.params()), item["params"]);
        }
        ran++;
    }
    std::printf("http-requests through cpp-httplib: %d ran, %d cannot be sent or are refused by the server\n", ran, left_out);
    EXPECT_GT(ran, 90);
}

// What is behind the part of a body that was read is no other request.
TEST(Server, RefusedBodiesAreNotRequests)
{
    const auto validator = request_validator("12345").public_base("https://voice.example.com");
    const auto inner = signed_request::make(validator, scenario_kind::transferred, "/inner");
    const std::string genuine = "POST /inner HTTP/1.1\r\nX-Twilio-Signature: " + inner.signature + "\r\n" + FORM +
                                "Content-Length: " + std::to_string(inner.body.size()) + "\r\n\r\n" + inner.body;
    std::string many;
    while (many.size() < 100000)
        many += genuine;
    const running server(validator, origin_kind::public_base);
    EXPECT_EQ(status(server.send("POST /inner HTTP/1.1\r\nConnection: close\r\n" + genuine.substr(22))), 200);
    for (const std::string head : {"PUT /a HTTP/1.1\r\n", "DELETE /a HTTP/1.1\r\n", "GET /a HTTP/1.1\r\n", "POST /a HTTP/1.1\r\n",
                                   "POST /a HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"}) {
        SCOPED_TRACE(head);
        const auto answer = server.send(head + "Content-Length: " + std::to_string(many.size()) + "\r\n\r\n" + many);
        EXPECT_EQ(answer.find("200 OK"), std::string::npos);
        EXPECT_EQ(answer.rfind("HTTP/1.1 4"), answer.empty() ? std::string::npos : 0);
    }
}

TEST(Server, ABodyThatEndsEarlyIsABadRequest)
{
    const running server(request_validator("12345").public_base("https://voice.example.com"), origin_kind::public_base);
    for (const std::string body : {"Content-Length: 30\r\n\r\nCallSid=CA1", "Transfer-Encoding: chunked\r\n\r\nno size\r\n"}) {
        SCOPED_TRACE(body);
        EXPECT_EQ(status(server.send(std::string("POST /a HTTP/1.1\r\n") + FORM + body)), 400);
    }
    EXPECT_EQ(server.lines.at(0), "400 to POST /a: the body ended early, or is malformed");
}

TEST(Server, TheLogHasOneLineASecond)
{
    using std::chrono::steady_clock;
    const auto start = steady_clock::now();
    const running server(request_validator("12345").public_base("https://voice.example.com"), origin_kind::public_base);
    const std::string request = "POST /a HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    for (int count = 0; count < 20; count++)
        (void)server.send(request);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    (void)server.send(request);
    EXPECT_LE(static_cast<std::int64_t>(server.lines.size()), 1 + std::chrono::ceil<std::chrono::seconds>(steady_clock::now() - start).count());
    EXPECT_EQ(server.lines.at(0).rfind("403 to POST /a: missing signature", 0), 0U);
    std::size_t counted = 0;
    for (const std::string &line : server.lines) {
        const auto more = line.rfind(" (");
        counted += 1 + (more == std::string::npos ? 0 : std::stoul(line.substr(more + 2)));
    }
    EXPECT_EQ(counted, 21U);
}
