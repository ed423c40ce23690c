//! Photographs of codes: paper on a desk, seen by a camera that is turned and tilted, with bad light, out of focus, noisy, and
//! saved as JPEG. Everything is a function of its numbers, so that a failure can be looked at again.

// Each test binary uses its part of this.
#![allow(dead_code)]

use std::io::Cursor;

use image::{GrayImage, ImageBuffer, Luma, imageops};

/// How a photograph is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Camera {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Pixels a module of the code, before tilting.
    pub(crate) module: f64,
    /// Degrees.
    pub(crate) turned: f64,
    /// How much nearer one side is: 0.1 makes it a tenth larger.
    pub(crate) tilted: f64,
    pub(crate) sheared: f64,
    /// Standard deviation of the blur, in pixels.
    pub(crate) blur: f32,
    /// Standard deviation of the noise, of 255.
    pub(crate) noise: f64,
    /// How much darker the dark corner is.
    pub(crate) shade: f64,
    /// JPEG quality; PNG without.
    pub(crate) jpeg: Option<u8>,
    /// Where the code's middle is, as a part of width and height.
    pub(crate) middle: (f64, f64),
}

/// A calm hand in good light.
pub(crate) const CAMERA: Camera = Camera {
    width: 900,
    height: 700,
    module: 5.0,
    turned: 0.0,
    tilted: 0.0,
    sheared: 0.0,
    blur: 0.0,
    noise: 0.0,
    shade: 0.0,
    jpeg: None,
    middle: (0.52, 0.48),
};

/// Everything a little wrong at once.
pub(crate) const TELEPHONE: Camera =
    Camera { turned: 12.0, tilted: 0.08, blur: 1.0, noise: 4.0, shade: 0.3, jpeg: Some(85), ..CAMERA };

/// A repeatable generator (xorshift).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..16 {
            dice.next();
        }
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Within 0..1.
    pub(crate) fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Nearly normal, of deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.part()).sum::<f64>() - 6.0
    }
}

impl Camera {
    /// A photograph of printed codes, lying side by side on a desk with other things.
    pub(crate) fn shoot(&self, paper: &GrayImage, modules: usize, seed: u64) -> Vec<u8> {
        let mut dice = Dice::new(seed);
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let to_paper = self.projection(paper, modules);
        let things: Vec<[f64; 5]> = (0..50)
            .map(|_| {
                let scales = [(width, 0.0), (height, 0.0), (100.0, 3.0), (30.0, 2.0), (255.0, 0.0)];
                scales.map(|(scale, least)| least + scale * dice.part())
            })
            .collect();
        let desk = |x: f64, y: f64| {
            let on_it = things.iter().rfind(|[a, b, w, h, _]| (x - a).abs() < *w && (y - b).abs() < *h);
            on_it.map_or(120.0 + 40.0 * ((x * 0.013).sin() + (y * 0.021).cos()), |thing| thing[4])
        };
        let scene = ImageBuffer::<Luma<f32>, Vec<f32>>::from_fn(self.width, self.height, |x, y| {
            // Nine rays a pixel.
            let rays = (0..9).map(|ray| {
                let (x, y) =
                    (f64::from(x) + f64::from(ray % 3) / 3.0, f64::from(y) + f64::from(ray / 3) / 3.0);
                let (u, v) = to_paper(x, y);
                let inside =
                    u >= 0.0 && v >= 0.0 && u < f64::from(paper.width()) && v < f64::from(paper.height());
                if inside {
                    25.0 + f64::from(paper.get_pixel(u as u32, v as u32).0[0]) * 0.8
                } else {
                    desk(x, y)
                }
            });
            Luma([(rays.sum::<f64>() / 9.0) as f32])
        });
        let scene = if self.blur > 0.0 { imageops::blur(&scene, self.blur) } else { scene };
        let seen = GrayImage::from_fn(self.width, self.height, |x, y| {
            let light = 1.0 - self.shade * (0.6 * f64::from(x) / width + 0.4 * (1.0 - f64::from(y) / height));
            let noise = if self.noise > 0.0 { self.noise * dice.normal() } else { 0.0 };
            Luma([(f64::from(scene.get_pixel(x, y).0[0]) * light + noise).clamp(0.0, 255.0) as u8])
        });
        match self.jpeg {
            Some(quality) => jpeg(&seen, quality),
            None => png(&seen),
        }
    }

    /// Where on the paper a ray ends.
    fn projection(&self, paper: &GrayImage, modules: usize) -> impl Fn(f64, f64) -> (f64, f64) + use<> {
        let (paper_width, paper_height) = (f64::from(paper.width()), f64::from(paper.height()));
        // Half the paper's height as it is seen; the paper is as high as one code with its quiet zone.
        let half = (modules + 8) as f64 * self.module / 2.0;
        let (sin, cos) = self.turned.to_radians().sin_cos();
        let (middle_x, middle_y) =
            (f64::from(self.width) * self.middle.0, f64::from(self.height) * self.middle.1);
        let (tilted, sheared) = (self.tilted, self.sheared);
        move |x, y| {
            // The inverse of: shear, turn, divide by 1 + tilt·(0.8 x + 0.6 y).
            let (seen_x, seen_y) = ((x - middle_x) / half, (y - middle_y) / half);
            let depth = 1.0 / (1.0 - tilted * (0.8 * seen_x + 0.6 * seen_y));
            let (flat_x, flat_y) = (seen_x * depth, seen_y * depth);
            let (turned_x, turned_y) = (flat_x * cos + flat_y * sin, flat_y * cos - flat_x * sin);
            let straight_x = turned_x - sheared * turned_y;
            let half_height = paper_height / 2.0;
            (paper_width / 2.0 + straight_x * half_height, half_height + turned_y * half_height)
        }
    }
}

/// The picture in a file.
pub(crate) fn open(file: &[u8]) -> GrayImage {
    image::load_from_memory(file).expect("a picture").into_luma8()
}

pub(crate) fn png(picture: &GrayImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).expect("memory");
    file.into_inner()
}

fn jpeg(picture: &GrayImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality)
        .encode_image(picture)
        .expect("memory");
    file
}
