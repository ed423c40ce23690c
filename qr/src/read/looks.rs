//! Ways to look at a picture: what is dark in it, and what is light.
//!
//! Each was kept because it reads photographs that those before it do not (`tests/photographs.rs`); the first reads nearly all.

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use rxing::common::{BitMatrix, HybridBinarizer};
use rxing::{Binarizer, Luma8LuminanceSource};

/// Radius of the window whose mean divides dark from light, in pixels: a few modules.
const WINDOW: u32 = 20;
/// How much darker than the mean is dark.
const MARGIN: u64 = 4;

/// One after the other, made when it is needed.
pub(super) fn all(picture: &GrayImage) -> impl Iterator<Item = BitMatrix> {
    let looks: [fn(&GrayImage) -> Option<BitMatrix>; 6] = [
        by_blocks,
        // Light on dark: a terminal's.
        |picture| by_blocks(&inverted(picture)),
        // Out of focus.
        |picture| by_window(&sharpened(picture)),
        // Noise of a dark room.
        |picture| by_window(&imageops::blur(picture, 1.2)),
        |picture| by_blocks(&halved(picture)),
        |picture| by_window(&inverted(&sharpened(picture))),
    ];
    looks.into_iter().filter_map(|look| look(picture))
}

/// Thresholds of small blocks, as zxing has them.
fn by_blocks(picture: &GrayImage) -> Option<BitMatrix> {
    let (width, height) = picture.dimensions();
    let source = Luma8LuminanceSource::new(picture.as_raw().clone(), width, height).ok()?;
    HybridBinarizer::new(source).get_black_matrix().ok().cloned()
}

/// Dark is what is darker than the mean of a window around it.
fn by_window(picture: &GrayImage) -> Option<BitMatrix> {
    let (width, height) = picture.dimensions();
    let row = width as usize + 1;
    // Sums over everything above and to the left.
    let mut sums = vec![0u64; row * (height as usize + 1)];
    for (y, line) in picture.rows().enumerate() {
        let mut sum = 0;
        for (x, pixel) in line.enumerate() {
            sum += u64::from(pixel.0[0]);
            sums[(y + 1) * row + x + 1] = sums[y * row + x + 1] + sum;
        }
    }
    let span = |at: u32, end: u32| (at.saturating_sub(WINDOW) as usize, (at + WINDOW + 1).min(end) as usize);
    let mut bits = BitMatrix::new(width, height).ok()?;
    for (x, y, pixel) in picture.enumerate_pixels() {
        let ((left, right), (top, bottom)) = (span(x, width), span(y, height));
        let sum = sums[bottom * row + right] + sums[top * row + left]
            - sums[top * row + right]
            - sums[bottom * row + left];
        let pixels = ((right - left) * (bottom - top)) as u64;
        if (u64::from(pixel.0[0]) + MARGIN) * pixels < sum {
            bits.set(x, y);
        }
    }
    Some(bits)
}

fn inverted(picture: &GrayImage) -> GrayImage {
    let mut inverted = picture.clone();
    imageops::invert(&mut inverted);
    inverted
}

fn halved(picture: &GrayImage) -> GrayImage {
    let (width, height) = (picture.width().div_ceil(2), picture.height().div_ceil(2));
    imageops::resize(picture, width, height, FilterType::Triangle)
}

/// What blur took from the edges is added again.
fn sharpened(picture: &GrayImage) -> GrayImage {
    const SIGMA: f32 = 2.5;
    const STRENGTH: f32 = 2.5;
    let mut sharp = picture.clone();
    for (pixel, mean) in sharp.pixels_mut().zip(imageops::blur(picture, SIGMA).pixels()) {
        let (value, mean) = (f32::from(pixel.0[0]), f32::from(mean.0[0]));
        *pixel = Luma([(value + STRENGTH * (value - mean)).clamp(0.0, 255.0) as u8]);
    }
    sharp
}
