//! `serde` for SIP URIs. A URI is its text; a User-to-User shows its parts, and comes back from its
//! text, both through the parsers alone.

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{SipUri, UserToUser};

impl Serialize for SipUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SipUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for UserToUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("UserToUser", 5)?;
        fields.serialize_field("data", self.data())?;
        fields.serialize_field("encoding", &self.encoding())?;
        fields.serialize_field("purpose", &self.purpose())?;
        fields.serialize_field("content", &self.content())?;
        fields.serialize_field("value", &self.to_string())?;
        fields.end()
    }
}

/// Parameters beyond the typed ones stand in `value` alone, so that is what counts.
#[derive(Deserialize)]
struct Value {
    value: String,
}

impl<'de> Deserialize<'de> for UserToUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Value::deserialize(deserializer)?.value).map_err(D::Error::custom)
    }
}
