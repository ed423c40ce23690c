//! Charts that read in black and white: series differ by dashes, markers and hatching, and are named where they end.

use core::fmt::Write as _;

use super::html::escape;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 74.0;
const RIGHT: f64 = 130.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 52.0;

/// Dashes and marker of each series of a [`lines`] chart, in order.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "10 3 2 3"];

/// A curve; points are missing where nothing was measured.
pub(super) struct Series {
    pub(super) name: String,
    pub(super) points: Vec<Option<f64>>,
}

/// How the vertical axis runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Logarithmic,
    FromZero,
}

/// Curves over places that stand at equal distances.
pub(super) struct Lines<'a> {
    pub(super) title: &'a str,
    pub(super) across: &'a str,
    pub(super) places: Vec<String>,
    pub(super) upwards: &'a str,
    pub(super) scale: Scale,
    pub(super) series: Vec<Series>,
}

pub(super) fn lines(chart: &Lines<'_>) -> String {
    assert!(chart.series.len() <= DASHES.len(), "as many curves as there are dashes to tell them apart");
    let height = 400.0;
    let (right, bottom) = (WIDTH - RIGHT, height - BOTTOM);
    let values = || chart.series.iter().flat_map(|series| series.points.iter().flatten().copied());
    let axis = Axis::of(values(), chart.scale, bottom, TOP);
    let last = chart.places.len().saturating_sub(1).max(1) as f64;
    let x = |place: usize| LEFT + (right - LEFT) * (0.04 + 0.92 * place as f64 / last);

    let mut out = open(chart.title, height);
    for (value, label) in axis.ticks() {
        let y = axis.at(value);
        rule(&mut out, [LEFT, y, right, y], "#bbb", 0.7);
        text(&mut out, LEFT - 7.0, y + 4.0, "end", &label);
    }
    rule(&mut out, [LEFT, bottom, right, bottom], "#000", 1.2);
    for (place, name) in chart.places.iter().enumerate() {
        rule(&mut out, [x(place), bottom, x(place), bottom + 5.0], "#000", 1.2);
        text(&mut out, x(place), bottom + 19.0, "middle", name);
    }
    text(&mut out, f64::midpoint(LEFT, right), height - 10.0, "middle", chart.across);
    let _ = write!(
        out,
        r#"<text transform="translate(18 {:.1}) rotate(-90)" text-anchor="middle">{}</text>"#,
        f64::midpoint(TOP, bottom),
        escape(chart.upwards)
    );

    let mut ends = Vec::new();
    for (index, series) in chart.series.iter().enumerate() {
        let points: Vec<(f64, f64)> = series
            .points
            .iter()
            .enumerate()
            .filter_map(|(place, value)| value.map(|value| (x(place), axis.at(value))))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(
            out,
            r##"<polyline points="{}" fill="none" stroke="#000" stroke-width="1.8" stroke-dasharray="{}"/>"##,
            path.join(" "),
            DASHES[index]
        );
        points.iter().for_each(|&point| marker(&mut out, index, point));
        if let Some(&(x, y)) = points.last() {
            ends.push((x, y, &series.name));
        }
    }
    // Names at the ends of curves, pushed apart where they would overlap.
    ends.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut lowest = f64::MIN;
    for (x, y, name) in ends {
        lowest = (lowest + 15.0).max(y + 4.0);
        text(&mut out, x + 10.0, lowest, "start", name);
    }
    close(out)
}

/// One bar, with its value in words and the range of its samples.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) range: Option<(f64, f64)>,
    pub(super) words: String,
    /// Not ours: hatched rather than black.
    pub(super) peer: bool,
}

