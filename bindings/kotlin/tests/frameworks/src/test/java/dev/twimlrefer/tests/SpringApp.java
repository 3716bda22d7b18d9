package dev.twimlrefer.tests;

import dev.twimlrefer.VoiceRequest;
import dev.twimlrefer.VoiceResponse;
import dev.twimlrefer.servlet.TwilioFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** An app with Spring Boot: one route answers the action of a Refer, all others say what they can read. */
@SpringBootApplication
@RestController
public class SpringApp {
    /** The filter that the running servers use. */
    public static final AtomicReference<Filter> FILTER = new AtomicReference<>();

    @Bean
    FilterRegistrationBean<Filter> twilio() {
        return new FilterRegistrationBean<>((request, response, chain) ->
            FILTER.get().doFilter(request, response, chain));
    }

    @PostMapping(value = "/transferred", produces = "application/xml")
    String transferred(
            @RequestAttribute(TwilioFilter.ATTRIBUTE) VoiceRequest request,
            @RequestParam("ReferCallStatus") String status) {
        return VoiceResponse.builder().say(request.getOutcome().getKind() + " " + status).build().toXml();
    }

    @RequestMapping("/**")
    void everything(HttpServletRequest request, HttpServletResponse response) throws IOException {
        echo(request, response);
    }

    /** Answers with what an app can read: the request, the parameters, the body; each a line. */
    public static void echo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
        List<Object> pairs = new ArrayList<>(TwilioFilter.voiceRequest(request).params());
        String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().print(pairs + "\n" + parameters + "\n" + body);
    }
}
