//! Codes are read back from photographs of them, or it is said why not.

#[path = "photograph/mod.rs"]
mod photograph;

use image::{GrayImage, Luma, imageops};
use tacit_credential::fixtures::World;
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::policy::Policy;
use tacit_credential::presentation::{Disclosed, Presentation, ProofBytes};
use tacit_credential::request::{Challenge, CircuitDigest, SignedRequest};
use tacit_qr::{
    Address, Code, ContentError, ErrorCorrection, Ink, Kind, PictureError, Question, ReadError,
    read_presentation, read_question, read_request,
};

use photograph::{CAMERA, Camera, Dice, TELEPHONE, open, png};

/// A presentation of 227 bytes, as most are. The proof is noise, as proofs look.
fn presentation(seed: u64) -> Presentation {
    let mut dice = Dice::new(seed);
    let mut field = || {
        let mut bytes: [u8; 32] = std::array::from_fn(|_| dice.next() as u8);
        bytes[31] = 0;
        Challenge::from_bytes(&bytes).unwrap()
    };
    let (challenge, scope, pseudonym) = (field(), field().as_field(), field().as_field());
    let proof = ProofBytes(std::array::from_fn(|_| dice.next() as u8));
    let (scope, pseudonym) = (Scope::from_field(scope), Pseudonym::from_field(pseudonym));
    Presentation::new(challenge, proof, Some(scope), pseudonym, Disclosed::default())
}

/// A certified request, for a name too.
fn request() -> SignedRequest {
    let policy = r#"{"title":"Check-in at the Lotus Hotel","minimum_age":18,"provinces":["Guangdong","湖南"],
                     "disclose":["name"],"pseudonym":"guests"}"#;
    World::new(1).request(CircuitDigest([7; 32]), Policy::from_json(policy).unwrap())
}

/// A code on paper, in modules of eight pixels.
fn printed(code: &Code) -> GrayImage {
    open(&code.to_png())
}

/// Two of them side by side.
fn beside(one: &GrayImage, other: &GrayImage) -> GrayImage {
    let height = one.height().max(other.height());
    let mut both = GrayImage::from_pixel(one.width() + other.width(), height, Luma([255]));
    imageops::replace(&mut both, one, 0, 0);
    imageops::replace(&mut both, other, one.width().into(), 0);
    both
}

/// Each camera takes two pictures of a presentation's code, each of which must be read.
fn reads(cameras: impl IntoIterator<Item = Camera>) {
    for camera in cameras {
        for seed in 1..3 {
            let shown = presentation(seed);
            let code = Code::presentation(&shown).unwrap();
            let picture = camera.shoot(&printed(&code), code.version().modules(), seed);
            assert_eq!(read_presentation(&picture), Ok(shown), "seed {seed}, {camera:?}");
        }
    }
}

#[test]
fn turned() {
    let angles = [0.0, 5.0, 30.0, 45.0, 90.0, 133.0, 180.0, 251.0];
    reads(angles.map(|turned| Camera { turned, ..CAMERA }));
}

#[test]
fn tilted_and_sheared() {
    reads([0.05, 0.1, 0.15].map(|tilted| Camera { tilted, turned: 10.0, ..CAMERA }));
    reads([0.1, 0.2, 0.3].map(|sheared| Camera { sheared, turned: 10.0, ..CAMERA }));
}

/// Half a module and more.
#[test]
fn out_of_focus() {
    reads([1.0, 2.0, 2.5].map(|blur| Camera { blur, turned: 10.0, ..CAMERA }));
}

#[test]
fn noisy_and_dark() {
    reads([10.0, 25.0, 40.0].map(|noise| Camera { noise, turned: 10.0, ..CAMERA }));
    reads([0.5, 0.8].map(|shade| Camera { shade, turned: 10.0, ..CAMERA }));
}

#[test]
fn compressed() {
    reads([50, 15, 8].map(|quality| Camera { jpeg: Some(quality), turned: 10.0, ..CAMERA }));
}

#[test]
fn small_and_large() {
    reads([2.5, 3.0, 8.0].map(|module| Camera { module, ..CAMERA }));
    reads([2.5, 4.0].map(|module| Camera { module, ..TELEPHONE }));
    // Larger than what is looked at.
    reads([Camera { width: 2_400, height: 1_800, module: 9.0, blur: 2.0, ..TELEPHONE }]);
}

#[test]
fn everything_at_once() {
    reads([
        TELEPHONE,
        Camera { blur: 2.0, ..TELEPHONE },
        Camera { tilted: 0.15, ..TELEPHONE },
        Camera { shade: 0.7, ..TELEPHONE },
        Camera { turned: 200.0, jpeg: Some(30), ..TELEPHONE },
    ]);
}

#[test]
fn requests_are_read_too() {
    let request = request();
    let code = Code::request(&request).unwrap();
    assert!(code.version().get() <= 20, "version {}", code.version());
    let picture = TELEPHONE.shoot(&printed(&code), code.version().modules(), 1);
    assert_eq!(read_request(&picture), Ok(request.clone()));
    assert_eq!(read_question(&picture), Ok(Question::Request(Box::new(request))));
}

