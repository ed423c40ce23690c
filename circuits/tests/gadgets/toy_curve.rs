//! The exception tables of the additions and the canonical decomposition of h, exhaustively on small curves.
//!
//! The equations are those of the gadgets over a small prime; every solution is counted.

use std::collections::{BTreeMap, BTreeSet};

type Point = (i64, i64);

fn is_prime(n: i64) -> bool {
    n > 1 && (2..).take_while(|d| d * d <= n).all(|d| n % d != 0)
}

/// `v² = u³ + A u² + u` over a small prime, with 8 l points and one of order two, like Baby Jubjub.
struct Curve {
    p: i64,
    a: i64,
    points: Vec<Point>,
}

impl Curve {
    fn find() -> Self {
        (60..140).filter(|&p| is_prime(p)).find_map(Self::over).unwrap()
    }

    fn over(p: i64) -> Option<Self> {
        (3..p).filter(|a| (a * a - 4) % p != 0).find_map(|a| {
            let all = (0..p).flat_map(|u| (0..p).map(move |v| (u, v)));
            let on_curve = |&(u, v): &Point| (v * v - (u * u * u + a * u * u + u)) % p == 0;
            let points: Vec<Point> = all.filter(on_curve).collect();
            let order = points.len() as i64 + 1;
            let l = order / 8;
            let fits = order % 8 == 0 && is_prime(l) && 8 * l > p && l > 8;
            (fits && points.iter().filter(|point| point.1 == 0).count() == 1).then_some(Self { p, a, points })
        })
    }

    fn inverse(&self, x: i64) -> i64 {
        (1..self.p).find(|y| (x * y - 1).rem_euclid(self.p) == 0).unwrap()
    }

    fn negated(&self, (u, v): Point) -> Point {
        (u, (-v).rem_euclid(self.p))
    }

    fn third(&self, slope: i64, p: Point, q: Point) -> Point {
        let u = (slope * slope - self.a - p.0 - q.0).rem_euclid(self.p);
        (u, (slope * (p.0 - u) - p.1).rem_euclid(self.p))
    }

    /// The group law; `None` is the identity.
    fn add(&self, p: Option<Point>, q: Option<Point>) -> Option<Point> {
        let (Some(p), Some(q)) = (p, q) else { return p.or(q) };
        let slope = if p.0 != q.0 {
            (q.1 - p.1) * self.inverse((q.0 - p.0).rem_euclid(self.p))
        } else if p.1 == q.1 && p.1 != 0 {
            (3 * p.0 * p.0 + 2 * self.a * p.0 + 1) * self.inverse(2 * p.1 % self.p)
        } else {
            return None;
        };
        Some(self.third(slope.rem_euclid(self.p), p, q))
    }

    /// All `q` with `q · d = n`.
    fn quotients(&self, n: i64, d: i64) -> Vec<i64> {
        (0..self.p).filter(|q| (q * d - n).rem_euclid(self.p) == 0).collect()
    }

    /// All solutions of `add`.
    fn chords(&self, p: Point, q: Point) -> BTreeSet<Point> {
        let slopes = self.quotients(q.1 - p.1, q.0 - p.0);
        slopes.into_iter().map(|slope| self.third(slope, p, q)).collect()
    }

    /// All solutions of `double`.
    fn tangents(&self, p: Point) -> BTreeSet<Point> {
        let slopes = self.quotients(3 * p.0 * p.0 + 2 * self.a * p.0 + 1, 2 * p.1);
        slopes.into_iter().map(|slope| self.third(slope, p, p)).collect()
    }