/// Horizontal bars from zero.
pub(super) fn bars(title: &str, across: &str, bars: &[Bar]) -> String {
    const STEP: f64 = 27.0;
    let left = 300.0;
    let right = WIDTH - 110.0;
    let height = TOP + STEP * bars.len() as f64 + BOTTOM;
    let bottom = height - BOTTOM;
    let reach = bars.iter().flat_map(|bar| [bar.value, bar.range.map_or(0.0, |range| range.1)]);
    let axis = Axis::of(reach, Scale::FromZero, left, right);

    let mut out = open(title, height);
    out.push_str(concat!(
        r#"<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">"#,
        r##"<rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="#000" stroke-width="2"/></pattern></defs>"##
    ));
    for (value, label) in axis.ticks() {
        let x = axis.at(value);
        rule(&mut out, [x, TOP - 4.0, x, bottom], "#bbb", 0.7);
        text(&mut out, x, bottom + 17.0, "middle", &label);
    }
    text(&mut out, f64::midpoint(left, right), height - 12.0, "middle", across);
    for (index, bar) in bars.iter().enumerate() {
        let (y, end) = (TOP + STEP * index as f64, axis.at(bar.value));
        let fill = if bar.peer { "url(#hatch)" } else { "#000" };
        let _ = write!(
            out,
            r##"<rect x="{left:.1}" y="{:.1}" width="{:.1}" height="15" fill="{fill}" stroke="#000"/>"##,
            y + 3.0,
            (end - left).max(0.5)
        );
        let mut edge = end;
        if let Some((low, high)) = bar.range {
            let (low, high, middle) = (axis.at(low), axis.at(high), y + 10.5);
            // White below black, so that the whisker shows inside the bar and outside of it.
            for (stroke, width) in [("#fff", 4.0), ("#000", 1.4)] {
                rule(&mut out, [low, middle, high, middle], stroke, width);
                rule(&mut out, [low, middle - 4.0, low, middle + 4.0], stroke, width);
                rule(&mut out, [high, middle - 4.0, high, middle + 4.0], stroke, width);
            }
            edge = edge.max(high);
        }
        text(&mut out, left - 8.0, y + 15.0, "end", &bar.name);
        text(&mut out, edge + 8.0, y + 15.0, "start", &bar.words);
    }
    rule(&mut out, [left, TOP - 4.0, left, bottom], "#000", 1.2);
    close(out)
}

/// From values to places along an axis.
struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>, scale: Scale, from: f64, to: f64) -> Self {
        let (low, high) =
            values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = match scale {
            Scale::FromZero => (0.0, high),
            // Whole decades would waste room; the nearest of 1, 2, 5 do.
            Scale::Logarithmic => {
                let low = low.min(high);
                (steps_below(low), steps_above(high.max(low * 2.0)))
            }
        };
        Self { scale, low, high, from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::FromZero => value / self.high,
            Scale::Logarithmic => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        self.from + (self.to - self.from) * share
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        let values: Vec<f64> = match self.scale {
            Scale::FromZero => {
                let step = steps_above(self.high / 6.0);
                (0..=6).map(|k| f64::from(k) * step).filter(|value| *value <= self.high * 1.001).collect()
            }
            Scale::Logarithmic => {
                let mut values = vec![self.low];
                while let Some(next) = values.last().map(|last| steps_above(last * 1.01))
                    && next <= self.high * 1.001
                {
                    values.push(next);
                }
                // Labels of every step would overlap over many decades.
                if values.len() > 10 {
                    values.retain(|value| {
                        let decade = value.log10();
                        (decade - decade.round()).abs() < 1e-6
                    });
                }
                values
            }
        };
        values.into_iter().map(|value| (value, number(value))).collect()
    }
}

/// The least of …, 1, 2, 5, 10, 20, … that is not below.
fn steps_above(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|step| *step >= value * 0.9999)
        .unwrap_or(value)
}

/// The greatest of those that is not above.
fn steps_below(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|step| *step <= value * 1.0001)
        .unwrap_or(value)
}

/// With as many decimals as it needs.
fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if value >= 10_000.0 { format!("{}k", value / 1000.0) } else { text.to_owned() }
}

