use ark_ff::{AdditiveGroup, Field, PrimeField, UniformRand};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::{Backend, Kernel, Lanes, Line, Loose, PrimeLanes, Quadratic, Task, Vectors};

/// Random pairs for each field: each goes through some forty products.
const RANDOM: usize = if cfg!(debug_assertions) { 20_000 } else { 250_000 };

/// Values at the edges of limbs of 29, 52 and 64 bits, as representatives: what is stored is the number itself.
pub(super) fn edges<L: PrimeLanes>() -> Vec<L::Field> {
    let mut integers: Vec<[u64; 4]> = vec![[0; 4], [1, 0, 0, 0]];
    let modulus: Vec<u64> = L::Field::MODULUS.as_ref().to_vec();
    for bit in 0..254_usize {
        let mut power = [0; 4];
        power[bit / 64] = 1 << (bit % 64);
        integers.push(power);
        // 2^bit − 1: limbs of all ones below.
        let mut ones = [0; 4];
        for b in 0..bit {
            ones[b / 64] |= 1 << (b % 64);
        }
        integers.push(ones);
    }
    // All ones in one limb, or in all but one.
    for (bits, limbs) in [(52, 5), (29, 9)] {
        for limb in 0..limbs {
            let (mut only, mut without) = ([0; 4], [0; 4]);
            for b in 0..253_usize {
                let target = if b / bits == limb { &mut only } else { &mut without };
                target[b / 64] |= 1_u64 << (b % 64);
            }
            integers.push(only);
            integers.push(without);
        }
    }
    let mut fields = Vec::new();
    for words in integers {
        let value = L::unpack(&words);
        fields.extend([value, -value]);
    }
    // p − 1 and neighbours, half of p, as representatives.
    for k in 0..4 {
        let words = [modulus[0] - k, modulus[1], modulus[2], modulus[3]];
        fields.push(L::unpack(&words));
        fields.push(L::unpack(&[
            words[0] >> 1 | words[1] << 63,
            words[1] >> 1 | words[2] << 63,
            words[2] >> 1 | words[3] << 63,
            words[3] >> 1,
        ]));
    }
    fields
}

fn eights<F: Field>(values: &[F]) -> impl Iterator<Item = [F; 8]> + '_ {
    values.chunks(8).map(|chunk| core::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(F::ONE)))
}

/// All operations on pairs of vectors, products chained so that unreduced values feed the next operation.
struct Pairs<'a, L: Lanes>(&'a [[[L::Field; 8]; 2]]);

impl<L: Lanes> Kernel for Pairs<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for [x, y] in self.0 {
            let (a, b) = (L::from_fields(x), L::from_fields(y));
            let each = |f: &dyn Fn(L::Field, L::Field) -> L::Field| {
                core::array::from_fn::<_, 8, _>(|i| f(x[i], y[i]))
            };
            let same = |got: L, expected: &dyn Fn(L::Field, L::Field) -> L::Field| {
                assert_eq!(got.to_fields(), each(expected));
            };
            same(a, &|x, _| x);
            same(L::mul(a, b), &|x, y| x * y);
            same(L::square(a), &|x, _| x.square());
            same(a.add(b), &|x, y| x + y);
            same(a.sub(b), &|x, y| x - y);
            same((a.loose() + b.loose() + a.loose() + b.loose()).reduce::<0>(), &|x, y| (x + y).double());
            same((L::square_loose(a) - a.loose() - b.loose()).reduce::<6>(), &|x, y| x.square() - x - y);
            // Operands at the top of their range: differences with the greatest K of either field.
            let difference = (a.loose() - b.loose()).carry::<3>();
            same(L::mul(difference, difference), &|x, y| (x - y).square());
            same(L::square(difference), &|x, y| (x - y).square());
            same(L::mul(a, difference), &|x, y| x * (x - y));
            same((L::mul_loose(a, difference) - b.loose()).reduce::<4>(), &|x, y| x * (x - y) - y);
            // Elements near 2.6p rather than canonical ones.
            let (u, v) = (a.sub(b), b.sub(a));
            same(L::mul(u, v), &|x, y| -(x - y).square());
            same(L::square(u), &|x, y| (x - y).square());
            same(u.sub(v), &|x, y| (x - y).double());
            let w = (u.loose() - v.loose()).carry::<3>();
            same(L::mul(w, difference), &|x, y| (x - y).square().double());
            let (m, n) = (L::mul(u, v), L::mul(w, u));
            same(L::mul(m, n), &|x, y| -(x - y).square().square().double());
            // Lanes.
            assert_eq!(a.sub(b).zeros(), (0..8).fold(0, |mask, i| mask | (u8::from(x[i] == y[i]) << i)));
            assert_eq!(u.add(v).zeros(), 0xff);
            assert_eq!(L::mul(u, a).sub(L::mul(a, u)).zeros(), 0xff);
            assert_eq!(
                L::select(0b0110_0011, a, b).to_fields(),
                core::array::from_fn(|i| if 0b0110_0011 >> i & 1 == 1 { x[i] } else { y[i] })
            );
            assert_eq!(a.rotate::<1>().to_fields(), core::array::from_fn(|i| x[(i + 1) % 8]));
            assert_eq!(a.rotate::<2>().to_fields(), core::array::from_fn(|i| x[(i + 2) % 8]));
            assert_eq!(a.rotate::<4>().to_fields(), core::array::from_fn(|i| x[(i + 4) % 8]));
            assert_eq!(a.broadcast_first().to_fields(), [x[0]; 8]);
            // Memory: pairs, not consecutive, and back.
            let mut lines = vec![Line([0; 8]); 8 * L::PAIR_LINES];
            L::store_pairs::<1>(u, b, &mut lines);
            let (c, d) = L::load_pairs(core::array::from_fn(|i| &lines[(7 - i) * L::PAIR_LINES..]));
            assert_eq!(c.to_fields(), core::array::from_fn(|i| x[7 - i] - y[7 - i]));
            assert_eq!(d.to_fields(), core::array::from_fn(|i| y[7 - i]));
        }
    }
}