    /// All solutions of `double_and_add`.
    fn double_and_adds(&self, p: Point, q: Point) -> BTreeSet<Point> {
        let mut all = BTreeSet::new();
        for first in self.quotients(p.1 - q.1, p.0 - q.0) {
            let middle = (first * first - self.a - p.0 - q.0).rem_euclid(self.p);
            for second in self.quotients(2 * p.1, p.0 - middle) {
                let slope = (second - first).rem_euclid(self.p);
                let u = (slope * slope - self.a - p.0 - middle).rem_euclid(self.p);
                all.insert((u, (slope * (p.0 - u) - p.1).rem_euclid(self.p)));
            }
        }
        all
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    None,
    TheSum,
    Wrong,
    Free,
}

fn outcome(solutions: &BTreeSet<Point>, sum: Option<Point>) -> Outcome {
    match solutions.len() {
        0 => Outcome::None,
        1 if solutions.first().copied() == sum => Outcome::TheSum,
        1 => Outcome::Wrong,
        _ => Outcome::Free,
    }
}

#[test]
fn exception_table_of_add_and_double() {
    let curve = Curve::find();
    let mut table: BTreeMap<&str, BTreeSet<Outcome>> = BTreeMap::new();
    for &p in &curve.points {
        let case = if p.1 == 0 { "double, order 2" } else { "double" };
        let double = curve.add(Some(p), Some(p));
        table.entry(case).or_default().insert(outcome(&curve.tangents(p), double));
        for &q in &curve.points {
            let case = if p == q {
                "P = Q"
            } else if p == curve.negated(q) {
                "P = -Q"
            } else {
                "add"
            };
            let sum = curve.add(Some(p), Some(q));
            table.entry(case).or_default().insert(outcome(&curve.chords(p, q), sum));
        }
    }
    let only = |outcome| BTreeSet::from([outcome]);
    assert_eq!(
        table,
        BTreeMap::from([
            ("add", only(Outcome::TheSum)),
            ("P = -Q", only(Outcome::None)),
            ("P = Q", only(Outcome::Free)),
            ("double", only(Outcome::TheSum)),
            ("double, order 2", only(Outcome::None)),
        ])
    );
}

#[test]
fn exception_table_of_double_and_add() {
    let curve = Curve::find();
    let mut table: BTreeMap<&str, BTreeSet<Outcome>> = BTreeMap::new();
    for &p in &curve.points {
        for &q in &curve.points {
            let sum = curve.add(curve.add(Some(p), Some(p)), Some(q));
            let case = if p == q {
                "P = Q"
            } else if p == curve.negated(q) {
                "P = -Q"
            } else if p.1 == 0 {
                "P of order 2"
            } else if sum.is_none() {
                "2P = -Q"
            } else {
                "double and add"
            };
            table.entry(case).or_default().insert(outcome(&curve.double_and_adds(p, q), sum));
        }
    }
    assert_eq!(table["double and add"], BTreeSet::from([Outcome::TheSum]));
    assert_eq!(table["P = -Q"], BTreeSet::from([Outcome::None]));
    assert_eq!(table["2P = -Q"], BTreeSet::from([Outcome::None]));
    assert!(table["P = Q"].contains(&Outcome::Free));
    // Never a single wrong point: what is not free is the sum or nothing.
    assert!(table.values().flatten().all(|&outcome| outcome != Outcome::Wrong), "{table:?}");
}

/// Digits `±1` with the top one weighing `8l − 2^k + 1` reach exactly 0 ..= 8l, each once, and h determines N unless `h ≤ 8l − p`.
#[test]
fn canonical_decomposition() {
    let mut cases = 0;
    for p in (520i64..1000).filter(|&p| is_prime(p)) {
        let k = p.ilog2();
        for l in (p / 8..p / 8 + 8).filter(|&l| is_prime(l) && p < 8 * l && 8 * l < 1 << (k + 1)) {
            let half = (p + 1) / 2;
            let mut numbers_of: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
            let mut reached = BTreeMap::new();
            for pattern in 0..1i64 << (k + 1) {
                let digit = |j: u32| 2 * (pattern >> j & 1) - 1;
                let sum: i64 = (0..=k).map(|j| digit(j) << j).sum();
                let top = digit(k);
                let twice = sum - top * (8 * l + 1) + 8 * l;
                assert_eq!(twice % 2, 0);
                let n = twice / 2;
                assert_eq!((sum - top - 2 * n).rem_euclid(8 * l), 0, "the chain's multiple is 2N");
                // The field side of `enforce_scalar`, divided by Q.v.
                let h = (twice.rem_euclid(p) * half).rem_euclid(p);
                assert_eq!(h, n.rem_euclid(p));
                numbers_of.entry(h).or_default().insert(n);
                *reached.entry(n).or_insert(0) += 1;
            }
            assert!(reached.keys().copied().eq(0..=8 * l), "p {p}, l {l}");
            let ambiguous: Vec<i64> =
                numbers_of.iter().filter(|(_, n)| n.len() > 1).map(|(&h, _)| h).collect();
            assert!(ambiguous.into_iter().eq(0..=8 * l - p), "p {p}, l {l}");
            cases += 1;
        }
    }
    assert!(cases > 20);
}