fn marker(out: &mut String, index: usize, (x, y): (f64, f64)) {
    let _ = match index {
        0 => write!(out, r##"<circle class="marker-0" cx="{x:.1}" cy="{y:.1}" r="4.5" fill="#000"/>"##),
        1 => write!(
            out,
            r##"<rect class="marker-1" x="{:.1}" y="{:.1}" width="8.4" height="8.4" fill="#fff" stroke="#000" stroke-width="1.6"/>"##,
            x - 4.2,
            y - 4.2
        ),
        2 => write!(
            out,
            r##"<path class="marker-2" d="M{x:.1} {:.1}l5 9h-10z" fill="#fff" stroke="#000" stroke-width="1.6"/>"##,
            y - 5.5
        ),
        _ => write!(
            out,
            r##"<path class="marker-3" d="M{:.1} {:.1}l8 8m0 -8l-8 8" stroke="#000" stroke-width="1.8"/>"##,
            x - 4.0,
            y - 4.0
        ),
    };
}

fn open(title: &str, height: f64) -> String {
    let title = escape(title);
    format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" "#,
            r##"role="img" font-family="Helvetica, Arial, sans-serif" font-size="12.5" fill="#000"><title>{title}</title>"##,
            r##"<rect width="100%" height="100%" fill="#fff"/>"##,
            r#"<text x="14" y="21" font-size="15" font-weight="bold">{title}</text>"#
        ),
        width = WIDTH,
        height = height,
        title = title
    )
}

fn close(mut out: String) -> String {
    out.push_str("</svg>\n");
    out
}

fn rule(out: &mut String, [x1, y1, x2, y2]: [f64; 4], stroke: &str, width: f64) {
    let _ = write!(
        out,
        r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{stroke}" stroke-width="{width}"/>"#
    );
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = write!(out, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{}</text>"#, escape(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_differ_without_colour() {
        let series = |name: &str| Series { name: name.into(), points: vec![Some(1.0), None, Some(3.0)] };
        let svg = lines(&Lines {
            title: "a < b",
            across: "x",
            places: ["1", "2", "3"].map(String::from).into(),
            upwards: "y",
            scale: Scale::Logarithmic,
            series: ["one", "two", "three", "four"].map(series).into(),
        });
        let dashes: Vec<&str> =
            svg.split("stroke-dasharray=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(dashes, DASHES, "a dash pattern for each curve");
        for index in 0..4 {
            assert_eq!(
                svg.matches(&format!("class=\"marker-{index}\"")).count(),
                2,
                "a marker for each point"
            );
        }
        assert!(svg.contains("a &lt; b"));
    }

    #[test]
    fn bars_end_where_their_values_are() {
        let bar = |value, peer| Bar {
            name: "n".into(),
            value,
            range: Some((value, value)),
            words: "w".into(),
            peer,
        };
        let svg = bars("t", "x", &[bar(10.0, false), bar(5.0, true)]);
        assert!(svg.contains(r##"width="350.0" height="15" fill="#000""##), "{svg}");
        assert!(svg.contains(r#"width="175.0" height="15" fill="url(#hatch)""#), "{svg}");
    }

    #[test]
    fn axes_have_round_numbers() {
        let labels = |values: &[f64], scale| {
            let axis = Axis::of(values.iter().copied(), scale, 0.0, 1.0);
            axis.ticks().into_iter().map(|tick| tick.1).collect::<Vec<_>>()
        };
        assert_eq!(labels(&[3.0, 180.0], Scale::Logarithmic), ["2", "5", "10", "20", "50", "100", "200"]);
        assert_eq!(labels(&[2.0], Scale::FromZero), ["0", "0.5", "1", "1.5", "2"]);
        assert_eq!(labels(&[0.5, 30_000.0], Scale::Logarithmic), ["1", "10", "100", "1000", "10k"]);
    }

    #[test]
    fn nothing_measured_is_an_empty_chart() {
        let svg = lines(&Lines {
            title: "t",
            across: "x",
            places: Vec::new(),
            upwards: "y",
            scale: Scale::Logarithmic,
            series: vec![Series { name: "none".into(), points: vec![None] }],
        });
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
