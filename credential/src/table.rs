//! Tables and nothing else: a guard against positional reading.
//!
//! What serde derives for a struct reads a list as the struct's fields in order, and the fields that the list is too short
//! for take their defaults: `[]` would be a policy that asks for nothing. [`Table`] reads a struct from a table alone.

use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, de};

/// A `T` that was read from a table (a JSON object).
pub(crate) struct Table<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Table<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with named fields")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Table<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Table)
            }
        }
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Limits {
        #[serde(default)]
        minimum: u8,
    }

    #[test]
    fn lists_are_refused_where_serde_alone_takes_them() {
        assert_eq!(serde_json::from_str::<Limits>("[]").unwrap().minimum, 0);
        let error = serde_json::from_str::<Table<Limits>>("[]").err().unwrap();
        assert!(error.to_string().contains("a table with named fields"), "{error}");
        assert!(serde_json::from_str::<Table<Limits>>("[3]").is_err());
        assert!(serde_json::from_str::<Table<Limits>>(r#"{"maximum":3}"#).is_err());
        assert_eq!(serde_json::from_str::<Table<Limits>>(r#"{"minimum":3}"#).unwrap().0.minimum, 3);
    }
}
