package dev.twimlrefer.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.twimlrefer.CallUpdate;
import dev.twimlrefer.Element;
import dev.twimlrefer.Leg;
import dev.twimlrefer.Output;
import dev.twimlrefer.Refer;
import dev.twimlrefer.ReferCallStatus;
import dev.twimlrefer.ReferCallback;
import dev.twimlrefer.ReferOutcome;
import dev.twimlrefer.RequestValidator;
import dev.twimlrefer.SipUri;
import dev.twimlrefer.SipUriException;
import dev.twimlrefer.Transfer;
import dev.twimlrefer.TransferSettings;
import dev.twimlrefer.TransferState;
import dev.twimlrefer.VoiceResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kotlin.Pair;
import org.junit.jupiter.api.Test;

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
        ReferCallback callback = validator.verify(url, body, signature);
        assertEquals(new ReferOutcome.TargetFailed(ReferCallStatus.BUSY, null), callback.getOutcome());
        assertEquals("sip:a@b", callback.getFrom());
        assertEquals(Leg.SIP, callback.getLeg());
        assertEquals(new Pair<>("ReferCallStatus", "busy"), callback.getParams().get(0));
        assertEquals(ReferOutcome.Canceled.INSTANCE, ReferCallback.fromForm("ReferCallStatus=canceled").getOutcome());
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
        }
    }

    @Test
    void requests() {
        String request = CallUpdate.withUrl("AC" + "0".repeat(32), "CA" + "1".repeat(32), "https://example.com/").getBody();
        assertEquals("Url=https%3A%2F%2Fexample.com%2F", request);
    }
}