#[test]
fn every_drawing_is_read() {
    let shown = presentation(1);
    let code = Code::presentation(&shown).unwrap();
    assert_eq!(read_presentation(&code.to_png()), Ok(shown.clone()));

    // The SVG's one path, `Mx y hw vh H...`, in its own units.
    let svg = code.to_svg();
    let side = 8 * (code.version().modules() as u32 + 8);
    assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{}", &svg[..300]);
    let path = svg.rsplit_once("d=\"").unwrap().1.split('"').next().unwrap();
    let mut picture = GrayImage::from_pixel(side, side, Luma([255]));
    for square in path.split('M').skip(1) {
        let numbers: Vec<u32> = square
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty())
            .map(|n| n.parse().unwrap())
            .collect();
        for (dx, dy) in (0..64).map(|i| (i % 8, i / 8)) {
            picture.put_pixel(numbers[0] + dx, numbers[1] + dy, Luma([0]));
        }
    }
    assert_eq!(read_presentation(&png(&picture)), Ok(shown.clone()));

    // A terminal's half blocks: on black, and in colours that do not depend on the terminal's.
    let blocks = code.to_text(Ink::Blocks);
    assert_eq!(read_presentation(&png(&screen(&blocks, 0, 255))), Ok(shown.clone()));
    assert_eq!(read_presentation(&png(&screen(&blocks, 255, 0))), Ok(shown.clone()), "on a light terminal");
    let colours = code.to_text(Ink::Colours);
    let (before, after) = ("\x1b[38;5;16;48;5;231m", "\x1b[0m");
    assert!(colours.lines().all(|line| line.starts_with(before) && line.ends_with(after)));
    let plain = colours.replace(before, "").replace(after, "");
    assert!(plain.lines().all(|line| line.chars().count() == code.columns()));
    assert_eq!(read_presentation(&png(&screen(&plain, 255, 0))), Ok(shown));
}

/// What a terminal shows: half blocks of four pixels, in one colour on another.
fn screen(text: &str, background: u8, ink: u8) -> GrayImage {
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let (width, height) = (rows[0].len() as u32 * 4, rows.len() as u32 * 8);
    GrayImage::from_fn(width, height, |x, y| {
        let upper = y % 8 < 4;
        let inked = match rows[y as usize / 8][x as usize / 4] {
            '█' => true,
            '▀' => upper,
            '▄' => !upper,
            ' ' => false,
            other => panic!("{other:?} in a code"),
        };
        Luma([if inked { ink } else { background }])
    })
}

#[test]
fn of_two_codes_the_wanted_one_is_taken() {
    let (asked, shown) = (request(), presentation(1));
    let (question, answer) = (Code::request(&asked).unwrap(), Code::presentation(&shown).unwrap());
    let modules = question.version().modules();
    let camera = Camera { width: 1_600, module: 4.0, turned: 4.0, ..CAMERA };
    let picture = camera.shoot(&beside(&printed(&question), &printed(&answer)), modules, 1);
    assert_eq!(read_request(&picture), Ok(asked));
    assert_eq!(read_presentation(&picture), Ok(shown.clone()));

    let other = Code::presentation(&presentation(2)).unwrap();
    let picture = camera.shoot(&beside(&printed(&answer), &printed(&other)), answer.version().modules(), 1);
    assert_eq!(read_presentation(&picture), Err(ReadError::Several { kind: Kind::Presentation, number: 2 }));
    let twice = camera.shoot(&beside(&printed(&answer), &printed(&answer)), answer.version().modules(), 1);
    assert_eq!(read_presentation(&twice), Ok(shown));
}

#[test]
fn codes_of_other_kinds_are_named() {
    let answer = Code::presentation(&presentation(1)).unwrap().to_png();
    let error = ReadError::OtherKind { found: Kind::Presentation, wanted: Kind::Request };
    assert_eq!(read_request(&answer), Err(error.clone()));
    assert_eq!(read_question(&answer), Err(error));

    let link = Address::new("openid4vp://?client_id=x&request_uri=https%3A%2F%2Flotus-hotel.example%2Fr%2F1")
        .unwrap();
    let link_code = Code::address(&link).unwrap();
    assert_eq!(read_question(&link_code.to_png()), Ok(Question::Address(link)));
    let page = Address::new("https://lotus-hotel.example/menu").unwrap();
    let page_code = Code::address(&page).unwrap();
    let error = ReadError::OtherKind { found: Kind::Address, wanted: Kind::Presentation };
    assert_eq!(read_presentation(&page_code.to_png()), Err(error));
    // A page's address asks only where nothing better does.
    assert_eq!(read_question(&page_code.to_png()), Ok(Question::Address(page)));
    let asked = request();
    let both = beside(&printed(&page_code), &printed(&Code::request(&asked).unwrap()));
    assert_eq!(read_question(&png(&both)), Ok(Question::Request(Box::new(asked))));

    let foreign = qrcode::QrCode::new("buy milk").unwrap().render::<Luma<u8>>().build();
    assert_eq!(read_presentation(&png(&foreign)), Err(ReadError::Content(ContentError::Foreign)));
}

