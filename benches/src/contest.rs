//! Interleaved measurement: whoever is compared runs in the same rounds.
//!
//! Each round gives every entrant a turn, and rounds alternate in direction, so that a machine that slows down or is shared slows
//! all of them. One round before the first is not counted. A turn may begin with uncounted runs, so that an entrant finds its own
//! data in the caches and not those of the one before. A ratio can be had from one [`Outcome`] only: two measurements of
//! different contests cannot be divided.

use std::time::{Duration, Instant};

use crate::clock::{Start, Taken};
use crate::error::BenchError;
use crate::figure::{CpuTimes, Figure};
use crate::statistics::{Quartiles, rounded};

/// How many rounds: at least `least`, then until `budget` is spent, at most `most`.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// Run even if the budget is spent.
    pub least: usize,
    /// Never more.
    pub most: usize,
    /// Time after which no round starts beyond the least.
    pub budget: Duration,
    /// Runs at the beginning of every turn that are not counted.
    pub uncounted: usize,
}

/// One entrant of a contest, by the order of entering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entrant(usize);

type Run<'a> = Box<dyn FnMut() -> Result<Taken, BenchError> + 'a>;

/// Entrants that will run in the same rounds.
#[derive(Default)]
pub struct Contest<'a> {
    names: Vec<String>,
    runs: Vec<Run<'a>>,
}

impl<'a> Contest<'a> {
    /// Without entrants.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An entrant that is timed around its call.
    pub fn enter<T>(
        &mut self,
        name: impl Into<String>,
        mut run: impl FnMut() -> Result<T, BenchError> + 'a,
    ) -> Entrant {
        self.push(name.into(), move || {
            let start = Start::now();
            let result = std::hint::black_box(run()?);
            let taken = start.taken();
            drop(result);
            Ok(taken)
        })
    }

    /// An entrant that is timed around its call, and gets what `prepare` makes before the clock starts.
    pub fn enter_prepared<P, T>(
        &mut self,
        name: impl Into<String>,
        mut prepare: impl FnMut() -> Result<P, BenchError> + 'a,
        mut run: impl FnMut(P) -> Result<T, BenchError> + 'a,
    ) -> Entrant {
        self.push(name.into(), move || {
            let prepared = prepare()?;
            let start = Start::now();
            let result = std::hint::black_box(run(prepared)?);
            let taken = start.taken();
            drop(result);
            Ok(taken)
        })
    }

    /// An entrant that times itself, such as another process.
    pub fn enter_timed(
        &mut self,
        name: impl Into<String>,
        mut run: impl FnMut() -> Result<Duration, BenchError> + 'a,
    ) -> Entrant {
        self.push(name.into(), move || Ok(Taken { wall: run()?, cpu: None }))
    }

    fn push(&mut self, name: String, run: impl FnMut() -> Result<Taken, BenchError> + 'a) -> Entrant {
        self.names.push(name);
        self.runs.push(Box::new(run));
        Entrant(self.runs.len() - 1)
    }

    /// Runs all rounds.
    pub fn run(mut self, rounds: Rounds) -> Result<Outcome, BenchError> {
        for run in &mut self.runs {
            run()?;
        }
        let mut samples = vec![Vec::new(); self.runs.len()];
        let started = Instant::now();
        for round in 0..rounds.most {
            if round >= rounds.least && started.elapsed() >= rounds.budget {
                break;
            }
            for step in 0..self.runs.len() {
                let place = if round % 2 == 0 { step } else { self.runs.len() - 1 - step };
                for _ in 0..rounds.uncounted {
                    self.runs[place]()?;
                }
                samples[place].push(self.runs[place]()?);
            }
        }
        Ok(Outcome { names: self.names, samples })
    }
}

/// The samples of a contest; sample `k` of every entrant is from round `k`.
#[derive(Clone, Debug)]
pub struct Outcome {
    names: Vec<String>,
    samples: Vec<Vec<Taken>>,
}

impl Outcome {
    /// An entrant's quartiles, in milliseconds; `None` if there was no round.
    #[must_use]
    pub fn quartiles(&self, of: Entrant) -> Option<Quartiles> {
        Quartiles::of(&self.samples[of.0].iter().map(wall).collect::<Vec<_>>())
    }

    /// The peer's time over ours, round by round.
    #[must_use]
    pub fn ratios(&self, ours: Entrant, peer: Entrant) -> Option<Quartiles> {
        let rounds = self.samples[ours.0].iter().zip(&self.samples[peer.0]);
        Quartiles::of(&rounds.map(|(ours, peer)| wall(peer) / wall(ours)).collect::<Vec<_>>())
    }

