use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ark_bn254::Fr;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, Field, PrimeField, UniformRand};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{Backend, Curve, FixedBase, G1, G2, Line, Lines, Options, PartsError, Shape, Threads};

type Point<C> = Affine<<C as Curve>::Config>;
type Group<C> = Projective<<C as Curve>::Config>;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(5)
}

fn affine<C: Curve>(points: impl Iterator<Item = Group<C>>) -> Vec<Point<C>> {
    Group::<C>::normalize_batch(&points.collect::<Vec<_>>())
}

/// Distinct points, cheaper than random ones: sums of three of few.
fn points<C: Curve>(count: usize) -> Vec<Point<C>> {
    let mut rng = rng();
    let few: Vec<Group<C>> = (0..count.isqrt() + 2).map(|_| Group::<C>::rand(&mut rng)).collect();
    affine::<C>(
        (0..count).map(|i| few[i % few.len()].double() + few[i / few.len()] + few[(i * i + 1) % few.len()]),
    )
}

/// Scalars that exercise every path: small, opposite of small, window boundaries for any width, half the order.
fn edge_scalars() -> Vec<Fr> {
    let mut scalars = vec![Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(2), Fr::from(3), -Fr::from(3)];
    let half = Fr::from(Fr::MODULUS_MINUS_ONE_DIV_TWO);
    scalars.extend([half, half + Fr::ONE, half - Fr::ONE, -half]);
    for bit in 0..254_u64 {
        let power = Fr::from(2).pow([bit]);
        scalars.extend([power, power - Fr::ONE, power + Fr::ONE, -power, Fr::ONE - power]);
    }
    // Every digit at its greatest, or at its least, for windows of each width.
    for bits in 2..=20_u64 {
        let (mut greatest, mut least) = (Fr::ZERO, Fr::ZERO);
        for window in 0..253 / bits {
            greatest += Fr::from(2).pow([window * bits + bits - 1]);
            least += Fr::from(2).pow([window * bits + bits - 1]) + Fr::from(2).pow([window * bits]);
        }
        scalars.extend([greatest, least, greatest - Fr::ONE, -greatest, -least]);
    }
    scalars
}

/// Both backends, on one thread and on those of the pool.
fn check<C: Curve>(points: &[Point<C>], scalars: &[Fr], shapes: &[(usize, usize)], what: &str) {
    let expected = Group::<C>::msm(points, scalars).unwrap();
    let kept = points.iter().filter(|point| !point.is_zero()).count();
    for backend in Backend::all() {
        for &(bits, sets) in shapes {
            let shape = Shape::new(kept, bits, sets).unwrap();
            let table = FixedBase::<C>::build_shaped(points, shape, backend, Threads::Pool);
            for threads in [Threads::One, Threads::Pool] {
                let sum = table.msm(scalars, threads);
                assert_eq!(sum, expected, "{what}: {} {shape:?} {threads:?}", backend.name());
            }
        }
    }
}

fn lengths<C: Curve>(lengths: &[usize]) {
    let mut rng = rng();
    let points = points::<C>(*lengths.iter().max().unwrap());
    let scalars: Vec<Fr> = points.iter().map(|_| Fr::rand(&mut rng)).collect();
    for &length in lengths {
        let bits = (length.max(4).ilog2() as usize).min(11);
        check::<C>(
            &points[..length],
            &scalars[..length],
            &[(bits, 1), (bits, 3)],
            &format!("length {length}"),
        );
    }
}

#[test]
fn lengths_in_g1() {
    lengths::<G1>(&[0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 1023, 1024, 1025, 2049, 5000]);
}

#[test]
fn lengths_in_g2() {
    lengths::<G2>(&[0, 1, 7, 8, 9, 16, 17, 33, 1023, 1025, 1500]);
}

fn edges<C: Curve>() {
    let scalars = edge_scalars();
    let points = points::<C>(scalars.len());
    for bits in [2, 5, 8, 13, 14, 16] {
        let windows = 254_usize.div_ceil(bits);
        check::<C>(&points, &scalars, &[(bits, 1), (bits, 2), (bits, windows)], "edge scalars");
    }
}

