// What would be a view of a temporary: each line marked here must be refused, because the function is deleted.
// `tests/parts/c` compiles this file and reads the errors.
#include <twiml_refer.hpp>

using namespace twiml_refer;

void views(const error &why, const char *uri, const char *form, const request_validator &validator)
{
    (void)error(why).parameter(); // deleted
    (void)sip_uri(uri).str(); // deleted
    (void)sip_uri(uri).headers(); // deleted
    (void)sip_uri(uri).header("X-A"); // deleted
    (void)sip_uri(uri).params(); // deleted
    (void)sip_uri(uri).parts().user; // deleted
    (void)sip_uri(uri).get(); // deleted
    (void)sip_uri(uri).add_header("X-A", "1").str(); // deleted
    (void)user_to_user::parse(form).data(); // deleted
    (void)user_to_user::parse(form).encoding(); // deleted
    (void)user_to_user::parse(form).purpose(); // deleted
    (void)user_to_user::parse(form).content(); // deleted
    (void)user_to_user::parse(form).get(); // deleted
    (void)voice_request::from_form(form).param("Digits"); // deleted
    (void)voice_request::from_form(form).params(); // deleted
    (void)voice_request::from_form(form).sip_headers(); // deleted
    (void)voice_request::from_form(form).get(); // deleted
    (void)validator.verify(method::post, uri, form, form).param("Digits"); // deleted
    (void)validator.verify_params(uri, {}, form).param("Digits"); // deleted
    (void)request_validator("12345").get(); // deleted
    (void)http_verifier(validator).get(); // deleted
    (void)voice_response().nodes(); // deleted
    (void)voice_response().get(); // deleted
    (void)transfer(sip_uri(uri)).get(); // deleted
    (void)transfer_settings().get(); // deleted
    (void)instructions(voice_response()); // deleted
    (void)instructions(voice_response().say("x")); // deleted
    (void)call_update("AC", "CA", voice_response().say("x")); // deleted
}

// What has a name is fine, and so is what is no view.
void values(const char *uri, const char *form, const request_validator &validator)
{
    const sip_uri named = sip_uri(uri).add_header("X-A", "1").add_user_to_user("x");
    (void)named.parts().user;
    const voice_request request = validator.verify(method::post, uri, form, form);
    (void)request.param("Digits");
    (void)validator.verify(method::post, uri, form, form).outcome()->status;
    const voice_response response = voice_response().say("x").play("y").add("Say", "z").hangup();
    (void)instructions(response);
    (void)voice_response().refer(named).refer("sip:a@b").redirect("/").append(element("Say")).to_xml();
    const request_validator made = request_validator("12345").public_base("https://example.com").add_auth_token("1");
    const transfer verb(named, transfer_settings().rejected_status_omitted(true).status(486, "busy"));
    (void)verb.state();
}
