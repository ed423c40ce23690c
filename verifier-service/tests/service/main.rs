//! The service over real sockets, with real proofs, on both stores.

mod crash;
mod events;
mod limits;
mod lists;
mod operation;
mod place;
mod plain;
mod privacy;
mod redis_server;
mod same_device;
mod stores;
mod webhooks;
