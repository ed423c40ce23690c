//! Verification off the asynchronous threads.
//!
//! One thread for each core takes what waits, its fair share of it at once: alone if one answer waits, so that nobody waits for company, and
//! as a batch under load. The queue is bounded; beyond it answers are turned away at once rather than kept until nobody wants them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tacit_credential::presentation::Presentation;
use tacit_credential::request::SignedRequest;
use tacit_verifier::{CheckedPresentation, Verifier, VerifyError};
use tokio::sync::oneshot;

use crate::metrics::Metrics;

/// Most answers that one thread takes at once: more would make the first of them wait too long.
const BATCH: usize = 64;

/// What comes of a verification.
pub type Verdict = Result<CheckedPresentation, VerifyError>;

/// Why an answer was not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// Too many wait.
    #[error("too many presentations wait")]
    Full,
    /// The pool has stopped.
    #[error("the pool has stopped")]
    Stopped,
}

/// The threads; they end when the pool is dropped, after what waits.
pub struct Pool {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    capacity: usize,
    threads: usize,
    verifier: Arc<Verifier>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    stopping: bool,
}

struct Job {
    request: Arc<SignedRequest>,
    presentation: Presentation,
    reply: oneshot::Sender<Verdict>,
    since: Instant,
}

impl Pool {
    /// Starts the threads; 0 is one for each core.
    pub fn new(
        verifier: Arc<Verifier>,
        metrics: Arc<Metrics>,
        threads: usize,
        capacity: usize,
    ) -> std::io::Result<Self> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            given => given,
        };
        let (state, ready) = (Mutex::default(), Condvar::new());
        let queue = Arc::new(Queue { state, ready, capacity, threads, verifier, metrics });
        let threads = (0..threads)
            .map(|i| {
                let queue = queue.clone();
                std::thread::Builder::new().name(format!("verify-{i}")).spawn(move || queue.work())
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue, threads })
    }

    /// Verifies one answer.
    pub async fn verify(
        &self,
        request: Arc<SignedRequest>,
        presentation: Presentation,
    ) -> Result<Verdict, PoolError> {
        let (reply, answer) = oneshot::channel();
        {
            let mut state = self.queue.state();
            if state.stopping {
                return Err(PoolError::Stopped);
            }
            if state.jobs.len() >= self.queue.capacity {
                return Err(PoolError::Full);
            }
            state.jobs.push_back(Job { request, presentation, reply, since: Instant::now() });
            self.queue.metrics.waiting(state.jobs.len());
        }
        self.queue.ready.notify_one();
        answer.await.map_err(|_| PoolError::Stopped)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.state().stopping = true;
        self.queue.ready.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so on standard error.
            drop(thread.join());
        }
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(mut jobs) = self.take() {
            // Whoever went away needs no answer.
            jobs.retain(|job| !job.reply.is_closed());
            self.metrics.batch(jobs.len());
            let answers: Vec<_> = jobs.iter().map(|job| (&*job.request, &job.presentation)).collect();
            let verdicts = self.verifier.check_batch(&answers);
            for (job, verdict) in jobs.into_iter().zip(verdicts) {
                self.metrics.verified(job.since.elapsed());
                drop(job.reply.send(verdict));
            }
        }
    }

    /// This thread's share of what waits; none when the pool stops and nothing waits.
    fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.state();
        loop {
            let waiting = state.jobs.len();
            if waiting > 0 {
                let share = waiting.div_ceil(self.threads).min(BATCH);
                let jobs = state.jobs.drain(..share).collect();
                self.metrics.waiting(state.jobs.len());
                return Some(jobs);
            }
            if state.stopping {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
