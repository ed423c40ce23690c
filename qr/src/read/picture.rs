//! A file becomes a grey picture of bounded size.
//!
//! The head of a file says how large its picture is; nothing larger than [`MOST_PIXELS`] is decoded, and the decoder itself may not
//! take more than [`MOST_MEMORY`], whatever a few kilobytes of compressed data unpack to.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Luma};

/// Largest file.
const MOST_BYTES: usize = 64 << 20;
/// Largest picture: telephones make 12 to 50 million pixels.
const MOST_PIXELS: u64 = 64_000_000;
/// Largest side, so that no picture is a line.
const LONGEST_SIDE: u32 = 16_384;
/// What the decoder may allocate: 64 million pixels of three bytes, and room for its own.
const MOST_MEMORY: u64 = 256 << 20;
/// Side to which larger pictures are brought: a code of version 25 that fills half of it has modules of eight pixels.
const WORKING_SIDE: u32 = 1_920;
/// Pictures with shorter sides are doubled.
const SMALL_SIDE: u32 = 480;

/// Why a file is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Neither PNG nor JPEG.
    #[error("this is no PNG or JPEG picture; save the photograph as one of them")]
    Format,
    /// A picture that is cut short or damaged.
    #[error("the picture is damaged or cut short; save or photograph it again")]
    Damaged,
    /// More pixels than any camera makes, or a file that unpacks to more.
    #[error(
        "the picture is too large: at most 64 million pixels and 64 MiB are looked at; make it smaller, or cut the code out"
    )]
    TooLarge,
}

/// The grey picture in a PNG or JPEG file.
pub(super) fn decode(bytes: &[u8]) -> Result<GrayImage, PictureError> {
    if bytes.len() > MOST_BYTES {
        return Err(PictureError::TooLarge);
    }
    let Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) = image::guess_format(bytes) else {
        return Err(PictureError::Format);
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(PictureError::TooLarge);
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    Ok(sized(grey(picture)))
}

fn refusal(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        ImageError::Unsupported(_) => PictureError::Format,
        _ => PictureError::Damaged,
    }
}

/// What is transparent lies on white paper.
fn grey(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [grey, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        Luma([((grey * alpha + 255 * (255 - alpha)) / 255) as u8])
    })
}

fn sized(picture: GrayImage) -> GrayImage {
    let longest = picture.width().max(picture.height());
    let scaled = |side: u32, of: u32| (u64::from(side) * u64::from(of) / u64::from(longest)).max(1) as u32;
    if longest > WORKING_SIDE {
        let (width, height) = (scaled(picture.width(), WORKING_SIDE), scaled(picture.height(), WORKING_SIDE));
        imageops::resize(&picture, width, height, FilterType::Triangle)
    } else if longest < SMALL_SIDE {
        imageops::resize(&picture, 2 * picture.width(), 2 * picture.height(), FilterType::CatmullRom)
    } else {
        picture
    }
}
