package dev.twimlrefer.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.twimlrefer.CallUpdate;
import dev.twimlrefer.Diagnostic;
import dev.twimlrefer.Element;
import dev.twimlrefer.Leg;
import dev.twimlrefer.Method;
import dev.twimlrefer.Output;
import dev.twimlrefer.Refer;
import dev.twimlrefer.ReferCallStatus;
import dev.twimlrefer.ReferCallback;
import dev.twimlrefer.ReferOutcome;
import dev.twimlrefer.ReferTarget;
import dev.twimlrefer.RequestException;
import dev.twimlrefer.RequestValidator;
import dev.twimlrefer.SignatureException;
import dev.twimlrefer.SipUri;
import dev.twimlrefer.SipUriException;
import dev.twimlrefer.Transfer;
import dev.twimlrefer.TransferSettings;
import dev.twimlrefer.TransferState;
import dev.twimlrefer.UserToUser;
import dev.twimlrefer.VoiceRequest;
import dev.twimlrefer.VoiceResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import kotlin.Pair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The face as Java sees it. */
class JavaTest {
    @Test
    void documents() {
        VoiceResponse response = VoiceResponse.builder()
            .gather(Map.of("action", "/choice"), gather -> gather.say("Press 1.").pause(1))
            .say("Connecting you.", "alice")
            .refer(new SipUri("sip:alice@example.com").withHeader("X-AcctNumber", "123456"), "/handleRefer")
            .build();
        assertEquals(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather action=\"/choice\"><Say>Press 1.</Say>"
                + "<Pause length=\"1\"/></Gather><Say voice=\"alice\">Connecting you.</Say>"
                + "<Refer action=\"/handleRefer\"><Sip>sip:alice@example.com?X-AcctNumber=123456</Sip></Refer>"
                + "</Response>",
            response.toXml());
        assertEquals(response, VoiceResponse.parse(response.toXml(true)));
        assertTrue(response.check().isEmpty());
        assertEquals("Gather", ((Element) response.getNodes().get(0)).getName());
        assertEquals("/handleRefer", ((Refer) response.getNodes().get(2)).getAction());
    }

    /** A map of Java's that has no order is sorted, so that every process writes the same; one with an order keeps it. */
    @Test
    void attributes() {
        List<String> names = List.of("d", "b", "h", "f", "a", "g", "c", "e");
        String sorted = names.stream().sorted().map(name -> " " + name + "=\"\"").collect(Collectors.joining());
        String kept = names.stream().map(name -> " " + name + "=\"\"").collect(Collectors.joining());
        List<String> backwards = new ArrayList<>(names);
        Collections.reverse(backwards);
        Map<String, String> of = names.stream().collect(Collectors.toUnmodifiableMap(name -> name, name -> ""));
        List<Map<String, String>> without = List.of(
            of, new HashMap<>(of), Collections.unmodifiableMap(of), new InOrder(names), new InOrder(backwards));
        for (Map<String, String> map : without) {
            assertEquals(sorted, written(map), map.getClass().getName());
        }
        Map<String, String> linked = new LinkedHashMap<>();
        names.forEach(name -> linked.put(name, ""));
        assertEquals(kept, written(linked));
        assertEquals(kept, written(new Element("Say", linked).getAttributes()));
        assertEquals(" h=\"\" g=\"\"", written(new TreeMap<String, String>(Comparator.reverseOrder()) {{
            put("g", "");
            put("h", "");
        }}));
    }

    /** The attributes, the same by every function that takes them. */
    private static String written(Map<String, String> attributes) {
        List<String> documents = List.of(
            VoiceResponse.builder().element("Say", attributes).build().toXml(),
            VoiceResponse.builder().element("Say", "", attributes).build().toXml(),
            VoiceResponse.builder().say("", null, null, null, attributes).build().toXml(),
            VoiceResponse.builder().gather(attributes, gather -> {}).build().toXml().replace("Gather", "Say"),
            VoiceResponse.builder().add(new Element("Say", attributes)).build().toXml(),
            new VoiceResponse(List.of(), attributes).toXml().replace("Response", "Response><Say"));
        List<String> written = documents.stream().map(xml -> xml.replaceAll("(?s).*<Say([^>/]*)/>.*", "$1")).distinct()
            .collect(Collectors.toList());
        assertEquals(1, written.size(), documents.toString());
        return written.get(0);
    }

