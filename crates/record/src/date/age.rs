//! Age as clinicians write it.

use super::{Date, PartialDate};

impl PartialDate {
    /// The age on a day, in the unit that clinicians use for it: days below 4 weeks, weeks below a year, months below 2
    /// years, then years (NHS Common User Interface, 'Patient banner'). Where the birth date lacks its day or month the age is a
    /// range. `None` before birth.
    pub fn age_text(self, on: Date) -> Option<String> {
        let (first, last) = self.range();
        if first > on {
            return None;
        }
        let oldest = years(first, on);
        let youngest = years(last.min(on), on);
        if self.day().is_some() {
            return Some(exact(first, on));
        }
        if oldest >= 2 {
            return Some(if oldest == youngest {
                plural(oldest, "year")
            } else {
                format!("{youngest}\u{2013}{oldest} years")
            });
        }
        let (most, least) = (months(first, on), months(last.min(on), on));
        Some(if most == least {
            plural(most, "month")
        } else {
            format!("{least}\u{2013}{most} months")
        })
    }

    /// Whole years lived on a day; of a vague birth date the least. `None` before birth.
    pub fn age_years(self, on: Date) -> Option<i32> {
        let (first, last) = self.range();
        (first <= on).then(|| years(last.min(on), on))
    }
}

/// The age of a person of known birthday.
fn exact(birth: Date, on: Date) -> String {
    let days = birth.until(on).map_or(0, |span| span.get_days());
    match days {
        ..28 => plural(days, "day"),
        _ if months(birth, on) < 12 => plural(days / 7, "week"),
        _ if months(birth, on) < 24 => plural(months(birth, on), "month"),
        _ => plural(years(birth, on), "year"),
    }
}

/// Whole years from one day to another. Who was born on 29 February has a birthday on 1 March in other years.
fn years(birth: Date, on: Date) -> i32 {
    let before_birthday = (on.month(), on.day()) < (birth.month(), birth.day());
    i32::from(on.year()) - i32::from(birth.year()) - i32::from(before_birthday)
}

/// Whole months from one day to another.
fn months(birth: Date, on: Date) -> i32 {
    let total =
        12 * (i32::from(on.year()) - i32::from(birth.year())) + i32::from(on.month()) - i32::from(birth.month());
    total - i32::from(on.day() < birth.day())
}

fn plural(count: i32, unit: &str) -> String {
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn age(birth: &str, on: &str) -> Option<String> {
        birth.parse::<PartialDate>().unwrap().age_text(on.parse().unwrap())
    }

    #[test]
    fn units_change_with_age() {
        let cases = [
            ("2024-03-10", "2024-03-10", "0 days"),
            ("2024-03-10", "2024-03-11", "1 day"),
            ("2024-03-10", "2024-04-06", "27 days"),
            ("2024-03-10", "2024-04-07", "4 weeks"),
            ("2024-03-10", "2025-03-09", "52 weeks"),
            ("2024-03-10", "2025-03-10", "12 months"),
            ("2024-03-10", "2026-03-09", "23 months"),
            ("2024-03-10", "2026-03-10", "2 years"),
            ("1984-03-12", "2024-03-11", "39 years"),
            ("2000-02-29", "2023-02-28", "22 years"),
            ("2000-02-29", "2023-03-01", "23 years"),
            ("1900-01-01", "2024-01-01", "124 years"),
        ];
        for (birth, on, expected) in cases {
            assert_eq!(age(birth, on).as_deref(), Some(expected), "{birth} on {on}");
        }
    }

    #[test]
    fn a_vague_birth_date_gives_a_range() {
        assert_eq!(age("1984", "2024-03-11").as_deref(), Some("39\u{2013}40 years"));
        assert_eq!(age("1984", "2024-12-31").as_deref(), Some("40 years"));
        assert_eq!(age("1984-02", "2024-03-11").as_deref(), Some("40 years"));
        assert_eq!(age("2024", "2024-03-11").as_deref(), Some("0\u{2013}2 months"));
        assert_eq!(age("2024-03", "2024-03-11").as_deref(), Some("0 months"));
    }

    #[test]
    fn nobody_has_an_age_before_birth() {
        assert_eq!(age("2024-03-12", "2024-03-11"), None);
        assert_eq!(age("2025", "2024-03-11"), None);
        assert_eq!(
            "1984"
                .parse::<PartialDate>()
                .unwrap()
                .age_years("2024-03-11".parse().unwrap()),
            Some(39)
        );
    }
}
