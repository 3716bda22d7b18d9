// The official Java library, used as its documentation shows. Answers what run.py and bench.py ask.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.twilio.http.HttpMethod;
import com.twilio.security.RequestValidator;
import com.twilio.twiml.TwiML;
import com.twilio.twiml.VoiceResponse;
import com.twilio.twiml.voice.Refer;
import com.twilio.twiml.voice.ReferSip;
import com.twilio.twiml.voice.Say;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

final class Official {
    private interface Job {
        Object run() throws Exception;
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static volatile Object sink;

    private static Job job(String name, JsonNode input) {
        switch (name) {
            case "document":
                return () -> Map.of("xml", document(input));
            case "read":
                return () -> read(text(input, "xml"));
            case "verify":
            case "servlet":
                // It is given a URL, knows nothing of proxies, and has one algorithm.
                return input.has("url") && !input.has("algorithm") ? () -> Map.of("valid", verify(input)) : null;
            case "parse":
                return parse(text(input, "token"), text(input, "url"), text(input, "body"), text(input, "signature"));
            default:
                return null;
        }
    }

    private static String document(JsonNode input) throws Exception {
        VoiceResponse.Builder response = new VoiceResponse.Builder();
        JsonNode say = input.path("say");
        if (say.has("text")) {
            Say.Builder spoken = new Say.Builder(text(say, "text"));
            if (say.has("language")) {
                spoken.option("language", text(say, "language"));
            }
            response.say(spoken.build());
        }
        if (input.has("refer")) {
            JsonNode asked = input.get("refer");
            Refer.Builder refer = new Refer.Builder();
            if (asked.has("action")) {
                refer.action(text(asked, "action"));
            }
            if (asked.has("method")) {
                refer.method(HttpMethod.valueOf(text(asked, "method")));
            }
            if (asked.has("sip")) {
                refer.sip(new ReferSip.Builder(text(asked, "sip")).build());
            }
            response.refer(refer.build());
        }
        return response.build().toXml();
    }

    private static Object read(String xml) throws Exception {
        Map<String, String> found = new HashMap<>();
        for (TwiML verb : VoiceResponse.Builder.fromXml(xml).build().getChildren()) {
            if (verb instanceof Refer) {
                Refer refer = (Refer) verb;
                found.put("action", Objects.toString(refer.getAction(), null));
                found.put("method", Objects.toString(refer.getMethod(), null));
                ReferSip sip = (ReferSip) refer.getChildren().get(0);
                found.put("sip", Objects.toString(sip.getSipUrl(), null));
            }
        }
        return found;
    }

    private static boolean verify(JsonNode input) {
        RequestValidator validator;
        try {
            validator = new RequestValidator(text(input, "token"));
        } catch (IllegalArgumentException emptyToken) {
            return false; // such an app never starts
        }
        String url = text(input, "url");
        String signature = text(input, "signature");
        if (input.has("json")) {
            try {
                return validator.validate(url, text(input, "json"), signature);
            } catch (URISyntaxException declared) {
                return false;
            }
        }
        // As a servlet gives them: of a repeated parameter the first.
        Map<String, String> params = new HashMap<>();
        for (JsonNode pair : input.get("params")) {
            params.putIfAbsent(pair.get(0).textValue(), pair.get(1).textValue());
        }
        return validator.validate(url, params, signature);
    }

    private static Job parse(String token, String url, String body, String signature) {
        RequestValidator validator = new RequestValidator(token);
        return () -> {
            Map<String, String> params = new HashMap<>();
            for (String pair : body.split("&")) {
                int equals = pair.indexOf('=');
                String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
                params.putIfAbsent(name, URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
            if (!validator.validate(url, params, signature)) {
                throw new IllegalStateException("not valid");
            }
            return params.get("ReferCallStatus") + params.get("ReferSipResponseCode")
                    + params.get("NotifySipResponseCode");
        };
    }

    private static Object answer(JsonNode request) throws Exception {
        boolean isTimed = request.has("time");
        Job job = isTimed ? job(text(request, "time"), request.get("input")) : job(text(request, "job"), request);
        if (job == null) {
            return null;
        }
        if (isTimed) {
            int calls = request.get("calls").intValue();
            long started = System.nanoTime();
            for (int call = 0; call < calls; call++) {
                sink = job.run();
            }
            return (double) (System.nanoTime() - started) / calls;
        }
        try {
            return job.run();
        } catch (Exception error) {
            return Map.of("error", error.getClass().getSimpleName() + ": " + error.getMessage());
        }
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).textValue();
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (arguments.length > 0) {
            JsonNode refer = JSON.createObjectNode().put("sip", arguments[0]).put("action", "/handleRefer")
                    .put("method", "POST");
            out.println(document(JSON.createObjectNode().set("refer", refer)));
            return;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
        }
    }
}
