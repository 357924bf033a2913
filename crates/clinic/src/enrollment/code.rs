//! An invitation's code where it is stored: wiped when it is dropped, and not shown.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A code.
#[derive(Clone)]
pub(crate) struct Code(Zeroizing<String>);

impl Code {
    /// Takes a code over.
    pub(crate) fn new(code: Zeroizing<String>) -> Self {
        Self(code)
    }

    /// Its text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|code| Self(Zeroizing::new(code)))
    }
}