#[test]
fn damage_is_corrected_up_to_a_point() {
    let shown = presentation(1);
    let code = Code::presentation(&shown).unwrap();
    assert_eq!(code.error_correction(), ErrorCorrection::Medium);
    let side = code.to_png();
    let mut picture = open(&side);
    // A stain of a thirtieth of the code, in its middle; then one of a quarter.
    let stain = |picture: &mut GrayImage, part: f64| {
        let (middle, radius) =
            (picture.width() / 2, f64::from(picture.width()) * (part / std::f64::consts::PI).sqrt());
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let distance = f64::from(x.abs_diff(middle)).hypot(f64::from(y.abs_diff(middle)));
            if distance < radius {
                *pixel = Luma([0]);
            }
        }
    };
    stain(&mut picture, 1.0 / 30.0);
    assert_eq!(read_presentation(&png(&picture)), Ok(shown));
    stain(&mut picture, 1.0 / 4.0);
    assert_eq!(read_presentation(&png(&picture)), Err(ReadError::Unreadable));
}

#[test]
fn a_cut_off_code_and_an_empty_desk_hold_none() {
    let code = Code::presentation(&presentation(1)).unwrap();
    let paper = printed(&code);
    let half = imageops::crop_imm(&paper, 0, 0, paper.width(), paper.height() / 2).to_image();
    assert_eq!(read_presentation(&png(&half)), Err(ReadError::NoCode));
    let away = Camera { middle: (9.0, 9.0), ..TELEPHONE }.shoot(&paper, code.version().modules(), 1);
    assert_eq!(read_presentation(&away), Err(ReadError::NoCode));
    assert_eq!(read_presentation(&png(&GrayImage::new(1, 1))), Err(ReadError::NoCode));
}

#[test]
fn no_picture_is_no_picture() {
    let refused = |file: &[u8]| match read_presentation(file) {
        Err(ReadError::Picture(error)) => error,
        other => panic!("{other:?}"),
    };
    let good = Code::presentation(&presentation(1)).unwrap().to_png();
    for file in [b"" as &[u8], b"{\"version\":1}", b"GIF89a\x01\0\x01\0", b"\x01\x02\x03\x04"] {
        assert_eq!(refused(file), PictureError::Format);
    }
    assert_eq!(refused(&good[..good.len() / 2]), PictureError::Damaged);
    let mut flipped = good.clone();
    flipped[20] ^= 1;
    assert_eq!(refused(&flipped), PictureError::Damaged);
    let photograph = TELEPHONE.shoot(&open(&good), 61, 1);
    assert!(read_presentation(&photograph[..photograph.len() / 3]).is_err());
}

/// Heads that promise more pixels than there is memory, however few bytes follow.
#[test]
fn bombs_do_not_go_off() {
    let bomb = |width: u32, height: u32| {
        let mut file = png(&GrayImage::new(1, 1));
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let checksum = crc32(&file[12..29]);
        file[29..33].copy_from_slice(&checksum.to_be_bytes());
        file
    };
    assert_eq!(bomb(1, 1), png(&GrayImage::new(1, 1)));
    for (width, height) in [(100_000, 100_000), (16_384, 16_384), (1, 1_000_000), (20_000, 1), (9_000, 9_000)]
    {
        let refused = read_presentation(&bomb(width, height));
        assert_eq!(refused, Err(ReadError::Picture(PictureError::TooLarge)), "{width}×{height}");
    }
    // Few enough pixels, but four channels of 16 bits.
    let mut deep = bomb(8_000, 8_000);
    deep[24..26].copy_from_slice(&[16, 6]);
    let checksum = crc32(&deep[12..29]);
    deep[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(read_presentation(&deep), Err(ReadError::Picture(PictureError::TooLarge)));
    assert_eq!(read_presentation(&vec![0; (64 << 20) + 1]), Err(ReadError::Picture(PictureError::TooLarge)));
}

/// PNG's checksum.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

/// Forty thousand finder patterns: each triple of them could be a code's corners.
#[test]
fn a_picture_full_of_corners_ends() {
    let corner = |x: u32, y: u32| {
        let ring = x.abs_diff(3).max(y.abs_diff(3));
        x < 7 && y < 7 && ring != 2
    };
    for (side, module) in [(1_900, 1), (1_900, 3), (700, 2)] {
        let corners = GrayImage::from_fn(side, side, |x, y| {
            let (x, y) = (x / module % 9, y / module % 9);
            Luma([if corner(x, y) { 0 } else { 255 }])
        });
        assert!(read_presentation(&png(&corners)).is_err());
    }
    let mut dice = Dice::new(1);
    let noise = GrayImage::from_fn(1_900, 1_400, |_, _| Luma([dice.next() as u8]));
    assert!(read_presentation(&png(&noise)).is_err());
}
