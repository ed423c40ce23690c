//! Why a credential was revoked.
//!
//! The published status says *that* an index is revoked and nothing more; the reason stays in the registry and its log.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why an officer revokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The document has expired.
    Expired,
    /// The wallet is lost or stolen.
    Lost,
    /// The holder has moved to another bureau's area.
    MovedAway,
    /// Cancelled for any other reason.
    Cancelled,
}

/// No reason of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such reason; give one of: expired, lost, moved-away, cancelled")]
pub struct UnknownReason;

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Expired, Self::Lost, Self::MovedAway, Self::Cancelled];

    /// The name in files, commands and the registry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Lost => "lost",
            Self::MovedAway => "moved-away",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name).ok_or(UnknownReason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
        assert_eq!("replaced".parse::<Reason>(), Err(UnknownReason));
    }
}
