//! Canonical bytes: what gets signed and hashed, and the compact form that travels.
//!
//! A value is written as a sequence of fields; the reader of a format knows their order, and no field's bytes can flow into
//! the next, so that the encoding is injective for a given tag or format. Two spellings of numbers and lengths:
//!
//! | form | integers and lengths | used by |
//! | --- | --- | --- |
//! | wide | big-endian `u64` | lists, manifests, records: only ever written; they travel as JSON |
//! | compact | LEB128, seven bits a byte, the lowest first, no byte to spare | requests and certificates: signed and sent alike |
//!
//! An absent value is one byte 0 and a present one a byte 1 and the value. A message that is signed begins with a tag that
//! names its kind and version. [`Decoder`] reads the compact form with the methods that [`Encoder`] writes it with, each
//! with the most that it accepts; it takes nothing else than what [`Encoder`] writes, and hostile bytes never panic.
//!
//! Not checked here: what the values mean. Whoever decodes a message encodes it again and compares.

use crate::field::{self, Fr};
use alloc::vec::Vec;

/// Collects the canonical bytes of one message.
#[derive(Clone, Debug)]
pub struct Encoder {
    bytes: Vec<u8>,
    form: Form,
}

/// How integers and lengths are written.
#[derive(Clone, Copy, Debug)]
enum Form {
    Wide,
    Compact,
}

impl Encoder {
    /// Starts a message of the kind and version that `tag` names, in the wide form.
    pub fn new(tag: &str) -> Self {
        let mut this = Self { bytes: Vec::with_capacity(256), form: Form::Wide };
        this.bytes(tag.as_bytes());
        this
    }

    /// Starts a message in the compact form. What is signed goes on with its tag as [`text`](Self::text).
    pub fn compact() -> Self {
        Self { bytes: Vec::with_capacity(256), form: Form::Compact }
    }

    /// A variable-length field.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.integer(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A field whose length its format fixes.
    pub fn fixed<const N: usize>(&mut self, bytes: &[u8; N]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.bytes.push(byte);
        self
    }

    /// A text field, UTF-8.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// An integer field.
    pub fn integer(&mut self, value: u64) -> &mut Self {
        match self.form {
            Form::Wide => self.bytes.extend_from_slice(&value.to_be_bytes()),
            Form::Compact => {
                let mut rest = value;
                while rest >= 0x80 {
                    self.bytes.push(rest as u8 | 0x80);
                    rest >>= 7;
                }
                self.bytes.push(rest as u8);
            }
        }
        self
    }

    /// A field element in its canonical 32 bytes.
    pub fn field(&mut self, value: &Fr) -> &mut Self {
        self.bytes.extend_from_slice(&field::to_bytes(value));
        self
    }

    /// A value that may be absent.
    pub fn optional<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) -> &mut Self {
        match value {
            None => self.bytes.push(0),
            Some(value) => {
                self.bytes.push(1);
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
        self.bytes.clone()
    }
}

/// Reads what an [`Encoder`] in the compact form wrote.
#[derive(Clone, Debug)]
pub struct Decoder<'a>(&'a [u8]);

/// Why bytes are not what an [`Encoder`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The bytes end early.
    #[error("the bytes end early")]
    TooShort,
    /// Bytes after the end.
    #[error("bytes follow the end")]
    TrailingBytes,
    /// An integer that is longer than it needs to be, or of more than 64 bits.
    #[error("an integer is not written the one way it can be")]
    Integer,
    /// A text or list beyond its limit.
    #[error("a text or a list is longer than it may be")]
    Length,
    /// A mark of presence that is neither 0 nor 1.
    #[error("a mark is neither 0 nor 1")]
    Mark,
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
}

impl<'a> Decoder<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A variable-length field of at most `most` bytes.
    pub fn bytes(&mut self, most: usize) -> Result<&'a [u8], WireError> {
        let length = self.length(most)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(WireError::TooShort)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A text field of at most `most` bytes.
    pub fn text(&mut self, most: usize) -> Result<&'a str, WireError> {
        core::str::from_utf8(self.bytes(most)?).map_err(|_| WireError::Text)
    }

    /// A field whose length its format fixes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(WireError::TooShort)?;
        self.0 = rest;
        Ok(*bytes)
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, WireError> {
        self.fixed().map(|[byte]| byte)
    }

    /// An integer field.
    pub fn integer(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if bits << shift >> shift != bits {
                return Err(WireError::Integer);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                // A last byte of 0 says nothing, except as the only one.
                return if byte == 0 && shift > 0 { Err(WireError::Integer) } else { Ok(value) };
            }
        }
        Err(WireError::Integer)
    }

    /// A mark: 0 or 1.
    pub fn mark(&mut self) -> Result<bool, WireError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Mark),
        }
    }

    /// A value that may be absent.
    pub fn optional<T, E: From<WireError>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if self.mark()? { read(self).map(Some) } else { Ok(None) }
    }

    /// A list of at most `most` elements.
    pub fn list<T, E: From<WireError>>(
        &mut self,
        most: usize,
        read: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let length = self.length(most)?;
        let mut read = read;
        (0..length).map(|_| read(self)).collect()
    }

    /// The end; refuses further bytes.
    pub fn finish(&self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(WireError::TrailingBytes) }
    }

    fn length(&mut self, most: usize) -> Result<usize, WireError> {
        let length = self.integer()?;
        usize::try_from(length).ok().filter(|length| *length <= most).ok_or(WireError::Length)
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

    #[test]
    fn compact_integers_have_one_spelling() {
        for value in [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, u64::MAX >> 1, u64::MAX] {
            let bytes = Encoder::compact().integer(value).finish();
            let mut decoder = Decoder::new(&bytes);
            assert_eq!(decoder.integer(), Ok(value));
            assert_eq!(decoder.finish(), Ok(()));
        }
        for other in [&[0x80, 0][..], &[0xff, 0x80, 0], &[0xff; 10], &[0x80; 11]] {
            assert_eq!(Decoder::new(other).integer(), Err(WireError::Integer), "{other:x?}");
        }
        let too_large = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2];
        assert_eq!(Decoder::new(&too_large).integer(), Err(WireError::Integer));
        assert_eq!(Decoder::new(&[0x80]).integer(), Err(WireError::TooShort));
    }

    #[test]
    fn what_was_encoded_is_decoded_and_nothing_else() {
        let bytes = Encoder::compact()
            .text("李")
            .byte(7)
            .fixed(&[1, 2])
            .optional(Some(&300u64), |e, v| {
                e.integer(*v);
            })
            .list(&[5u8, 6], |e, v| {
                e.byte(*v);
            })
            .finish();
        let read = |bytes: &[u8]| -> Result<_, WireError> {
            let mut d = Decoder::new(bytes);
            let text = d.text(3)?.to_owned();
            let parts =
                (d.byte()?, d.fixed::<2>()?, d.optional(Decoder::integer)?, d.list(2, Decoder::byte)?);
            d.finish().map(|()| (text, parts))
        };
        assert_eq!(read(&bytes), Ok(("李".into(), (7, [1, 2], Some(300), vec![5, 6]))));
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]), Err(WireError::TooShort), "{length}");
        }
        assert_eq!(read(&[&bytes[..], &[0]].concat()), Err(WireError::TrailingBytes));
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            read(&bytes)
        };
        assert_eq!(with(0, 4), Err(WireError::Length));
        assert_eq!(with(1, 0xff), Err(WireError::Text));
        assert_eq!(with(7, 2), Err(WireError::Mark));
        assert_eq!(with(10, 3), Err(WireError::Length));
    }
}
