//! Redis, for any number of instances.
//!
//! | key | holds |
//! | --- | --- |
//! | `tacit:s:<id>` | a hash: `record`, `expires_at`, `refused`, `last_refusal`, `outcome`, `code`, `redeemed`; Redis forgets it at its time |
//! | `tacit:d:<id>` | a hash: `url`, `body`, `attempts` of a webhook |
//! | `tacit:due` | a sorted set: webhooks by the time at which they are due |
//! | `tacit:epoch` | a hash: newest trust list of each operator, by its id in hex |
//!
//! What must not come apart is one Lua script, which Redis runs alone and writes to its log as one transaction. That is worth what the
//! log is worth, so the service looks at the settings when it starts and whenever it is asked whether it is ready, and refuses to work
//! unless `appendonly yes`, `appendfsync always`, `no-appendfsync-on-rewrite no` and `maxmemory-policy noeviction` are set: otherwise a
//! crash or a full memory would open used challenges again. Use one primary: a replica that takes over may lack the last acceptances.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{RedisError, Script};
use tacit_credential::date::UnixTime;
use tacit_credential::trust_list::{Epoch, TrustListId};

use super::{AcceptError, Acceptance, RedeemError, Store, StoreError, unreachable, unreadable};
use crate::session::{CodeDigest, Session, SessionId, Standing, Stored};
use crate::webhook::{Delivery, DeliveryId};

/// Settings without which Redis may forget what it acknowledged.
const REQUIRED: [(&str, &str); 4] = [
    ("appendonly", "yes"),
    ("appendfsync", "always"),
    ("no-appendfsync-on-rewrite", "no"),
    ("maxmemory-policy", "noeviction"),
];

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// For how long after it was due a webhook is kept at most, should nobody deliver it.
const DELIVERY_KEPT: Duration = Duration::from_secs(7 * 86_400);

const ACCEPT: &str = "
local known = redis.call('HMGET', KEYS[1], 'expires_at', 'outcome')
if not known[1] then return 'unknown' end
if known[2] then return 'used' end
if tonumber(known[1]) <= tonumber(ARGV[1]) then return 'expired' end
redis.call('HSET', KEYS[1], 'outcome', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'code', ARGV[3]) end
if ARGV[4] ~= '' then
    redis.call('HSET', KEYS[2], 'url', ARGV[5], 'body', ARGV[6], 'attempts', 0)
    redis.call('EXPIRE', KEYS[2], ARGV[7])
    redis.call('ZADD', KEYS[3], ARGV[1], ARGV[4])
end
return 'accepted'";

/// A refusal must not bring a forgotten session back.
const REFUSE: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'refused', 1)
redis.call('HSET', KEYS[1], 'last_refusal', ARGV[1])
return 1";

const REDEEM: &str = "
local known = redis.call('HMGET', KEYS[1], 'record', 'outcome', 'code', 'redeemed')
if not known[1] then return {'unknown'} end
if not known[2] then return {'open'} end
if known[3] ~= ARGV[1] then return {'wrong'} end
if known[4] then return {'used'} end
redis.call('HSET', KEYS[1], 'redeemed', 1)
return {'redeemed', known[1], known[2]}";

const DUE: &str = "
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], ARGV[2], id) end
return ids";

const POSTPONE: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return redis.call('ZREM', KEYS[2], ARGV[2]) end
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
redis.call('ZADD', KEYS[2], 'XX', ARGV[1], ARGV[2])
return 1";

const RAISE: &str = "
local newest = redis.call('HGET', KEYS[1], ARGV[1])
if not newest or tonumber(newest) < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1";

/// Why a Redis server is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisSettingsError {
    /// A setting with which acknowledged writes can be lost.
    #[error(
        "Redis has `{name} {found}`, and would lose used challenges in a crash or a full memory; set `{name} {needed}` in redis.conf \
         (or CONFIG SET {name} {needed}, then CONFIG REWRITE)"
    )]
    Setting {
        /// The setting.
        name: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        needed: &'static str,
    },
    /// The server does not show its settings.
    #[error(
        "Redis does not tell `{0}`; allow this service's user `CONFIG GET`, since it must not work with a Redis that forgets"
    )]
    Hidden(&'static str),
}

/// The store behind `redis://…`.
pub struct RedisStore {
    connection: ConnectionManager,
    scripts: Scripts,
}

