//! Canonical bytes: what gets signed and hashed.
//!
//! A value is written as a sequence of fields under a tag that names the kind and version of the message. Every
//! variable-length field carries its length as a big-endian `u64`, integers are big-endian `u64`, an absent value is
//! one byte 0 and a present one a byte 1 and the value. The encoding is injective for a given tag: the reader of the
//! format knows the order of the fields, and no field's bytes can flow into the next.
//!
//! These bytes are only ever written, never parsed: files and messages travel as JSON (or the compact presentation
//! format) and are re-encoded here from the parsed, checked value before a signature is verified.

use crate::field::{self, Fr};

/// Collects the canonical bytes of one message.
#[derive(Clone, Debug)]
pub struct Encoder(Vec<u8>);

impl Encoder {
    /// Starts a message of the kind and version that `tag` names.
    pub fn new(tag: &str) -> Self {
        let mut this = Self(Vec::with_capacity(256));
        this.bytes(tag.as_bytes());
        this
    }

    /// A variable-length field.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// A text field, UTF-8.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// An integer field.
    pub fn integer(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// A field element in its canonical 32 bytes.
    pub fn field(&mut self, value: &Fr) -> &mut Self {
        self.0.extend_from_slice(&field::to_bytes(value));
        self
    }

    /// A value that may be absent.
    pub fn optional<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) -> &mut Self {
        match value {
            None => self.0.push(0),
            Some(value) => {
                self.0.push(1);
                write(self, value);
            }
        }
        self
    }

    /// A list: its length, then every element.
    pub fn list<T>(&mut self, values: &[T], mut write: impl FnMut(&mut Self, &T)) -> &mut Self {
        self.integer(values.len() as u64);
        for value in values {
            write(self, value);
        }
        self
    }

    /// The bytes.
    pub fn finish(&self) -> Vec<u8> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_flow_into_each_other() {
        let one = Encoder::new("t").text("ab").text("c").finish();
        let two = Encoder::new("t").text("a").text("bc").finish();
        let tagged = Encoder::new("u").text("ab").text("c").finish();
        assert_ne!(one, two);
        assert_ne!(one, tagged);
    }

    #[test]
    fn absent_differs_from_empty() {
        let absent = Encoder::new("t")
            .optional(None::<&u64>, |e, v| {
                e.integer(*v);
            })
            .finish();
        let zero = Encoder::new("t")
            .optional(Some(&0), |e, v| {
                e.integer(*v);
            })
            .finish();
        assert_ne!(absent, zero);
    }
}
