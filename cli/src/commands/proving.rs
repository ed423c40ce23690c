//! The wallet's proving key: found, opened, and put to work before anybody asks.

use std::path::{Path, PathBuf};

use rand::rngs::OsRng;
use serde_json::{Value, json};
use tacit_credential::trust_list::Epoch;
use tacit_prover::{CacheUse, MemoryBudget, Options, Prover, ProvingKey};
use tacit_wallet::{CredentialId, KnownKey, PrepareShowsError, ProvingKeyDigest, ShowsPrepared, Wallet};

use crate::args::Proving;
use crate::error::{CliError, refused};
use crate::exit::Exit;
use crate::files;
use crate::output::{Output, megabytes};
use crate::progress;

/// The prepared proving key: public data, made again if it is missing, damaged or of another key.
const CACHE: &str = "prover.cache";

/// Where `tacit setup` puts the key.
const USUAL: &str = "keys/resident-id.pk";

/// A proving key and where it came from.
pub(crate) struct Found {
    pub(crate) key: ProvingKey,
    path: PathBuf,
    memory: Option<MemoryBudget>,
}

/// A prover, where its key came from, and what became of its cache.
pub(crate) struct Opened {
    pub(crate) prover: Prover,
    path: PathBuf,
    memory: Option<MemoryBudget>,
    cache: PathBuf,
    used: CacheUse,
}

/// The key to prove with: the one that was named, the one of last time, or the usual one.
pub(crate) fn find(wallet: &Wallet, arguments: &Proving) -> Result<Found, CliError> {
    let known = wallet.proving_key();
    let of_last_time = || known.map(|known| known.path().to_owned()).filter(|path| path.exists());
    let path = arguments.proving_key.clone().or_else(of_last_time).unwrap_or_else(|| USUAL.into());
    load(wallet, path, arguments)
}

/// The key to prepare with: the one that was named, or the one of last time if it still is that.
pub(crate) fn find_again(
    wallet: &Wallet,
    arguments: &Proving,
    output: Output,
) -> Result<Option<Found>, CliError> {
    if let Some(path) = &arguments.proving_key {
        return load(wallet, path.clone(), arguments).map(Some);
    }
    let Some(known) = wallet.proving_key() else { return Ok(None) };
    let path = known.path().to_owned();
    match load(wallet, path.clone(), arguments) {
        Ok(found) => Ok(Some(found)),
        _ => {
            output.warn(format_args!(
                "{} is not the proving key any more that this wallet used last, so that nothing is prepared; name the right \
                 one with --proving-key",
                path.display()
            ));
            Ok(None)
        }
    }
}

fn load(wallet: &Wallet, path: PathBuf, arguments: &Proving) -> Result<Found, CliError> {
    if !path.exists() {
        return Err(CliError::KeyMissing(path));
    }
    let key = read(&path)?;
    let named = arguments.key_digest.as_deref().map(digest).transpose()?;
    wallet.accept_proving_key(&key, named).map_err(refused)?;
    let memory = arguments.memory.or_else(|| wallet.proving_key().and_then(KnownKey::memory));
    Ok(Found { key, path, memory })
}

fn digest(text: &str) -> Result<ProvingKeyDigest, CliError> {
    ProvingKeyDigest::from_hex(text).ok_or_else(|| CliError::Argument {
        what: "the digest of the proving key",
        value: text.to_owned(),
        cause: "a digest is 64 hexadecimal digits".into(),
    })
}

fn read(path: &Path) -> Result<ProvingKey, CliError> {
    ProvingKey::from_bytes(&files::read(path)?).map_err(CliError::malformed(path, "a proving key"))
}