#[test]
fn edge_scalars_in_g1() {
    edges::<G1>();
}

#[test]
fn edge_scalars_in_g2() {
    edges::<G2>();
}

/// Bases that are equal, opposite, the identity, multiples of each other, or in arithmetic progression, under scalars of each kind.
fn degenerate<C: Curve>(count: usize) {
    let mut rng = rng();
    let g = Group::<C>::generator();
    let random = points::<C>(count);
    let identity = Point::<C>::zero();
    let base = random[0];
    let all = 0..count;
    let families: Vec<(&str, Vec<Point<C>>)> = vec![
        ("all equal", vec![base; count]),
        ("plus and minus", all.clone().map(|i| if i % 2 == 0 { base } else { -base }).collect()),
        ("opposites", all.clone().map(|i| if i % 2 == 0 { random[i / 2] } else { -random[i / 2] }).collect()),
        ("each twice", all.clone().map(|i| random[i / 2]).collect()),
        ("all identity", vec![identity; count]),
        (
            "every third identity",
            all.clone().map(|i| if i % 3 == 0 { identity } else { random[i] }).collect(),
        ),
        ("arithmetic progression", affine::<C>(all.clone().map(|i| g * Fr::from(i as u64)))),
        ("powers of two", affine::<C>(all.clone().map(|i| g * Fr::from(2).pow([i as u64])))),
        ("two points", all.clone().map(|i| random[i % 5 / 4]).collect()),
    ];
    let edges = edge_scalars();
    let kinds: Vec<(&str, Vec<Fr>)> = vec![
        ("zero", vec![Fr::ZERO; count]),
        ("one", vec![Fr::ONE; count]),
        ("minus one", vec![-Fr::ONE; count]),
        ("bits", all.clone().map(|_| Fr::from(rng.gen_range(0_u64..2))).collect()),
        ("ones and minus ones", all.clone().map(|i| if i % 2 == 0 { Fr::ONE } else { -Fr::ONE }).collect()),
        ("small", all.clone().map(|_| Fr::from(rng.gen_range(0_u64..1000))).collect()),
        ("the same", vec![Fr::from(0x1234_5678_9abc_def0_u64).square(); count]),
        ("random", all.clone().map(|_| Fr::rand(&mut rng)).collect()),
        ("edges", all.map(|i| edges[i * 37 % edges.len()]).collect()),
    ];
    for (family, points) in &families {
        for (kind, scalars) in &kinds {
            check::<C>(points, scalars, &[(6, 1), (9, 4)], &format!("{family}, {kind}"));
        }
    }
}

#[test]
fn degenerate_bases_in_g1() {
    degenerate::<G1>(300);
    degenerate::<G1>(33);
}

#[test]
fn degenerate_bases_in_g2() {
    degenerate::<G2>(100);
}

/// One bucket with all entries, and witnesses of nine bits in ten: columns are cut and their sums meet again.
#[test]
fn bits() {
    let mut rng = rng();
    let points = points::<G1>(20_000);
    let ones = vec![Fr::ONE; points.len()];
    check::<G1>(&points, &ones, &[(12, 1)], "ones");
    let mut mixed: Vec<Fr> = ones.iter().map(|_| Fr::from(rng.gen_range(0_u64..2))).collect();
    mixed.iter_mut().step_by(10).for_each(|scalar| *scalar = Fr::rand(&mut rng));
    check::<G1>(&points, &mixed, &[(12, 1), (9, 1), (10, 26)], "nine bits in ten");
}

/// Tables built, scalars sorted and sums added up by pools of several sizes, of enough points that all three are shared out; and with
/// equal, opposite and absent points where the shares meet.
fn threads<C: Curve>(count: usize) {
    let mut rng = rng();
    let mut points = points::<C>(count);
    let mut scalars: Vec<Fr> = points.iter().map(|_| Fr::rand(&mut rng)).collect();
    for part in [2, 3, 7] {
        for boundary in (1..part).map(|i| i * count / part) {
            points[boundary] = points[boundary - 1];
            points[boundary + 1] = -points[boundary];
            points[boundary + 2] = Affine::zero();
            scalars[boundary] = scalars[boundary - 1];
            scalars[boundary + 1] = scalars[boundary - 1];
        }
    }
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| check::<C>(&points, &scalars, &[(10, 1), (9, 5)], &format!("{threads} threads")));
    }
}

