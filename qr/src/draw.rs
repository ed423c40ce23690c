//! Codes as pictures and as text.

use image::{ExtendedColorType, ImageEncoder, Luma};
use qrcode::render::{svg, unicode};

use crate::code::Code;

/// Pixels a module in a PNG: a code of version 16 is 712 pixels wide.
const PIXELS: u32 = 8;
/// Black on white, whatever the terminal's colours are: the two that the 256-colour palette fixes.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";
/// Light around the code, in modules, as the standard asks.
const QUIET: usize = 4;

/// How a code is drawn as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Escape sequences make it black on white on every terminal, dark or light.
    Colours,
    /// Blocks alone, light where the code is light: right on a dark terminal, inverted on a light one.
    Blocks,
}

impl Code {
    /// A PNG, black on white, with the quiet zone around the code.
    pub fn to_png(&self) -> Vec<u8> {
        let picture = self.modules().render::<Luma<u8>>().module_dimensions(PIXELS, PIXELS).build();
        let mut bytes = Vec::new();
        image::codecs::png::PngEncoder::new(&mut bytes)
            .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::L8)
            .expect("a picture is written into memory");
        bytes
    }

    /// An SVG, black on white, with the quiet zone around the code.
    pub fn to_svg(&self) -> String {
        self.modules().render::<svg::Color<'_>>().module_dimensions(PIXELS, PIXELS).build()
    }

    /// Lines of half blocks for a terminal, each ended, with the quiet zone around the code.
    pub fn to_text(&self, ink: Ink) -> String {
        let (dark, light) = match ink {
            Ink::Colours => (unicode::Dense1x2::Dark, unicode::Dense1x2::Light),
            Ink::Blocks => (unicode::Dense1x2::Light, unicode::Dense1x2::Dark),
        };
        let drawn = self.modules().render().dark_color(dark).light_color(light).build();
        drawn
            .lines()
            .map(|line| match ink {
                Ink::Colours => format!("{BLACK_ON_WHITE}{line}{RESET}\n"),
                Ink::Blocks => format!("{line}\n"),
            })
            .collect()
    }

    /// Columns that [`to_text`](Self::to_text) takes.
    pub fn columns(&self) -> usize {
        self.version().modules() + 2 * QUIET
    }
}
