package dev.twimlrefer.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.twimlrefer.CallUpdate;
import dev.twimlrefer.Diagnostic;
import dev.twimlrefer.Element;
import dev.twimlrefer.Hint;
import dev.twimlrefer.Leg;
import dev.twimlrefer.Method;
import dev.twimlrefer.Notify;
import dev.twimlrefer.Output;
import dev.twimlrefer.Refer;
import dev.twimlrefer.ReferCallStatus;
import dev.twimlrefer.ReferOutcome;
import dev.twimlrefer.ReferReport;
import dev.twimlrefer.ReferTarget;
import dev.twimlrefer.RequestException;
import dev.twimlrefer.RequestValidator;
import dev.twimlrefer.RestRequest;
import dev.twimlrefer.Scenario;
import dev.twimlrefer.SignatureException;
import dev.twimlrefer.SignedRequest;
import dev.twimlrefer.SipUri;
import dev.twimlrefer.SipUriException;
import dev.twimlrefer.Transfer;
import dev.twimlrefer.TransferSettings;
import dev.twimlrefer.TransferState;
import dev.twimlrefer.UrlCandidate;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The package as Java sees it. */
class JavaTest {
    @Test
    void documents() {
        VoiceResponse response = VoiceResponse.builder()
            .gather(gather -> gather.action("/choice").say("Press 1.").pause(1))
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
        assertEquals("/handleRefer", response.getFirstRefer().getAction());
        Refer refer = new Refer(new SipUri("sip:a@b", Map.of("X-B", "1", "X-A", "2")), "/a", Method.GET);
        assertEquals("sip:a@b?X-A=2&X-B=1", refer.getTarget().toString());
        assertEquals(refer, VoiceResponse.builder().refer(refer).build().getFirstRefer());
        assertEquals("https://h/a", refer.resolveAction("https://h/voice"));
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
            VoiceResponse.builder().gather(gather -> gather.attributes(attributes)).build().toXml().replace("Gather", "Say"),
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

    /** Whatever a framework passes: no other exception than that of the signature. */
    @Test
    void nulls() {
        RequestValidator validator = new RequestValidator("12345", "https://voice.example.com");
        String signature = validator.sign("/a");
        byte[] noBytes = null;
        String noText = null;
        Map<String, String> noMap = null;
        Iterable<Map.Entry<String, String>> noEntries = null;
        for (Method method : Method.values()) {
            assertTrue(validator.verify(method, "/a", noBytes, signature).params().isEmpty());
            assertTrue(validator.verify(method, "/a", noText, signature).params().isEmpty());
            assertTrue(validator.verify(method, "/a", signature).params().isEmpty());
        }
        assertTrue(validator.verifyParams("/a", noMap, signature).params().isEmpty());
        assertTrue(validator.verifyParams("/a", noEntries, signature).params().isEmpty());
        assertTrue(validator.validate("/a", null, signature));
        Map<String, String> nullName = new HashMap<>();
        nullName.put(null, "x");
        Map<String, String> nullValue = new HashMap<>();
        nullValue.put("x", null);
        List<Map<String, ?>> wrong = List.of(
            nullName, nullValue, Map.of("x", new String[] {null}), Map.of("x", Arrays.asList("y", null)),
            Map.of("x", new byte[1]));
        for (String sent : Arrays.asList(null, "", "AAAA", signature)) {
            for (Map<String, ?> params : wrong) {
                refused(() -> validator.verifyParams("/a", params, sent));
                assertFalse(validator.validate("/a", params, sent));
            }
            refused(() -> validator.verifyParams("/a", nullName.entrySet(), sent));
            refused(() -> validator.verifyParams("/a", Arrays.asList((Map.Entry<String, String>) null), sent));
            for (Method method : Method.values()) {
                refused(() -> validator.verify(method, null, noBytes, sent));
                refused(() -> validator.verify(method, null, noText, sent));
            }
            refused(() -> validator.verifyParams(null, noMap, sent));
            assertFalse(validator.validate(null, null, sent));
            assertFalse(validator.validateRaw(null, null, sent));
        }
    }

    private static void refused(Executable call) {
        assertTrue(assertThrows(SignatureException.class, call).getKind().startsWith("signature-m"));
    }

    /** The maps of a servlet, of Spring and of whoever has one value for each name. */
    @Test
    void maps() {
        RequestValidator validator = new RequestValidator("12345", "https://voice.example.com");
        Map<String, String> one = Map.of("ReferCallStatus", "busy", "Digits", "1");
        Map<String, String[]> arrays = Map.of("ReferCallStatus", new String[] {"busy"}, "Digits", new String[] {"1"});
        Map<String, List<String>> lists = Map.of("ReferCallStatus", List.of("busy"), "Digits", List.of("1"));
        String signature = validator.sign("/a", one);
        for (Map<String, ?> params : List.of(one, arrays, lists)) {
            assertEquals(signature, validator.sign("/a", params));
            assertTrue(validator.validate("/a", params, signature));
            assertEquals("1", validator.verifyParams("/a", params, signature).param("Digits"));
            assertEquals("1", VoiceRequest.fromParams(params).param("Digits"));
        }
        assertEquals("1", validator.verifyParams("/a", one.entrySet(), signature).param("Digits"));
    }

    @Test
    void errors() {
        SipUriException error = assertThrows(SipUriException.class, () -> new SipUri("sip:alice@example.com?X-A=a b"));
        assertEquals("uri-white-space", error.getKind());
        assertEquals(27, error.getOffset());
    }

    @Test
    void requests() {
        RequestValidator validator = new RequestValidator("12345", "https://voice.example.com");
        String url = "http://10.0.0.7:8000/handleRefer";
        byte[] body = "ReferCallStatus=busy&Direction=inbound&From=sip%3Aa%40b".getBytes(StandardCharsets.UTF_8);
        String signature = validator.sign(url, VoiceRequest.fromForm(body).params());
        VoiceRequest request = validator.verify(Method.POST, url, body, signature);
        assertEquals(new ReferOutcome.TargetFailed(ReferCallStatus.BUSY, null), request.getOutcome());
        assertEquals(new ReferReport(ReferCallStatus.BUSY, null, null), request.getRefer());
        assertEquals("sip:a@b", request.getFrom());
        assertEquals(Leg.SIP, request.getLeg());
        assertEquals(Map.entry("ReferCallStatus", "busy"), request.params().get(0));
        assertEquals(ReferOutcome.Canceled.INSTANCE, VoiceRequest.fromForm("ReferCallStatus=canceled").getOutcome());
        assertNull(VoiceRequest.fromForm("CallSid=CA1").getOutcome());
        assertTrue(validator.withEncodedSpellings(true).validate(url, Map.of(), validator.sign(url)));
        SignedRequest signed = validator.signedRequest(Method.POST, "/a", Scenario.REJECTED);
        assertEquals(405, validator.verify(
            signed.getMethod(), "/a", signed.getBody(), signed.getHeaders().get("X-Twilio-Signature"))
            .getRefer().getReferSipResponseCode());
        SignedRequest any = validator.signedRequest(Method.GET, "/a", null, Map.of("Digits", "1"));
        assertEquals("1", validator.verify(Method.GET, any.getUrl().replace("https://voice.example.com", ""),
            any.getHeaders().get("X-Twilio-Signature")).getDigits());
        assertEquals(List.of("GET", "POST"), List.of(
            validator.signedRequest(Method.GET, "/a").getMethod().name(),
            validator.signedRequest(Method.POST, "/a").getMethod().name()));
        List<Hint> hints = validator.diagnose(Method.POST, "/a", body, "AAAA");
        assertFalse(hints.isEmpty());
        assertEquals(1, Set.copyOf(List.of(hints.get(0), validator.diagnose(Method.POST, "/a", body, "AAAA").get(0))).size());
        assertEquals(hints.get(0).getMessage(), hints.get(0).toString());
        assertFalse(hints.get(0).getKind().isEmpty());
        assertFalse(validator.diagnose(Method.GET, "/a", "AAAA").isEmpty());
        UrlCandidate tried = validator.explain("/a").get(0);
        assertEquals(1, Set.copyOf(List.of(tried, validator.explain("/a", new byte[0]).get(0))).size());
        assertEquals("UrlCandidate(url=" + tried.getUrl() + ", hashed=" + tried.getHashed() + ")", tried.toString());
    }

    /** What Kotlin reaches by a companion or a default, Java by a static or an overload. */
    @Test
    void staticsOfRequests() {
        String form = "ReferCallStatus=busy";
        byte[] bytes = form.getBytes(StandardCharsets.UTF_8);
        Map<String, String> params = Map.of("ReferCallStatus", "busy");
        List<VoiceRequest> requests = List.of(
            VoiceRequest.fromForm(form), VoiceRequest.fromForm(form, 20), VoiceRequest.fromForm(bytes),
            VoiceRequest.fromForm(bytes, 20), VoiceRequest.fromParams(params), VoiceRequest.fromParams(params, 20),
            VoiceRequest.fromParams(params.entrySet()), VoiceRequest.fromParams(params.entrySet(), 20));
        assertEquals(1, Set.copyOf(requests).size());
        assertThrows(RequestException.class, () -> VoiceRequest.fromForm(form, 19));
        assertThrows(RequestException.class, () -> VoiceRequest.fromParams(params, 10));
        assertEquals(1, Set.copyOf(List.of(ReferCallStatus.of("busy"), ReferCallStatus.of("bus" + "y"))).size());
        assertEquals(
            "https://h/?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            RequestValidator.urlWithBodySha256("https://h/", new byte[0]));
        byte[] claims = "AccountSid=AC1".getBytes(StandardCharsets.UTF_8);
        assertEquals("AC1", RequestValidator.claimedAccountSid(Method.POST, "/a", claims));
    }

    @Test
    void staticsOfUris() {
        Map<String, String> headers = Map.of("A", "c");
        Map<String, String> flag = new HashMap<>();
        flag.put("lr", null);
        assertEquals("sip:h", SipUri.build("h").toString());
        assertEquals("sip:a@h", SipUri.build("h", "a").toString());
        assertEquals("sip:a:b@h", SipUri.build("h", "a", "b").toString());
        assertEquals("sip:a:b@h:1", SipUri.build("h", "a", "b", 1).toString());
        assertEquals("sips:a:b@h:1", SipUri.build("h", "a", "b", 1, true).toString());
        assertEquals("sip:a:b@h;lr", SipUri.build("h", "a", "b", null, false, flag).toString());
        assertEquals("sip:a@h?A=c", SipUri.build("h", "a", null, null, false, Map.of(), headers).toString());
        assertEquals(new SipUri("sip:a@h"), ((ReferTarget.Sip) ReferTarget.parse("<sip:a@h>")).getUri());
        assertEquals("tel:1", ((ReferTarget.Tel) ReferTarget.parse("<tel:1>")).getText());
        assertEquals("mailto:a", ((ReferTarget.Other) ReferTarget.parse("mailto:a")).getText());
        assertEquals(UserToUser.parse("01;encoding=hex"), UserToUser.fromBytes(new byte[] {1}));
        assertEquals("01;encoding=hex;purpose=a", UserToUser.fromBytes(new byte[] {1}, "a").toString());
        assertEquals(
            "01;encoding=hex;purpose=a;content=b", UserToUser.fromBytes(new byte[] {1}, "a", "b").toString());
        assertEquals("01;encoding=hex;purpose=a;content=b", new UserToUser("01", "hex", "a", "b").toString());
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
        assertEquals("<Say voice=\"b\">c</Say>", response.getNodes().get(2).toString());
    }

    @Test
    void transfers() {
        TransferSettings settings = new TransferSettings().withHangUpGrace(Duration.ofSeconds(1));
        Transfer transfer = new Transfer(new SipUri("sip:alice@example.com"), settings);
        assertEquals(List.of(Output.SendRefer.INSTANCE), transfer.start(1, 0));
        assertTrue(transfer.response(202, 1).isEmpty());
        Notify notify = new Notify(1, "refer", new byte[0]).withSubscriptionState("active").withInDialog(true);
        assertEquals(List.of(new Output.Reply(200)), transfer.notify(notify, 1));
        assertTrue(transfer.hangUp(2).isEmpty());
        assertEquals(1002L, transfer.getDeadlineMs());
        Output output = transfer.handleTimeout(1002).get(0);
        assertEquals(ReferOutcome.Canceled.INSTANCE, ((Output.Completed) output).getReport().getOutcome());
        assertEquals(TransferState.COMPLETED, transfer.getState());
        assertEquals(transfer.getReport(), Transfer.restore(transfer.save()).getReport());
        assertEquals(Duration.ofSeconds(1), settings.getHangUpGrace());
        Transfer other = new Transfer(new SipUri("sip:alice@example.com"));
        assertEquals(List.of(Output.SendRefer.INSTANCE), other.startWithoutCseq(0, Leg.SIP));
        assertTrue(other.cseq(7, 0).isEmpty());
    }

    @Test
    void restRequests() {
        String account = "AC" + "0".repeat(32);
        String call = "CA" + "1".repeat(32);
        RestRequest request = CallUpdate.fromUrl(account, call, "https://example.com/", Method.GET);
        assertEquals("POST", request.getMethod());
        assertTrue(request.getUrl().endsWith("/Calls/" + call + ".json"));
        assertEquals("Url=https%3A%2F%2Fexample.com%2F&Method=GET", request.getBody());
        RestRequest again = CallUpdate.fromUrl(account, call, "https://example.com/", Method.GET);
        assertEquals(1, Set.copyOf(List.of(request, again)).size());
        assertTrue(request.toString().startsWith("RestRequest(method=POST"));
    }
}
