//! Many points of G1 at once, each times a scalar of its own, and their Fourier transform: for whoever makes keys.
//!
//! Variable-time, and scalars leave copies in memory: for what is public.

pub use crate::prepared::lockstep::{Product, scale, scale_by};
pub use crate::prepared::multiplier::Multiplier;
pub use crate::prepared::transform::{powers, transform};
