//! The one table of the parameters that have a typed view: their names, their getters, their keys
//! in JSON. Parameters that are not in it stay readable by name.

use super::request::VoiceRequest;

macro_rules! parameters {
    (
        standard { $( $name:ident $getter:ident $doc:literal )* }
        refer { $( $refer_name:ident $refer_getter:ident )* }
    ) => {
        /// A parameter with a typed view.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Parameter { $( $name, )* $( $refer_name, )* }

        impl Parameter {
            /// Those of every request of Twilio, then the three of `<Refer>`.
            pub(super) const STANDARD: &'static [Self] = &[$( Self::$name, )*];
            pub(super) const REFER: &'static [Self] = &[$( Self::$refer_name, )*];
            pub(super) const COUNT: usize = Self::STANDARD.len() + Self::REFER.len();

            /// As it stands on the wire.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $( Self::$name => stringify!($name), )*
                    $( Self::$refer_name => stringify!($refer_name), )*
                }
            }

            /// In JSON, and as the getters of every language are called.
            pub(super) const fn key(self) -> &'static str {
                match self {
                    $( Self::$name => stringify!($getter), )*
                    $( Self::$refer_name => stringify!($refer_getter), )*
                }
            }

            /// The parameter of this name, compared with case.
            #[allow(non_upper_case_globals)] // a pattern needs a constant, and it is named so
            fn named(name: &str) -> Option<Self> {
                // Bytes: the compiler branches on length and bytes, where it would compare texts one
                // after the other.
                $( const $name: &[u8] = stringify!($name).as_bytes(); )*
                $( const $refer_name: &[u8] = stringify!($refer_name).as_bytes(); )*
                match name.as_bytes() {
                    $( $name => Some(Self::$name), )*
                    $( $refer_name => Some(Self::$refer_name), )*
                    _ => None,
                }
            }
        }

        /// The standard parameters. Each getter gives the first value of its parameter, an empty
        /// one too, and `None` where the parameter was not sent.
        impl VoiceRequest {
            $(
                #[doc = concat!("`", stringify!($name), "`: ", $doc)]
                #[must_use]
                pub fn $getter(&self) -> Option<&str> {
                    self.first(Parameter::$name)
                }
            )*
        }
    };
}

parameters! {
    standard {
        CallSid call_sid "the identifier of this call, `CA` and 32 hexadecimal digits."
        AccountSid account_sid "the account that the call belongs to, `AC` and 32 hexadecimal digits."
        From from "who calls: a number in E.164, a `sip:` URI or `client:` and a name."
        To to "who is called, in the forms of `From`."
        CallStatus call_status "how the call itself stands, for example `in-progress` or `completed`."
        ApiVersion api_version "the version of Twilio's API, a date."
        Direction direction "`inbound`, `outbound-api` or `outbound-dial`."
        ForwardedFrom forwarded_from "the number that forwarded the call, where its carrier says so."
        CallerName caller_name "the name that the lookup of the caller gave."
        ParentCallSid parent_call_sid "the call whose document began this one."
        CallToken call_token "a secret that lets the app use the caller's number; never log it."
        StirVerstat stir_verstat "the result of STIR/SHAKEN, for example `TN-Validation-Passed-A`."
        Caller caller "the same as `From`."
        Called called "the same as `To`."
        FromCity from_city "the city of `From`."
        FromState from_state "the state or province of `From`."
        FromZip from_zip "the postal code of `From`."
        FromCountry from_country "the country of `From`, two letters."
        ToCity to_city "the city of `To`."
        ToState to_state "the state or province of `To`."
        ToZip to_zip "the postal code of `To`."
        ToCountry to_country "the country of `To`, two letters."
        CallerCity caller_city "the city of `Caller`."
        CallerState caller_state "the state or province of `Caller`."
        CallerZip caller_zip "the postal code of `Caller`."
        CallerCountry caller_country "the country of `Caller`, two letters."
        CalledCity called_city "the city of `Called`."
        CalledState called_state "the state or province of `Called`."
        CalledZip called_zip "the postal code of `Called`."
        CalledCountry called_country "the country of `Called`, two letters."
        SipDomain sip_domain "the SIP domain that took the call."
        SipDomainSid sip_domain_sid "the identifier of that SIP domain."
        SipUsername sip_username "the user name by which the SIP device authenticated itself."
        SipCallId sip_call_id "the `Call-ID` of the SIP dialog."
        SipSourceIp sip_source_ip "the address from which the SIP request came."
        ReferTransferTarget refer_transfer_target "the `Refer-To` of a REFER that Twilio got. \
            Kept as text: it may be a `tel:` URI."
    }
    refer {
        ReferCallStatus refer_call_status
        ReferSipResponseCode refer_sip_response_code
        NotifySipResponseCode notify_sip_response_code
    }
}

/// Which of `parameters` are among `names` more than once.
pub(super) fn repeated<'a>(
    parameters: &'static [Parameter],
    names: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = Parameter> {
    let mut counts = [0_usize; Parameter::COUNT];
    for parameter in names.filter_map(Parameter::named) {
        if let Some(count) = counts.get_mut(parameter as usize) {
            *count += 1;
        }
    }
    let is_repeated = move |parameter: &Parameter| counts.get(*parameter as usize) > Some(&1);
    parameters.iter().copied().filter(is_repeated)
}