impl Found {
    /// Prepares the key, or maps what was prepared before.
    ///
    /// A cache is made only after the key's points were checked to have the right order, and names its key by digest: so
    /// that check, which takes longer than everything else, runs once for each key.
    pub(crate) fn open(self, folder: &Path, output: Output) -> Result<Opened, CliError> {
        // In the wallet's folder, which is its owner's alone: whoever could write the cache could spoil proofs.
        let cache = folder.join(CACHE);
        let message = if cache.exists() {
            "opening the proving key".to_owned()
        } else {
            format!("preparing the proving key, this once; the result goes to {}", cache.display())
        };
        let spinner = progress::spinner(output, message);
        let Self { key, path, memory } = self;
        let options = memory.map_or_else(Options::default, |memory| Options::default().with_memory(memory));
        let accepted = key.digest();
        let (prover, used) = match Prover::load(key, &cache, &options) {
            Ok(prover) => (prover, CacheUse::Loaded),
            Err(_) => {
                let key = read(&path)?;
                // Somebody was asked for consent meanwhile, and the file may be another.
                if key.digest() != accepted {
                    return Err(CliError::Refused {
                        code: "proving-key-changed".to_owned(),
                        message: format!(
                            "{} was replaced while it was in use, and nothing was proved with it; find out by whom, and \
                             try again.",
                            path.display()
                        ),
                        exit: Exit::Refused,
                    });
                }
                key.check_subgroup()
                    .map_err(|cause| CliError::UnsafeKey { path: path.clone(), cause: cause.into() })?;
                Prover::open(key, &cache, &options)
            }
        };
        spinner.finish_and_clear();
        if let CacheUse::NotWritten(error) = &used {
            output.warn(format_args!(
                "the prepared proving key could not be kept, so that this takes longer each time: {error}"
            ));
        }
        Ok(Opened { prover, path, memory, cache, used })
    }

    /// Prepares shows for all that the wallet can prove, and remembers the key; `None` if that fails, which is a pity and no more.
    pub(crate) fn prepare(self, wallet: &mut Wallet, folder: &Path, output: Output) -> Option<ShowsPrepared> {
        let spinner = progress::spinner(output, "looking at what is prepared");
        let missing = wallet.unprepared(&self.key);
        spinner.finish_and_clear();
        if missing == 0 {
            remember(wallet, &self.path, &self.key, self.memory, output);
            return Some(ShowsPrepared { prepared: 0, kept: wallet.preparable() });
        }
        match self.open(folder, output) {
            Ok(opened) => opened.prepare(wallet, output),
            Err(error) => {
                output.warn(format_args!("nothing was prepared for the next presentation: {error}"));
                None
            }
        }
    }
}

impl Opened {
    /// [`Found::prepare`] with the prover open.
    pub(crate) fn prepare(&self, wallet: &mut Wallet, output: Output) -> Option<ShowsPrepared> {
        self.remember(wallet, output);
        let bar = progress::bar(output, 0, "preparing the next proofs");
        let watch = |done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        };
        let prepared = wallet.prepare_shows(&self.prover, &mut OsRng, watch);
        bar.finish_and_clear();
        prepared.map_err(|error| not_prepared(error, output)).ok()
    }

    /// Prepares a show of what was just proved; `false` if that fails.
    pub(crate) fn prepare_again(
        &self,
        wallet: &Wallet,
        id: CredentialId,
        epoch: Epoch,
        output: Output,
    ) -> bool {
        let prepared = wallet.prepare_show(id, epoch, &self.prover, &mut OsRng);
        prepared.map_err(|error| not_prepared(error, output)).unwrap_or(false)
    }

    /// The wallet finds the key again.
    pub(crate) fn remember(&self, wallet: &mut Wallet, output: Output) {
        remember(wallet, &self.path, self.prover.key(), self.memory, output);
    }

    /// For scripts.
    pub(crate) fn cache_use(&self) -> &'static str {
        match self.used {
            CacheUse::Loaded => "loaded",
            CacheUse::Written(_) => "written",
            _ => "not-written",
        }
    }

    /// For people: that something large was written, and why.
    pub(crate) fn in_words(&self) -> Option<String> {
        let CacheUse::Written(_) = self.used else { return None };
        let bytes = self.cache.metadata().map_or(0, |metadata| metadata.len());
        Some(format!(
            "The prepared proving key is kept in {} ({}), so that the next proof starts at once.",
            self.cache.display(),
            megabytes(bytes)
        ))
    }
}

fn not_prepared(error: PrepareShowsError, output: Output) {
    output.warn(format_args!("nothing was prepared for the next presentation: {}", refused(error)));
}

fn remember(
    wallet: &mut Wallet,
    path: &Path,
    key: &ProvingKey,
    memory: Option<MemoryBudget>,
    output: Output,
) {
    if let Err(error) = wallet.remember_proving_key(path, key, memory) {
        output.warn(format_args!("the proving key could not be remembered: {error}"));
    }
}

/// What was prepared, for scripts.
pub(crate) fn as_json(shows: Option<ShowsPrepared>) -> Value {
    shows.map_or(Value::Null, |shows| json!(shows))
}
