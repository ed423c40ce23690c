//! The verifying keys by the circuits they belong to, and their rotation while the verifier runs.
//!
//! A request names its circuit and is checked with that circuit's key alone; a circuit that is unknown or retired is refused by
//! name. Requests are made for the circuit whose key was added last.

use alloc::sync::Arc;
use alloc::vec::Vec;

use tacit_credential::request::CircuitDigest;

use crate::error::{KeyUseError, VerifyError};
use crate::key::{Provenance, VerifyingKey};

/// All keys that this verifier knows.
pub(crate) struct Registry {
    /// In the order in which they were added.
    keys: Vec<Arc<VerifyingKey>>,
    retired: Vec<CircuitDigest>,
    accept_development_keys: bool,
}

impl Registry {
    pub(crate) fn new(accept_development_keys: bool) -> Self {
        Self { keys: Vec::new(), retired: Vec::new(), accept_development_keys }
    }

    /// Takes a key into use; its circuit may be one that was retired.
    pub(crate) fn add(&mut self, key: VerifyingKey) -> Result<(), KeyUseError> {
        let circuit = key.circuit();
        if self.keys.iter().any(|known| known.circuit() == circuit) {
            return Err(KeyUseError::Duplicate(circuit));
        }
        if key.provenance() == Provenance::Development && !self.accept_development_keys {
            return Err(KeyUseError::Development(circuit));
        }
        self.retired.retain(|retired| *retired != circuit);
        self.keys.push(Arc::new(key));
        Ok(())
    }

    /// Takes a key out of use.
    pub(crate) fn retire(&mut self, circuit: CircuitDigest) -> Result<(), KeyUseError> {
        let place = self.keys.iter().position(|key| key.circuit() == circuit);
        self.keys.remove(place.ok_or(KeyUseError::Unknown(circuit))?);
        self.retired.push(circuit);
        Ok(())
    }

    /// The circuit that requests are made for.
    pub(crate) fn current(&self) -> Option<CircuitDigest> {
        self.keys.last().map(|key| key.circuit())
    }

    pub(crate) fn circuits(&self) -> Vec<CircuitDigest> {
        self.keys.iter().map(|key| key.circuit()).collect()
    }

    /// The key of a request's circuit.
    pub(crate) fn of_request(&self, circuit: CircuitDigest) -> Result<Arc<VerifyingKey>, VerifyError> {
        match self.keys.iter().find(|key| key.circuit() == circuit) {
            Some(key) => Ok(key.clone()),
            None if self.retired.contains(&circuit) => Err(VerifyError::RetiredCircuit(circuit)),
            None => Err(VerifyError::UnknownCircuit(circuit)),
        }
    }
}
