//! The table of the standard parameters of a request, and [`Parameter`], which names each.

/// Passes the table to the macro `$make`: name, getter (also the key in JSON), documentation.
macro_rules! standard_parameters {
    ($make:ident) => {
        $make! {
            CallSid call_sid "the identifier of this call, `CA` and 32 hexadecimal digits."
            AccountSid account_sid "the account that the call belongs to, `AC` and 32 hexadecimal digits."
            From from "who calls: a number in E.164, a `sip:` URI or `client:` and a name."
            To to "who is called, in the forms of `From`."
            CallStatus call_status "the state of the call itself, for example `in-progress` or `completed`."
            ApiVersion api_version "the version of Twilio's API, a date."
            Direction direction "`inbound`, `outbound-api` or `outbound-dial`."
            ForwardedFrom forwarded_from "the number that forwarded the call, if its carrier reports it."
            CallerName caller_name "the result of a caller name lookup."
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
            SipDomain sip_domain "the SIP domain that received the call."
            SipDomainSid sip_domain_sid "the identifier of that SIP domain."
            SipUsername sip_username "the user name by which the SIP device authenticated itself."
            SipCallId sip_call_id "the `Call-ID` of the SIP dialog."
            SipSourceIp sip_source_ip "the address from which the SIP request came."
            Digits digits "the keys that the caller pressed in a `<Gather>`."
            SpeechResult speech_result "what the caller said in a `<Gather>`, as text."
            Confidence confidence "how sure the speech recognition is, from 0.0 to 1.0, as text."
            ReferTransferTarget refer_transfer_target "the `Refer-To` of a REFER that Twilio got. \
                Kept as text: it may be a `tel:` URI."
        }
    };
}
pub(super) use standard_parameters;

macro_rules! parameters {
    ($( $name:ident $key:ident $doc:literal )*) => {
        /// A parameter with a typed view.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Parameter {
            $( $name, )*
            ReferCallStatus,
            ReferSipResponseCode,
            NotifySipResponseCode,
        }

        impl Parameter {
            pub(super) const COUNT: usize = Self::STANDARD.len() + Self::REFER.len();
            pub(super) const ALL: [Self; Self::COUNT] = [
                $( Self::$name, )*
                Self::ReferCallStatus,
                Self::ReferSipResponseCode,
                Self::NotifySipResponseCode,
            ];
            /// Those of every request from Twilio.
            pub(super) const STANDARD: &'static [Self] = &[$( Self::$name, )*];
            /// Those of `<Refer>`, in the order of Twilio's documentation.
            pub(super) const REFER: [Self; 3] =
                [Self::ReferCallStatus, Self::ReferSipResponseCode, Self::NotifySipResponseCode];

            /// The name on the wire.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $( Self::$name => stringify!($name), )*
                    Self::ReferCallStatus => "ReferCallStatus",
                    Self::ReferSipResponseCode => "ReferSipResponseCode",
                    Self::NotifySipResponseCode => "NotifySipResponseCode",
                }
            }

            /// The key in JSON, and the getter's name in every language.
            pub(super) const fn key(self) -> &'static str {
                match self {
                    $( Self::$name => stringify!($key), )*
                    Self::ReferCallStatus => "refer_call_status",
                    Self::ReferSipResponseCode => "refer_sip_response_code",
                    Self::NotifySipResponseCode => "notify_sip_response_code",
                }
            }

            /// The parameter of this name, compared with case.
            #[allow(non_upper_case_globals)] // a pattern needs a constant, and it is named so
            pub(super) fn named(name: &str) -> Option<Self> {
                // Of bytes the compiler makes a decision tree; texts it compares one after the other.
                $( const $name: &[u8] = stringify!($name).as_bytes(); )*
                match name.as_bytes() {
                    $( $name => Some(Self::$name), )*
                    b"ReferCallStatus" => Some(Self::ReferCallStatus),
                    b"ReferSipResponseCode" => Some(Self::ReferSipResponseCode),
                    b"NotifySipResponseCode" => Some(Self::NotifySipResponseCode),
                    _ => None,
                }
            }
        }
    };
}

standard_parameters!(parameters);
