package com.example;

import dev.twimlrefer.Method;
import dev.twimlrefer.RequestException;
import dev.twimlrefer.RequestValidator;
import dev.twimlrefer.Scenario;
import dev.twimlrefer.SignatureException;
import dev.twimlrefer.SignedRequest;
import dev.twimlrefer.VoiceRequest;
import dev.twimlrefer.VoiceResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Serves the action of a Refer, and asks itself as Twilio would. */
@SpringBootApplication
@RestController
public class App {
    private static final RequestValidator VALIDATOR = new RequestValidator("12345", "https://voice.example.com");

    @PostMapping(value = "/transferred", produces = "application/xml")
    String transferred(
            @RequestBody MultiValueMap<String, String> form,
            @RequestHeader(value = "X-Twilio-Signature", required = false) String signature) {
        VoiceRequest request = VALIDATOR.verifyParams("/transferred", form, signature);
        return VoiceResponse.builder().say(request.getOutcome().getKind()).build().toXml();
    }

    @ExceptionHandler(SignatureException.class)
    @ResponseStatus(HttpStatus.FORBIDDEN)
    void forbidden() {}

    @ExceptionHandler(RequestException.class)
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    void unreadable() {}

    public static void main(String[] arguments) throws Exception {
        ConfigurableApplicationContext context =
            new SpringApplication(App.class).run("--server.port=0", "--spring.main.banner-mode=off");
        String port = context.getEnvironment().getProperty("local.server.port");
        SignedRequest signed = VALIDATOR.signedRequest(Method.POST, "/transferred", Scenario.TARGET_FAILED);
        System.out.println("signed: " + ask(port, signed.getBody(), signed.getHeaders()));
        System.out.println("changed: " + ask(port, signed.getBody() + "&a=b", signed.getHeaders()));
        context.close();
    }

    private static String ask(String port, String body, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/transferred"))
            .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        HttpResponse<String> response =
            HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}