#[test]
fn threads_in_g1() {
    threads::<G1>(6000);
}

#[test]
fn threads_in_g2() {
    threads::<G2>(3000);
}

/// A table has the entries of its own points, in their places, and of no others.
fn holds<C: Curve>() {
    let mut points = points::<C>(70);
    points[9] = Affine::zero();
    for backend in Backend::all() {
        for (bits, sets) in [(5, 1), (8, 3), (7, 37)] {
            let shape = Shape::new(69, bits, sets).unwrap();
            let table = FixedBase::<C>::build_shaped(&points, shape, backend, Threads::Pool);
            for (place, point) in points.iter().enumerate() {
                assert!(table.holds(place, point));
                let others = [-*point, points[(place + 1) % 70], (*point + points[1]).into_affine()];
                assert!(
                    others.iter().filter(|other| *other != point).all(|other| !table.holds(place, other))
                );
            }
            assert!(!table.holds(70, &points[0]) && !table.holds(70, &Affine::zero()));
            // Every entry counts.
            for entry in 0..shape.multiples() {
                let mut lines = table.lines().to_vec();
                lines[(entry * 69 + 3) * C::LINES] = lines[4 * C::LINES];
                let kept = Arc::clone(table.kept());
                let lines = Lines::Shared(Arc::new(lines));
                let other = FixedBase::<C>::from_parts(backend, shape, 70, kept, lines).unwrap();
                assert!(!other.holds(3, &points[3]) && other.holds(2, &points[2]));
            }
        }
    }
}

#[test]
fn tables_hold_their_points() {
    holds::<G1>();
    holds::<G2>();
}

/// Whoever gives a sum up gets none, and is not asked again by threads that have not begun a run of groups.
#[test]
fn a_sum_can_be_given_up() {
    let mut rng = rng();
    let points = points::<G1>(6000);
    let scalars: Vec<Fr> = points.iter().map(|_| Fr::rand(&mut rng)).collect();
    for backend in Backend::all() {
        let shape = Shape::new(points.len(), 10, 1).unwrap();
        let table = FixedBase::<G1>::build_shaped(&points, shape, backend, Threads::Pool);
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let sum = |go_on: &(dyn Fn(usize, usize) -> bool + Sync)| {
                pool.install(|| {
                    let sorted = table.sort(&scalars, Threads::Pool);
                    table.sum_while(&sorted, Threads::Pool, go_on)
                })
            };
            let (calls, done, all) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
            let whole = sum(&|groups, of| {
                calls.fetch_add(1, Ordering::Relaxed);
                done.fetch_add(groups, Ordering::Relaxed);
                all.store(of, Ordering::Relaxed);
                true
            });
            assert_eq!(whole, Some(Group::<G1>::msm(&points, &scalars).unwrap()));
            assert_eq!(done.into_inner(), all.into_inner());
            assert!(calls.into_inner() > 3 * threads, "enough runs that some are left to give up");
            let calls = AtomicUsize::new(0);
            let given_up = sum(&|_, _| {
                calls.fetch_add(1, Ordering::Relaxed);
                false
            });
            assert_eq!(given_up, None);
            let calls = calls.into_inner();
            assert!((1..=threads).contains(&calls), "{calls} calls on {threads} threads");
        }
    }
}

#[test]
fn sorted_scalars_serve_both_groups() {
    let mut rng = rng();
    let count = 500;
    let (mut g1, mut g2) = (points::<G1>(count), points::<G2>(count));
    (g1[17], g2[17]) = (Affine::zero(), Affine::zero());
    let scalars: Vec<Fr> = (0..count).map(|_| Fr::rand(&mut rng)).collect();
    for backend in Backend::all() {
        let options = Options { backend, memory: 1 << 24, dense: None, threads: Threads::One };
        let first = FixedBase::<G1>::build(&g1, &options);
        let second = FixedBase::<G2>::build_shaped(&g2, *first.shape(), backend, Threads::One);
        let sorted = first.sort(&scalars, Threads::One);
        assert_eq!(first.sum(&sorted, Threads::One), Group::<G1>::msm(&g1, &scalars).unwrap());
        assert_eq!(second.sum(&sorted, Threads::One), Group::<G2>::msm(&g2, &scalars).unwrap());
    }
}

