//! Progress bars on long work; hidden with `--json`, `--no-progress` and without a terminal.

use std::borrow::Cow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// A bar over `total` steps.
pub(crate) fn bar(output: Output, total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target(output));
    if let Ok(style) =
        ProgressStyle::with_template("{msg:<28} {wide_bar:.green/dim} {human_pos:>7}/{human_len} {eta:>4}")
    {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar.with_message(what)
}

/// Moves a bar as a long work tells of itself.
pub(crate) fn watch(bar: &ProgressBar) -> impl Fn(usize, usize) + Sync + '_ {
    |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    }
}

/// A spinner for work of unknown length.
pub(crate) fn spinner(output: Output, what: impl Into<Cow<'static, str>>) -> ProgressBar {
    let spinner = ProgressBar::with_draw_target(None, target(output));
    if let Ok(style) = ProgressStyle::with_template("{spinner:.green} {msg} {elapsed:.dim}") {
        spinner.set_style(style);
    }
    if output.shows_progress() {
        spinner.enable_steady_tick(Duration::from_millis(100));
    }
    spinner.with_message(what)
}

fn target(output: Output) -> ProgressDrawTarget {
    if output.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}
