//! The issuer as its officers use it, and as somebody who tampers with its registry finds it.
mod backup;
mod common;
mod crash;
mod enrolment;
mod jurisdiction;
mod keys;
mod log;
mod publishing;
mod reissue;
mod revocation;