    /** A map of a class that nobody knows, in this order. */
    private static final class InOrder extends AbstractMap<String, String> {
        private final List<String> names;

        InOrder(List<String> names) {
            this.names = names;
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            Set<Entry<String, String>> entries = new LinkedHashSet<>();
            names.forEach(name -> entries.add(Map.entry(name, "")));
            return entries;
        }
    }

    /** Whatever a framework hands over: no other exception than that of the signature. */
    @Test
    void nulls() {
        RequestValidator validator = new RequestValidator("12345", "https://voice.example.com");
        String signature = validator.sign("/a");
        byte[] noBytes = null;
        String noText = null;
        for (Method method : Method.values()) {
            assertTrue(validator.verify(method, "/a", noBytes, signature).getParams().isEmpty());
            assertTrue(validator.verifyRequest(method, "/a", noText, signature).getParams().isEmpty());
        }
        assertTrue(validator.verifyParams("/a", null, signature).getParams().isEmpty());
        assertTrue(validator.validate("/a", null, signature));
        List<Iterable<Pair<String, String>>> wrong = List.of(
            List.of(new Pair<>(null, "x")), List.of(new Pair<>("x", null)), Arrays.asList((Pair<String, String>) null));
        for (String sent : Arrays.asList(null, "", "AAAA", signature)) {
            String kind = sent == null || sent.isEmpty() ? "signature-missing" : "signature-mismatch";
            for (Iterable<Pair<String, String>> params : wrong) {
                refused(kind, () -> validator.verifyParams("/a", params, sent));
                assertFalse(validator.validate("/a", params, sent));
            }
            for (Method method : Method.values()) {
                refused(kind, () -> validator.verify(method, null, noBytes, sent));
                refused(kind, () -> validator.verify(method, null, noText, sent));
                refused(kind, () -> validator.verifyRequest(method, null, noBytes, sent));
                refused(kind, () -> validator.verifyRequest(method, null, noText, sent));
            }
            refused(kind, () -> validator.verifyParams(null, null, sent));
            assertFalse(validator.validate(null, null, sent));
            assertFalse(validator.validateRaw(null, null, sent));
        }
    }

    private static void refused(String kind, Executable call) {
        assertEquals(kind, assertThrows(SignatureException.class, call).getKind());
    }

    @Test
    void errors() {
        SipUriException error = assertThrows(SipUriException.class, () -> new SipUri("sip:alice@example.com?X-A=a b"));
        assertEquals("uri-white-space", error.getKind());
        assertEquals(27, error.getOffset());
    }

    @Test
    void callbacks() {
        RequestValidator validator = new RequestValidator("12345", "https://voice.example.com");
        String url = "http://10.0.0.7:8000/handleRefer";
        byte[] body = "ReferCallStatus=busy&Direction=inbound&From=sip%3Aa%40b".getBytes(StandardCharsets.UTF_8);
        String signature = validator.sign(url, ReferCallback.fromForm(body).getParams());
        ReferCallback callback = validator.verify(Method.POST, url, body, signature);
        assertEquals(new ReferOutcome.TargetFailed(ReferCallStatus.BUSY, null), callback.getOutcome());
        assertEquals("sip:a@b", callback.getFrom());
        assertEquals(Leg.SIP, callback.getLeg());
        assertEquals(new Pair<>("ReferCallStatus", "busy"), callback.getParams().get(0));
        assertEquals(ReferOutcome.Canceled.INSTANCE, ReferCallback.fromForm("ReferCallStatus=canceled").getOutcome());
    }

