//! Tests across crates; this library holds what several of them share.
//!
//! | test binary | what it shows |
//! | --- | --- |
//! | `statement` | the native relation: each clause violated alone |
//! | `agreement` | native relation and circuit agree on valid, arbitrary and mutated inputs |
//! | `forgeries` | the attacks that worked on systems of this kind, one test a row |
//! | `life` | one credential from enrolment to re-issue, through every role |

pub use tacit_credential::fixtures;
