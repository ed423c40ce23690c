//! BN254 beyond what arkworks has: square roots of one power each, lines of pairings in affine coordinates for many points at
//! once, multiples of a fixed point and by short random scalars. Everything here works on public data and takes time that depends
//! on it.

pub(crate) mod fixed_base;
mod inversion;
mod lines;
pub(crate) mod miller;
pub(crate) mod points;
mod roots;
pub(crate) mod scale;
mod subgroup;
