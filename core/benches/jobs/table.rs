//! The table at the end: medians as criterion wrote them, beside the goal.

use std::path::Path;

#[derive(Clone)]
pub(crate) enum Goal {
    None,
    Nanoseconds(f64),
    Ratio(f64),
}

#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) goal: Goal,
    /// The row that a ratio is taken to.
    pub(crate) against: Option<String>,
}

pub(crate) fn print(output: &Path, rows: &[Row]) {
    println!("{:<62} {:>10} {:>8} {:>9}", "job", "median", "ratio", "goal");
    for row in rows {
        let Some(median) = median(output, &row.name) else { continue };
        let other = row.against.as_ref().and_then(|name| self::median(output, name));
        let ratio = other.map(|other| median / other);
        let (goal, is_met) = match row.goal {
            Goal::None => (String::new(), true),
            Goal::Nanoseconds(most) => (format!("<= {most} ns"), median <= most),
            Goal::Ratio(most) => (format!("<= {most}"), ratio.is_some_and(|ratio| ratio <= most)),
        };
        let ratio = ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let verdict = if is_met { "" } else { "  MISSED" };
        println!("{:<62} {median:>7.0} ns {ratio:>8} {goal:>9}{verdict}", row.name);
    }
}

/// What criterion measured under this name, in nanoseconds; nothing if a filter left it out.
fn median(output: &Path, name: &str) -> Option<f64> {
    let estimates = output.join(name).join("new").join("estimates.json");
    let text = std::fs::read_to_string(estimates).ok()?;
    serde_json::from_str::<serde_json::Value>(&text)
        .ok()?
        .pointer("/median/point_estimate")?
        .as_f64()
}
