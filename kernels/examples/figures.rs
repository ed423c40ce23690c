//! Nanoseconds per operation and element on this machine, for each backend: `cargo run --release -p tacit-kernels --example figures`.

use std::hint::black_box;
use std::time::Instant;

use ark_bn254::Fq;
use ark_ff::Field;
use tacit_kernels::{Backend, Kernel, Lanes, Quadratic, Task, Vectors, invert_lanes};

/// A type rather than a closure, which could not be marked `#[inline(always)]`.
trait Operation {
    fn apply<L: Lanes>(a: L, b: L) -> L;
}

macro_rules! operation {
    ($name:ident, $a:ident, $b:ident, $value:expr) => {
        struct $name;
        impl Operation for $name {
            #[inline(always)]
            fn apply<L: Lanes>($a: L, $b: L) -> L {
                $value
            }
        }
    };
}

operation!(Product, a, b, L::mul(a, b));
operation!(Square, a, _b, L::square(a));
operation!(Sum, a, b, a.add(b));
operation!(Inverse, a, _b, invert_lanes(a).expect("not zero"));

struct Throughput<'a, L, O>(&'a mut [L], O);

impl<L: Lanes, O: Operation> Kernel for Throughput<'_, L, O> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let factor = self.0[0];
        for value in self.0.iter_mut() {
            *value = O::apply(*value, factor);
        }
    }
}

struct Latency<L, O>(L, usize, O);

impl<L: Lanes, O: Operation> Kernel for Latency<L, O> {
    type Output = L;
    #[inline(always)]
    fn run(self) -> L {
        let mut value = self.0;
        for _ in 0..self.1 {
            value = O::apply(value, self.0);
        }
        value
    }
}

fn least(mut f: impl FnMut() -> usize) -> f64 {
    (0..200)
        .map(|_| {
            let start = Instant::now();
            let count = f();
            start.elapsed().as_secs_f64() * 1e9 / count as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn measure<V: Vectors, L: Lanes, O: Operation>(name: &str, operation: impl Fn() -> O) {
    let mut values = vec![L::splat(&L::Field::from(3_u64).pow([1000])); 64];
    let throughput = least(|| {
        for _ in 0..10 {
            V::enter(Throughput(black_box(&mut values), operation()));
        }
        values.len() * 80
    });
    let latency = least(|| {
        black_box(V::enter(Latency(black_box(values[0]), 100, operation())));
        100
    });
    println!("{name:24} {throughput:8.2} ns an element {latency:8.1} ns latency of eight");
}

struct Figures;

impl Task for Figures {
    type Output = ();
    fn run<V: Vectors>(self) {
        measure::<V, V::Fq, _>("Fq product", || Product);
        measure::<V, V::Fq, _>("Fq square", || Square);
        measure::<V, V::Fq, _>("Fq sum", || Sum);
        measure::<V, V::Fr, _>("Fr product", || Product);
        measure::<V, Quadratic<V::Fq>, _>("Fq2 product", || Product);
        measure::<V, Quadratic<V::Fq>, _>("Fq2 square", || Square);
        measure::<V, V::Fq, _>("Fq inverses of 8 lanes", || Inverse);
    }
}

fn main() {
    for backend in Backend::all() {
        println!("{}", backend.name());
        backend.run(Figures);
    }
    let mut x = Fq::from(3).pow([1000]);
    let y = x;
    let product = least(|| {
        for _ in 0..1000 {
            x *= y;
        }
        black_box(x);
        1000
    });
    println!("arkworks: Fq product {product:.2} ns latency");
    let inverse = least(|| {
        x = x.inverse().expect("not zero") + y;
        black_box(x);
        1
    });
    println!("arkworks: Fq inverse {inverse:.0} ns");
}
