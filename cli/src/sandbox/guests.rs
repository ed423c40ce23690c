//! The sandbox's guests: people of the demonstration under names that say what matters about them.

/// A ready-made guest.
pub(crate) struct Guest {
    /// In addresses.
    pub(crate) name: &'static str,
    /// Which of the demonstration's people; nobody has an empty wallet.
    pub(crate) role: Option<&'static str>,
    /// What matters.
    pub(crate) about: &'static str,
}

/// Everybody.
pub(crate) const GUESTS: [Guest; 8] = [
    guest("of-age", "lin-xiaoyu", "27, resident of Guangdong, a valid ID"),
    guest("hunan", "tan-wei", "41, resident of Hunan, a valid ID"),
    guest("minor", "chen-hao", "16, resident of Guangdong, a valid ID"),
    guest("other-province", "wang-fang", "34, resident of Sichuan, a valid ID"),
    guest("revoked", "liu-yang", "30, resident of Guangdong, ID revoked because he moved away"),
    guest("lost", "zhou-min", "52, resident of Hunan, ID reported as lost"),
    guest("expired", "zhao-guohua", "68, resident of Guangdong, ID expired 28 days ago"),
    Guest { name: "without-credential", role: None, about: "a wallet in which there is nothing yet" },
];

const fn guest(name: &'static str, role: &'static str, about: &'static str) -> Guest {
    Guest { name, role: Some(role), about }
}

/// By name.
pub(crate) fn find(name: &str) -> Option<&'static Guest> {
    GUESTS.iter().find(|guest| guest.name == name)
}
