// The official Java library, used as its documentation shows. Requests and answers: run.py.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.twilio.http.HttpMethod;
import com.twilio.security.RequestValidator;
import com.twilio.twiml.TwiML;
import com.twilio.twiml.TwiMLException;
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

final class Official {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static String document(String language, String say, String sip, String action, String method,
            boolean refers) throws TwiMLException {
        VoiceResponse.Builder response = new VoiceResponse.Builder();
        if (say != null) {
            Say.Builder spoken = new Say.Builder(say);
            if (language != null) {
                spoken.option("language", language);
            }
            response.say(spoken.build());
        }
        if (refers) {
            Refer.Builder refer = new Refer.Builder();
            if (action != null) {
                refer.action(action);
            }
            if (method != null) {
                refer.method(HttpMethod.valueOf(method));
            }
            if (sip != null) {
                refer.sip(new ReferSip.Builder(sip).build());
            }
            response.refer(refer.build());
        }
        return response.build().toXml();
    }

    private static String document(JsonNode given) throws TwiMLException {
        JsonNode say = given.path("say");
        JsonNode refer = given.path("refer");
        return document(text(say, "language"), text(say, "text"), text(refer, "sip"), text(refer, "action"),
                text(refer, "method"), !refer.isMissingNode());
    }

    private static Map<String, Object> read(JsonNode given) throws TwiMLException {
        Map<String, Object> found = new HashMap<>();
        for (TwiML verb : VoiceResponse.Builder.fromXml(text(given, "xml")).build().getChildren()) {
            if (verb instanceof Refer) {
                Refer refer = (Refer) verb;
                found.put("action", refer.getAction() == null ? null : refer.getAction().toString());
                found.put("method", refer.getMethod() == null ? null : refer.getMethod().toString());
                for (TwiML child : refer.getChildren()) {
                    if (child instanceof ReferSip) {
                        Object url = ((ReferSip) child).getSipUrl();
                        found.put("sip", url == null ? null : url.toString());
                    }
                }
            }
        }
        return found;
    }

    private static Object verify(JsonNode given) {
        if (!given.has("url") || given.has("algorithm")) {
            return null; // it is given a URL, knows nothing of proxies, and has one algorithm
        }
        RequestValidator validator;
        try {
            validator = new RequestValidator(text(given, "token"));
        } catch (IllegalArgumentException emptyToken) {
            return Map.of("valid", false); // such an app never starts
        }
        String url = text(given, "url");
        String signature = text(given, "signature");
        boolean valid;
        if (given.has("json")) {
            try {
                valid = validator.validate(url, text(given, "json"), signature);
            } catch (URISyntaxException declared) {
                valid = false;
            }
        } else {
            valid = validator.validate(url, params(given), signature);
        }
        return Map.of("valid", valid);
    }

    /** As a servlet gives them: of a repeated parameter the first. */
    private static Map<String, String> params(JsonNode given) {
        Map<String, String> params = new HashMap<>();
        for (JsonNode pair : given.path("params")) {
            params.putIfAbsent(pair.get(0).textValue(), pair.get(1).textValue());
        }
        return params;
    }

    private static Map<String, String> form(String body) {
        Map<String, String> params = new HashMap<>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
            params.putIfAbsent(name, URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return params;
    }

    private interface Job {
        Object run() throws TwiMLException;
    }

    private static Job timed(String name, JsonNode given) {
        RequestValidator validator = new RequestValidator(text(given, "token"));
        String url = text(given, "url");
        String signature = text(given, "signature");
        switch (name) {
            case "document":
                JsonNode refer = given.get("refer");
                String sip = text(refer, "sip");
                return () -> document(null, null, sip, "/handleRefer", "POST", true);
            case "verify":
                Map<String, String> params = params(given);
                return () -> validator.validate(url, params, signature);
            case "parse":
                String body = text(given, "body");
                return () -> {
                    Map<String, String> read = form(body);
                    if (!validator.validate(url, read, signature)) {
                        throw new IllegalStateException("not valid");
                    }
                    return read.get("ReferCallStatus") + read.get("ReferSipResponseCode")
                            + read.get("NotifySipResponseCode");
                };
            default:
                return null;
        }
    }

    private static volatile Object sink;

    private static Object answer(JsonNode request) throws TwiMLException {
        if (request.has("time")) {
            Job job = timed(text(request, "time"), request.get("input"));
            if (job == null) {
                return null;
            }
            int calls = request.get("calls").intValue();
            long started = System.nanoTime();
            for (int call = 0; call < calls; call++) {
                sink = job.run();
            }
            return (double) (System.nanoTime() - started) / calls;
        }
        try {
            switch (text(request, "job")) {
                case "document":
                    return Map.of("xml", document(request));
                case "read":
                    return read(request);
                case "verify":
                case "servlet":
                    return verify(request);
                default:
                    return null;
            }
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
            out.println(document(null, null, arguments[0], "/handleRefer", "POST", true));
            return;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
        }
    }
}
