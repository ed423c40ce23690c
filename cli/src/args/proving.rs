//! The proving key and what it may take.

use std::path::PathBuf;

use clap::Args;
use tacit_prover::MemoryBudget;

/// Which proving key, and how much memory its tables may take.
#[derive(Args)]
pub(crate) struct Proving {
    /// The proving key (`tacit setup`) [default: the one that this wallet used last; `present` then tries
    /// keys/resident-id.pk].
    #[arg(long, value_name = "FILE", env = "TACIT_PROVING_KEY")]
    pub(crate) proving_key: Option<PathBuf>,
    /// The digest of the key to use and to pin from now on, which `tacit ceremony verify` prints [default: the one that this wallet
    /// has pinned; it pins the first that it uses].
    #[arg(long, value_name = "HEX")]
    pub(crate) key_digest: Option<String>,
    /// Memory for the prepared proving key, such as 512MiB or 2GiB: less is slower [default: as last time, then a quarter
    /// of the machine's, at most 1GiB].
    #[arg(long, value_name = "SIZE", value_parser = memory_budget)]
    pub(crate) memory: Option<MemoryBudget>,
}

/// No machine that runs this has more: a slip of the hand.
const MOST_MEBIBYTES: u64 = 1 << 20;

pub(super) fn memory_budget(text: &str) -> Result<MemoryBudget, String> {
    let lower = text.to_ascii_lowercase();
    let (digits, factor) = match (lower.strip_suffix("mib"), lower.strip_suffix("gib")) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 1024),
        _ => {
            return Err(
                "a size is a whole number with MiB or GiB behind it, such as 512MiB or 2GiB".to_owned()
            );
        }
    };
    // `parse` alone takes a plus sign too.
    let number = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
    let mebibytes = number.and_then(|number: u64| number.checked_mul(factor));
    match mebibytes {
        Some(0) => Err("tables need some memory; 16MiB is little, 1GiB is plenty".to_owned()),
        Some(mebibytes) if mebibytes <= MOST_MEBIBYTES => Ok(MemoryBudget::mebibytes(mebibytes)),
        Some(_) => Err("that is more than 1024GiB; 1GiB is plenty".to_owned()),
        None => Err("a size is a whole number with MiB or GiB behind it, such as 512MiB or 2GiB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_nonsense_is_not() {
        assert_eq!(memory_budget("512MiB"), Ok(MemoryBudget::mebibytes(512)));
        assert_eq!(memory_budget("2gib"), Ok(MemoryBudget::mebibytes(2048)));
        assert_eq!(memory_budget("1024GiB"), Ok(MemoryBudget::mebibytes(1 << 20)));
        for nonsense in [
            "",
            "512",
            "MiB",
            "-1MiB",
            "+1MiB",
            "1.5GiB",
            "0MiB",
            "0GiB",
            "512MB",
            "512 MiB",
            "1025GiB",
            "many",
            "99999999999999999999GiB",
            "18014398509481984GiB",
            "½GiB",
            "1KiB",
        ] {
            assert!(memory_budget(nonsense).is_err(), "{nonsense:?}");
        }
    }
}