#[test]
fn parts_make_the_same_table() {
    let mut points = points::<G1>(100);
    points[3] = Affine::zero();
    let scalars: Vec<Fr> = (0..100).map(|i| Fr::from(i * i + 7_u64).pow([11])).collect();
    let expected = Group::<G1>::msm(&points, &scalars).unwrap();
    for backend in Backend::all() {
        let options = Options { backend, memory: 0, dense: None, threads: Threads::One };
        let table = FixedBase::<G1>::build(&points, &options);
        let (shape, kept) = (*table.shape(), Arc::clone(table.kept()));
        assert_eq!(shape.multiples(), 1, "no memory, no table");
        let lines = || Lines::Shared(Arc::new(table.lines().to_vec()));
        let again = FixedBase::<G1>::from_parts(backend, shape, 100, Arc::clone(&kept), lines()).unwrap();
        assert_eq!(again.msm(&scalars, Threads::One), expected);
        let error = |length, kept: &[u32], lines| {
            FixedBase::<G1>::from_parts(backend, shape, length, kept.into(), lines).err()
        };
        assert_eq!(error(99, &kept, lines()), Some(PartsError::Kept));
        let mut falling = kept.to_vec();
        falling.swap(4, 5);
        assert_eq!(error(100, &falling, lines()), Some(PartsError::Kept));
        assert_eq!(error(100, &kept[1..], lines()), Some(PartsError::Points));
        let short = Lines::Shared(Arc::new(table.lines()[1..].to_vec()));
        assert_eq!(error(100, &kept, short), Some(PartsError::Lines));
        let other_group = FixedBase::<G2>::from_parts(backend, shape, 100, kept, lines());
        assert_eq!(other_group.err(), Some(PartsError::Lines));
    }
}

/// Lines that encode no points: numbers that are too large are refused, others give some sum.
#[test]
fn hostile_lines() {
    let shape = Shape::new(50, 7, 1).unwrap();
    let kept: Arc<[u32]> = (0..50).collect();
    let scalars: Vec<Fr> = (0..50).map(|i| Fr::from(i * i + 7_u64).pow([11])).collect();
    for backend in Backend::all() {
        let table = |number: [u64; 4]| {
            let [a, b, c, d] = number;
            let lines = vec![Line([0, 0, 0, 0, a, b, c, d]); 50 * shape.multiples()];
            FixedBase::<G1>::from_parts(backend, shape, 50, Arc::clone(&kept), Lines::Shared(Arc::new(lines)))
        };
        let modulus = ark_bn254::Fq::MODULUS.0;
        let mut less = modulus;
        less[0] -= 1;
        assert_eq!(table(modulus).err(), Some(PartsError::Numbers));
        assert_eq!(table([u64::MAX; 4]).err(), Some(PartsError::Numbers));
        for number in [[0; 4], [1, 0, 0, 0], less] {
            let _ = table(number).unwrap().msm(&scalars, Threads::One);
        }
    }
}

#[test]
fn shapes() {
    assert_eq!(Shape::new(10, 1, 1), None);
    assert_eq!(Shape::new(10, 21, 1), None);
    assert_eq!(Shape::new(10, 10, 0), None);
    assert_eq!(Shape::new(10, 10, 27), None);
    assert_eq!(Shape::new(usize::MAX, 10, 1), None);
    for points in [0, 1, 2, 1000, 1 << 14, 1 << 20] {
        for entries in [0, 1, points, 3 * points, 100 * points, usize::MAX] {
            let shape = Shape::fastest(points, entries, points);
            assert_eq!(Shape::new(points, shape.window_bits(), shape.sets()), Some(shape));
            assert!(shape.multiples() == 1 || shape.multiples() * points <= entries);
        }
    }
}