    /** What Kotlin reaches by a companion or a default, Java by a static or an overload. */
    @Test
    void staticsOfRequests() {
        String form = "ReferCallStatus=busy";
        byte[] bytes = form.getBytes(StandardCharsets.UTF_8);
        List<Pair<String, String>> params = List.of(new Pair<>("ReferCallStatus", "busy"));
        List<VoiceRequest> requests = List.of(
            VoiceRequest.fromForm(form), VoiceRequest.fromForm(form, 20), VoiceRequest.fromForm(bytes),
            VoiceRequest.fromForm(bytes, 20), VoiceRequest.fromParams(params), VoiceRequest.fromParams(params, 20));
        assertEquals(1, Set.copyOf(requests).size());
        List<ReferCallback> callbacks = List.of(
            ReferCallback.fromForm(form), ReferCallback.fromForm(form, 20), ReferCallback.fromForm(bytes),
            ReferCallback.fromForm(bytes, 20), ReferCallback.fromParams(params), ReferCallback.fromParams(params, 20),
            ReferCallback.of(requests.get(0)));
        assertEquals(1, Set.copyOf(callbacks).size());
        assertThrows(RequestException.class, () -> VoiceRequest.fromForm(form, 19));
        assertThrows(RequestException.class, () -> ReferCallback.fromParams(params, 10));
        assertEquals(1, Set.copyOf(List.of(ReferCallStatus.of("busy"), ReferCallStatus.of("bus" + "y"))).size());
        assertEquals(
            "https://h/?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            RequestValidator.urlWithBodySha256("https://h/", new byte[0]));
    }

    @Test
    void staticsOfUris() {
        List<Pair<String, String>> headers = List.of(new Pair<>("A", "c"));
        assertEquals("sip:h", SipUri.build("h").toString());
        assertEquals("sip:a@h", SipUri.build("h", "a").toString());
        assertEquals("sip:a:b@h", SipUri.build("h", "a", "b").toString());
        assertEquals("sip:a:b@h:1", SipUri.build("h", "a", "b", 1).toString());
        assertEquals("sips:a:b@h:1", SipUri.build("h", "a", "b", 1, true).toString());
        assertEquals("sip:a:b@h;lr", SipUri.build("h", "a", "b", null, false, List.of(new Pair<>("lr", null))).toString());
        assertEquals("sip:a@h?A=c", SipUri.build("h", "a", null, null, false, List.of(), headers).toString());
        assertEquals(new SipUri("sip:a@h"), ((ReferTarget.Sip) ReferTarget.parse("<sip:a@h>")).getUri());
        assertEquals("tel:1", ((ReferTarget.Tel) ReferTarget.parse("<tel:1>")).getText());
        assertEquals("mailto:a", ((ReferTarget.Other) ReferTarget.parse("mailto:a")).getText());
        assertEquals(UserToUser.parse("01;encoding=hex"), UserToUser.fromBytes(new byte[] {1}));
    }

    @Test
    void staticsOfDocuments() {
        String xml = "<Response><Refer action=\"/a\"><Sip>tel:1</Sip></Refer><!--a--><Say voice=\"b\">c</Say></Response>";
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        Diagnostic found = VoiceResponse.check(xml).get(0);
        assertEquals(found, VoiceResponse.check(bytes).get(0));
        assertEquals(xml.indexOf("<Sip>") + 1, found.getColumn());
        assertTrue(found.toString().startsWith("error[target-invalid] Response/Refer[0]"), found.toString());
        byte[] valid = xml.replace("tel:1", "sip:a@b").getBytes(StandardCharsets.UTF_8);
        VoiceResponse response = VoiceResponse.parse(valid);
        assertEquals("a", response.getNodes().get(1).toString());
        assertEquals("Element(name=Say, attributes={voice=b}, nodes=[c])", response.getNodes().get(2).toString());
    }

    @Test
    void transfers() {
        TransferSettings settings = TransferSettings.builder().hangUpGrace(Duration.ofSeconds(1)).build();
        try (Transfer transfer = new Transfer(new SipUri("sip:alice@example.com"), settings)) {
            assertEquals(List.of(Output.SendRefer.INSTANCE), transfer.start(1, 0));
            assertTrue(transfer.response(202, 1).isEmpty());
            assertTrue(transfer.hangUp(2).isEmpty());
            assertEquals(1002L, transfer.getDeadline());
            Output output = transfer.time(1002).get(0);
            assertEquals(ReferOutcome.Canceled.INSTANCE, ((Output.Completed) output).getReport().getOutcome());
            assertEquals(TransferState.COMPLETED, transfer.getState());
            try (Transfer again = Transfer.restore(transfer.save())) {
                assertEquals(transfer.getReport(), again.getReport());
            }
        }
    }

    @Test
    void requests() {
        String request = CallUpdate.withUrl("AC" + "0".repeat(32), "CA" + "1".repeat(32), "https://example.com/").getBody();
        assertEquals("Url=https%3A%2F%2Fexample.com%2F", request);
    }
}