struct Scripts {
    accept: Script,
    refuse: Script,
    redeem: Script,
    due: Script,
    postpone: Script,
    raise: Script,
}

impl RedisStore {
    /// Connects, and looks at the settings.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let client = redis::Client::open(url).map_err(unreachable)?;
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(2);
        let connection = ConnectionManager::new_with_config(client, settings).await.map_err(unreachable)?;
        let scripts = Scripts {
            accept: Script::new(ACCEPT),
            refuse: Script::new(REFUSE),
            redeem: Script::new(REDEEM),
            due: Script::new(DUE),
            postpone: Script::new(POSTPONE),
            raise: Script::new(RAISE),
        };
        let store = Self { connection, scripts };
        store.ready().await?;
        Ok(store)
    }

    /// Connections are shared: a clone is a handle.
    fn connection(&self) -> ConnectionManager {
        self.connection.clone()
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn create(&self, session: &Session, forget_at: UnixTime) -> Result<(), StoreError> {
        let record = serde_json::to_string(session).map_err(unreadable)?;
        let key = key(&session.id);
        // Counted from now by Redis, whatever it takes the time to be.
        let kept = i64::try_from(forget_at.since(session.created_at).as_secs()).unwrap_or(i64::MAX).max(1);
        redis::pipe()
            .atomic()
            .hset_multiple(&key, &[("record", record), ("expires_at", session.expires_at().0.to_string())])
            .ignore()
            .expire(&key, kept)
            .ignore()
            .query_async(&mut self.connection())
            .await
            .map_err(unreachable)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Stored>, StoreError> {
        let mut fields: HashMap<String, String> = redis::cmd("HGETALL")
            .arg(key(id))
            .query_async(&mut self.connection())
            .await
            .map_err(unreachable)?;
        let Some(record) = fields.remove("record") else { return Ok(None) };
        let outcome = fields.get("outcome").map(|text| serde_json::from_str(text)).transpose();
        Ok(Some(Stored {
            session: serde_json::from_str(&record).map_err(unreadable)?,
            standing: Standing {
                refused: number(&fields, "refused")?,
                last_refusal: fields.get("last_refusal").cloned(),
                outcome: outcome.map_err(unreadable)?,
                redeemed: fields.contains_key("redeemed"),
            },
        }))
    }

    async fn accept(&self, acceptance: Acceptance) -> Result<(), AcceptError> {
        let outcome = serde_json::to_string(&acceptance.outcome).map_err(unreadable)?;
        let code = acceptance.code.map(hex::encode).unwrap_or_default();
        let delivery = acceptance.delivery.as_ref();
        let (id, url, body) = delivery.map_or(("", "", ""), |d| (&d.id.0, d.url.as_str(), &d.body));
        let answer: String = self
            .scripts
            .accept
            .key(key(&acceptance.id))
            .key(delivery_key(id))
            .key(DUE_KEY)
            .arg(acceptance.now.0)
            .arg(outcome)
            .arg(code)
            .arg(id)
            .arg(url)
            .arg(body)
            .arg(DELIVERY_KEPT.as_secs())
            .invoke_async(&mut self.connection())
            .await
            .map_err(unreachable)?;
        match answer.as_str() {
            "accepted" => Ok(()),
            "used" => Err(AcceptError::Used),
            "expired" => Err(AcceptError::Expired),
            "unknown" => Err(AcceptError::Unknown),
            _ => Err(unreadable("an answer of no known kind").into()),
        }
    }

    async fn refuse(&self, id: &SessionId, code: &str) -> Result<(), StoreError> {
        let mut connection = self.connection();
        self.scripts.refuse.key(key(id)).arg(code).invoke_async(&mut connection).await.map_err(unreachable)
    }

    async fn redeem(&self, id: &SessionId, code: &CodeDigest) -> Result<Stored, RedeemError> {
        let mut connection = self.connection();
        let answer: Vec<String> = self
            .scripts
            .redeem
            .key(key(id))
            .arg(hex::encode(code))
            .invoke_async(&mut connection)
            .await
            .map_err(unreachable)?;
        let words: Vec<&str> = answer.iter().map(String::as_str).collect();
        match words[..] {
            ["redeemed", record, outcome] => {
                let outcome = Some(serde_json::from_str(outcome).map_err(unreadable)?);
                let standing = Standing { outcome, redeemed: true, ..Standing::default() };
                Ok(Stored { session: serde_json::from_str(record).map_err(unreadable)?, standing })
            }
            ["unknown"] => Err(RedeemError::Unknown),
            ["open"] => Err(RedeemError::Open),
            ["wrong"] => Err(RedeemError::Wrong),
            ["used"] => Err(RedeemError::Used),
            _ => Err(unreadable("an answer of no known kind").into()),
        }
    }

    async fn due_deliveries(
        &self,
        now: UnixTime,
        hidden_until: UnixTime,
        most: usize,
    ) -> Result<Vec<(DeliveryId, Delivery)>, StoreError> {
        let mut connection = self.connection();
        let ids: Vec<String> = self
            .scripts
            .due
            .key(DUE_KEY)
            .arg(now.0)
            .arg(hidden_until.0)
            .arg(most)
            .invoke_async(&mut connection)
            .await
            .map_err(unreachable)?;
        let mut due = Vec::with_capacity(ids.len());
        for id in ids {
            let fields: HashMap<String, String> = redis::cmd("HGETALL")
                .arg(delivery_key(&id))
                .query_async(&mut connection)
                .await
                .map_err(unreachable)?;
            let (Some(url), Some(body)) = (fields.get("url"), fields.get("body")) else {
                // Past its time, and forgotten.
                self.drop_delivery(DeliveryId(id)).await?;
                continue;
            };
            let (url, attempts) = (url.parse().map_err(unreadable)?, number(&fields, "attempts")?);
            due.push((
                DeliveryId(id.clone()),
                Delivery { id: DeliveryId(id), url, body: body.clone(), attempts },
            ));
        }
        Ok(due)
    }

    async fn drop_delivery(&self, id: DeliveryId) -> Result<(), StoreError> {
        redis::pipe()
            .atomic()
            .del(delivery_key(&id.0))
            .ignore()
            .zrem(DUE_KEY, &id.0)
            .ignore()
            .query_async(&mut self.connection())
            .await
            .map_err(unreachable)
    }

    async fn postpone_delivery(&self, id: DeliveryId, until: UnixTime) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let script = &self.scripts.postpone;
        let mut call = script.key(delivery_key(&id.0));
        call.key(DUE_KEY).arg(until.0).arg(&id.0).invoke_async(&mut connection).await.map_err(unreachable)
    }

    async fn raise_epoch(&self, operator: TrustListId, epoch: Epoch) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let script = &self.scripts.raise;
        let mut call = script.key(EPOCH_KEY);
        call.arg(hex::encode(operator.0))
            .arg(epoch.0)
            .invoke_async(&mut connection)
            .await
            .map_err(unreachable)
    }

    async fn newest_epoch(&self, operator: TrustListId) -> Result<Option<Epoch>, StoreError> {
        let newest: Option<u64> = redis::cmd("HGET")
            .arg(EPOCH_KEY)
            .arg(hex::encode(operator.0))
            .query_async(&mut self.connection())
            .await
            .map_err(unreachable)?;
        Ok(newest.map(Epoch))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        for (name, needed) in REQUIRED {
            let shown: Result<HashMap<String, String>, RedisError> =
                redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut self.connection()).await;
            let found = match shown {
                Ok(shown) => shown.get(name).cloned(),
                Err(error) if error.is_io_error() || error.is_timeout() => return Err(unreachable(error)),
                Err(_) => None,
            };
            match found {
                Some(found) if found == needed => {}
                Some(found) => return Err(RedisSettingsError::Setting { name, found, needed }.into()),
                None => return Err(RedisSettingsError::Hidden(name).into()),
            }
        }
        Ok(())
    }

    /// Redis forgets by itself.
    async fn forget(&self, _now: UnixTime) -> Result<(), StoreError> {
        Ok(())
    }
}

const DUE_KEY: &str = "tacit:due";
const EPOCH_KEY: &str = "tacit:epoch";

fn key(id: &SessionId) -> String {
    format!("tacit:s:{id}")
}

fn delivery_key(id: &str) -> String {
    format!("tacit:d:{id}")
}

fn number(fields: &HashMap<String, String>, name: &str) -> Result<u32, StoreError> {
    fields.get(name).map_or(Ok(0), |text| text.parse().map_err(unreadable))
}