/// Packing of a prime field.
struct Packing<'a, L: PrimeLanes>(&'a [[L::Field; 8]]);

impl<L: PrimeLanes> Kernel for Packing<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for values in self.0 {
            let words = values.map(|value| L::pack(&value));
            assert_eq!(words.map(|words| L::unpack(&words)), *values);
            let mut lines = [Line([0; 8]); 4];
            for (pair, line) in words.chunks(2).zip(&mut lines) {
                line.0[..4].copy_from_slice(&pair[0]);
                line.0[4..].copy_from_slice(&pair[1]);
            }
            let loaded = L::load(&lines);
            assert_eq!(loaded.to_fields(), *values);
            assert_eq!(
                loaded.negate_canonical(0x5a).reduce::<3>().to_fields(),
                core::array::from_fn(|i| if 0x5a >> i & 1 == 1 { -values[i] } else { values[i] })
            );
            let mut stored = [Line([0; 8]); 4];
            loaded.sub(L::one()).add(L::one()).store(&mut stored);
            assert_eq!(stored, lines, "not canonical");
            assert_eq!(L::splat(&values[3]).to_fields(), [values[3]; 8]);
        }
    }
}

fn pairs<V: Vectors, L: Lanes>(edges: &[L::Field]) {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let vectors: Vec<[L::Field; 8]> = eights(edges).collect();
    let mut all = Vec::new();
    for x in &vectors {
        for (k, y) in vectors.iter().enumerate() {
            let mut y = *y;
            y.rotate_left(k % 8);
            all.push([*x, y]);
        }
    }
    let mut random = || [(); 8].map(|()| L::Field::rand(&mut rng));
    all.extend((0..RANDOM / 8).map(|_| [random(), random()]));
    V::enter(Pairs::<L>(&all));
}

struct All;

impl Task for All {
    type Output = ();
    fn run<V: Vectors>(self) {
        pairs::<V, V::Fq>(&edges::<V::Fq>());
        pairs::<V, V::Fr>(&edges::<V::Fr>());
        let edges_of_q = edges::<V::Fq>();
        let quadratic: Vec<_> = edges_of_q
            .iter()
            .enumerate()
            .map(|(i, &x)| ark_bn254::Fq2::new(x, edges_of_q[i * 389 % edges_of_q.len()]))
            .collect();
        pairs::<V, Quadratic<V::Fq>>(&quadratic);
        V::enter(Packing::<V::Fq>(&eights(&edges_of_q).collect::<Vec<_>>()));
        V::enter(Packing::<V::Fr>(&eights(&edges::<V::Fr>()).collect::<Vec<_>>()));
    }
}

#[test]
fn arithmetic_agrees_with_arkworks() {
    for backend in Backend::all() {
        backend.run(All);
    }
}

/// Long chains of products, whose values nobody chooses: a wrong carry anywhere spoils all that follows.
struct Chain<L: Lanes>(L::Field, usize);

impl<L: Lanes> Kernel for Chain<L> {
    type Output = [L::Field; 8];
    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut x = L::from_fields(&core::array::from_fn(|i| self.0 + L::Field::from(i as u64)));
        let one = L::one();
        for _ in 0..self.1 {
            x = L::mul(L::square(x), x).sub(one);
        }
        x.to_fields()
    }
}

struct Chains(usize);

impl Task for Chains {
    type Output = Vec<String>;
    fn run<V: Vectors>(self) -> Self::Output {
        vec![
            format!("{:?}", V::enter(Chain::<V::Fq>(ark_bn254::Fq::from(5), self.0))),
            format!("{:?}", V::enter(Chain::<V::Fr>(ark_bn254::Fr::from(5), self.0))),
            format!("{:?}", V::enter(Chain::<Quadratic<V::Fq>>(ark_bn254::Fq2::from(5), self.0))),
        ]
    }
}

#[test]
fn long_chains_agree_between_backends() {
    let length = if cfg!(debug_assertions) { 20_000 } else { 500_000 };
    let results: Vec<_> = Backend::all().into_iter().map(|backend| backend.run(Chains(length))).collect();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}