    /// Processor time of both, where every sample has it.
    fn cpu(&self, ours: Entrant, peer: Entrant) -> Option<CpuTimes> {
        let times = |of: Entrant| self.samples[of.0].iter().map(cpu).collect::<Option<Vec<f64>>>();
        let (ours, peer) = (times(ours)?, times(peer)?);
        let ratios: Vec<f64> = ours.iter().zip(&peer).map(|(ours, peer)| peer / ours).collect();
        let median = |samples: &[f64]| Quartiles::of(samples).map(|quartiles| rounded(quartiles.median));
        Some(CpuTimes { ours_ms: median(&ours)?, peer_ms: median(&peer)?, ratio: median(&ratios)? })
    }

    /// Two of the entrants, side by side.
    #[must_use]
    pub fn figure(&self, ours: Entrant, peer: Entrant) -> Figure {
        let entrants = (ours, peer);
        match (self.quartiles(ours), self.quartiles(peer), self.ratios(ours, peer)) {
            (Some(ours), Some(theirs), Some(ratios)) => {
                Figure::measured(ours, &self.names[peer.0], theirs, ratios)
                    .with_cpu(self.cpu(entrants.0, entrants.1))
            }
            _ => Figure::absent(&self.names[peer.0], "no round was run"),
        }
    }
}

/// Milliseconds.
fn wall(taken: &Taken) -> f64 {
    taken.wall.as_secs_f64() * 1e3
}

/// Milliseconds; `None` too if the clock is too coarse to have moved.
fn cpu(taken: &Taken) -> Option<f64> {
    taken.cpu.filter(|cpu| !cpu.is_zero()).map(|cpu| cpu.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn rounds(n: usize) -> Rounds {
        Rounds { least: n, most: n, budget: Duration::ZERO, uncounted: 0 }
    }

    #[test]
    fn entrants_take_turns_and_rounds_alternate() {
        let order = RefCell::new(String::new());
        let mut contest = Contest::new();
        for name in ["a", "b", "c"] {
            let order = &order;
            contest.enter(name, move || {
                order.borrow_mut().push_str(name);
                Ok(())
            });
        }
        contest.run(rounds(3)).unwrap();
        assert_eq!(*order.borrow(), "abcabccbaabc", "a warm-up, then forth, back, forth");
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        let mut contest = Contest::new();
        let mut slow = [1_u64, 10, 20, 30].into_iter();
        let mut fast = [1_u64, 1, 2, 3].into_iter();
        let ours = contest.enter_timed("ours", move || Ok(Duration::from_millis(fast.next().unwrap())));
        let peer = contest.enter_timed("peer", move || Ok(Duration::from_millis(slow.next().unwrap())));
        let outcome = contest.run(rounds(3)).unwrap();
        let ratios = outcome.ratios(ours, peer).unwrap();
        assert_eq!((ratios.lower, ratios.median, ratios.upper), (10.0, 10.0, 10.0));
        assert_eq!(outcome.quartiles(ours).unwrap().median, 2.0);
    }

    #[test]
    fn processor_time_is_compared_where_every_sample_has_it() {
        let mut contest = Contest::new();
        let spin = |rounds: u64| {
            move || {
                let mut sum = 1_u64;
                (0..rounds).for_each(|i| sum = std::hint::black_box(sum.wrapping_mul(i | 1)));
                Ok(sum)
            }
        };
        let ours = contest.enter("ours", spin(1_000_000));
        let peer = contest.enter("peer", spin(1_000_000));
        let other = contest.enter_timed("another process", || Ok(Duration::from_millis(1)));
        let outcome = contest.run(rounds(3)).unwrap();
        assert_eq!(outcome.figure(ours, peer).cpu().is_some(), cfg!(unix));
        assert!(outcome.figure(ours, peer).cpu().is_none_or(|cpu| cpu.ours_ms > 0.0 && cpu.ratio > 0.0));
        assert_eq!(outcome.figure(ours, other).cpu(), None);
    }

    #[test]
    fn the_budget_ends_a_contest_but_not_before_the_least() {
        let mut contest = Contest::new();
        let only = contest.enter("only", || Ok(()));
        let spent = Rounds { least: 4, most: 100, budget: Duration::ZERO, uncounted: 0 };
        assert_eq!(contest.run(spent).unwrap().quartiles(only).unwrap().samples, 4);
    }

    #[test]
    fn uncounted_runs_open_a_turn() {
        let mut times = [1_u64, 9, 10, 9, 20].into_iter();
        let mut contest = Contest::new();
        let only = contest.enter_timed("only", move || Ok(Duration::from_millis(times.next().unwrap())));
        let outcome = contest.run(Rounds { uncounted: 1, ..rounds(2) }).unwrap();
        let quartiles = outcome.quartiles(only).unwrap();
        assert_eq!((quartiles.minimum, quartiles.median, quartiles.samples), (10.0, 15.0, 2));
    }

    #[test]
    fn an_entrant_that_fails_ends_the_contest() {
        let mut contest = Contest::new();
        contest.enter("ours", || Err::<(), _>(BenchError::TooLarge));
        assert!(matches!(contest.run(rounds(1)), Err(BenchError::TooLarge)));
    }
}
