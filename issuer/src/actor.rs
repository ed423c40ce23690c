//! Who acts: the officer or the service account that the log names.
//!
//! Encoding: UTF-8, 1 to 64 characters, no control characters. Not checked here: that the person is who the caller says;
//! the desk's own sign-on does that.
use std::fmt;
use std::str::FromStr;

/// Most characters of an actor's name.
const ACTOR_MAX: usize = 64;

/// An officer or a service, as the log names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor(String);

/// Why a text cannot name an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// Empty or longer than 64 characters.
    #[error("an actor's name has 1 to 64 characters; give the officer's name or number")]
    Length,
    /// A control character.
    #[error("an actor's name holds no control character; give the officer's name or number")]
    ControlCharacter,
}

impl Actor {
    /// Checks length and characters; surrounding white space is dropped.
    pub fn new(name: &str) -> Result<Self, ActorError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > ACTOR_MAX {
            return Err(ActorError::Length);
        }
        if name.chars().any(char::is_control) {
            return Err(ActorError::ControlCharacter);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Actor {
    type Err = ActorError;

    fn from_str(name: &str) -> Result<Self, ActorError> {
        Self::new(name)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert_eq!(Actor::new(" "), Err(ActorError::Length));
        assert_eq!(Actor::new(&"x".repeat(65)), Err(ActorError::Length));
        assert_eq!(Actor::new("a\nb"), Err(ActorError::ControlCharacter));
        assert_eq!(
            Actor::new(" officer 4711 ").map(|actor| actor.to_string()),
            Ok("officer 4711".to_owned())
        );
    }
}
