//! Answers on standard output, everything else on standard error.

use crate::exit::{Exit, Failure};
use serde::Serialize;
use std::io::Write;

/// How answers are written.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    json: bool,
}

impl Printer {
    /// Text for people, or JSON for scripts.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// One answer: its JSON in one line, or its text.
    pub fn answer<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        let out = if self.json {
            serde_json::to_string(value).map_err(|_| Failure::Here {
                exit: Exit::Failure,
                message: "the answer cannot be written as JSON".into(),
            })?
        } else {
            text(value)
        };
        self.raw(&out)
    }

    /// Text as it is, with a line end where it has none.
    pub fn raw(self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        let mut out = std::io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match write!(out, "{text}{end}").and_then(|()| out.flush()) {
            // Whoever reads has seen enough (`| head`).
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| Failure::file(std::path::Path::new("standard output"), &error)),
        }
    }

    /// One line for the person, not part of the answer.
    pub fn note(self, text: &str) {
        // Nothing can be said when standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// What went wrong.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            self.note(&failure.json().to_string());
        } else {
            self.note(&format!("wardkeep: {}", failure.message()));
        }
    }
}

/// Columns of text, each as wide as its widest cell; the last one is not padded.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A date and time in UTC, `02-Jan-2026 15:04:05`.
pub fn moment(unix_ms: u64) -> String {
    let seconds = i64::try_from(unix_ms / 1000).unwrap_or(0);
    let days = seconds.div_euclid(86_400);
    let (year, month, day) = civil(days);
    let of_day = seconds.rem_euclid(86_400);
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = MONTHS[(month - 1) as usize % 12];
    format!(
        "{day:02}-{month}-{year:04} {:02}:{:02}:{:02}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

/// Year, month and day of a number of days since 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        assert_eq!(moment(0), "01-Jan-1970 00:00:00");
        assert_eq!(moment(951_782_400_000), "29-Feb-2000 00:00:00");
        assert_eq!(moment(1_767_366_245_999), "02-Jan-2026 15:04:05");
    }

    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["a".to_owned(), "é".into()],
            vec!["bcd".into(), "x".into(), "y".into()],
        ];
        assert_eq!(table(&rows), "a    é\nbcd  x  y\n");
    }
}
