//! How a report is shown in JSON.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::report::ReferReport;

/// As the command's JSON shows it: the pairs in order, and what they mean.
impl Serialize for ReferReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ReferReport", 2)?;
        fields.serialize_field("params", &self.params().collect::<Vec<_>>())?;
        fields.serialize_field("outcome", &self.outcome())?;
        fields.end()
    }
}
