//! Figures and their bars, as a table for people and as one line for programs.

use serde::Serialize;

/// One measured number.
#[derive(Serialize, Clone)]
pub struct Figure {
    /// Its name, the same from release to release.
    pub id: &'static str,
    /// What was measured.
    pub value: f64,
    /// In what.
    pub unit: &'static str,
    /// What it must not pass; `None` where it is only told.
    pub bar: Option<f64>,
    /// Whether it keeps to the bar.
    pub holds: bool,
}

impl Figure {
    /// A number that is only told.
    pub fn told(id: &'static str, value: f64, unit: &'static str) -> Self {
        Self {
            id,
            value,
            unit,
            bar: None,
            holds: true,
        }
    }

    /// A number that must be at most the bar.
    pub fn at_most(id: &'static str, value: f64, unit: &'static str, bar: f64) -> Self {
        Self {
            id,
            value,
            unit,
            bar: Some(bar),
            holds: value <= bar,
        }
    }

    /// A number that must be at least the bar.
    pub fn at_least(id: &'static str, value: f64, unit: &'static str, bar: f64) -> Self {
        Self {
            id,
            value,
            unit,
            bar: Some(bar),
            holds: value >= bar,
        }
    }
}

/// The figures of one benchmark.
#[derive(Serialize)]
pub struct Report {
    /// The benchmark.
    pub name: &'static str,
    /// What it measured.
    pub figures: Vec<Figure>,
}

/// How a report is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A table.
    Table,
    /// A table, and as the last line one JSON object.
    TableAndJson,
}

impl Report {
    /// Prints the report.
    #[allow(clippy::print_stdout, reason = "the report is what the program is for")]
    pub fn print(&self, form: Form) -> anyhow::Result<()> {
        println!("\n{:<34} {:>12} {:<10} {:>8}", self.name, "value", "unit", "bar");
        for figure in &self.figures {
            let bar = figure.bar.map_or(String::new(), |bar| format!("{bar}"));
            let verdict = if figure.holds { "" } else { "  DOES NOT HOLD" };
            println!(
                "{:<34} {:>12.3} {:<10} {:>8}{verdict}",
                figure.id, figure.value, figure.unit, bar
            );
        }
        if form == Form::TableAndJson {
            println!("{}", serde_json::to_string(self)?);
        }
        Ok(())
    }
}

/// Says on the error stream what is being done; reports go to the other.
#[allow(clippy::print_stderr, reason = "a benchmark of minutes says where it is")]
pub fn progress(text: &str) {
    eprintln!("  {text}");
}
