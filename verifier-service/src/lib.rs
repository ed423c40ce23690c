//! The HTTP service that a booking site runs beside its own: it makes requests, takes the answers of guests' wallets, verifies them and hands
//! out the outcomes.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`config`] | what can be set, and its check before the start |
//! | [`service`] | requests, answers, outcomes, apart from HTTP |
//! | [`store`] | where they live: SQLite here, Redis for several instances |
//! | [`http`] | routes, limits, the loop that serves |
//! | [`fault`] | the error catalogue |
//! | [`pool`] | verification, off the asynchronous threads |
//! | [`webhook`] | outcomes sent to the business |
//! | [`lists`] | trust lists, reloaded while running |
//!
//! **Who is believed.** Nobody who can reach the service: wallets are strangers, ids and response codes are random and long, callers without an
//! API key are limited. It runs behind a reverse proxy that ends TLS; it has none of its own.
//!
//! **Not done here**: fetching trust lists, which a job of the operator's does, and everything that the site does with an outcome.

pub mod background;
pub mod config;
pub mod fault;
pub mod http;
pub mod lists;
pub mod logging;
pub mod metrics;
pub mod pool;
pub mod rate;
pub mod service;
pub mod session;
pub mod start;
pub mod store;
pub mod view;
pub mod watch;
pub mod webhook;
