//! Which entries a person means: names and days into ids and times.

use crate::action::patient::resolve;
use crate::args::{Period, WhichEntries};
use crate::exit::Failure;
use crate::session::{find_member, find_user};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use wardkeep_clinic::audit::export::Which;
use wardkeep_clinic::user::{list, members};
use wardkeep_clinic::{Clinic, CommandError, DeviceId, ErrorCode, device};

/// The entries that the options name.
pub fn which(clinic: &Clinic, wanted: &WhichEntries) -> Result<Which, Failure> {
    let (from_ms, until_ms) = period(&wanted.period)?;
    let person = |who: &str| -> Result<_, Failure> {
        let members = clinic.call(members::Input {})?;
        // A laptop that works alone has no roster.
        if members.is_empty() {
            return Ok(find_user(&clinic.call(list::Input {})?, who)?.id);
        }
        Ok(find_member(&members, who)?.id)
    };
    let patient = |patient: &str| resolve(clinic, patient);
    Ok(Which {
        user: wanted.person.as_deref().map(person).transpose()?,
        patient: wanted.patient.as_deref().map(patient).transpose()?,
        device: wanted.device.as_deref().map(|one| laptop(clinic, one)).transpose()?,
        actions: wanted.actions.clone(),
        from_ms,
        until_ms,
    })
}

fn laptop(clinic: &Clinic, wanted: &str) -> Result<DeviceId, Failure> {
    let lower = wanted.trim().to_lowercase();
    let missing = || CommandError::new(ErrorCode::NotFound).at("device");
    if let Ok(id) = lower.parse() {
        return Ok(id);
    }
    let rows = clinic.call(device::list::Input {})?;
    let mut found = rows.iter().filter(|row| row.name.to_lowercase() == lower);
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row.id.parse().map_err(|_| missing())?),
        (Some(_), Some(_)) => Err(Failure::usage("Several laptops have this name: say the id.")),
        (None, _) => Err(missing().into()),
    }
}

/// From when to when, in Unix milliseconds; the end is not part of it.
pub fn period(wanted: &Period) -> Result<(Option<u64>, Option<u64>), Failure> {
    let from = wanted.from.as_deref().map(|text| at(text, 0)).transpose()?;
    let until = wanted.until.as_deref().map(|text| at(text, 1)).transpose()?;
    Ok((from, until))
}

/// A time, or the start of the day that comes so many days after the one that is named.
fn at(text: &str, days: i64) -> Result<u64, Failure> {
    let wrong = || {
        Failure::usage(format!(
            "`{text}` is no day (2026-01-31) and no time (2026-01-31T08:00:00Z)."
        ))
    };
    let time = text.parse::<Timestamp>().or_else(|_| {
        let day = text.parse::<Date>()?.checked_add(days.days())?;
        Ok::<_, jiff::Error>(day.to_zoned(TimeZone::UTC)?.timestamp())
    });
    let time = time.map_err(|_| wrong())?;
    u64::try_from(time.as_millisecond()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_day_is_whole_and_a_time_is_exact() {
        let of = |from: &str, until: &str| {
            period(&Period {
                from: Some(from.into()),
                until: Some(until.into()),
            })
        };
        const DAY_MS: u64 = 86_400_000;
        assert_eq!(
            of("1970-01-02", "1970-01-02").unwrap(),
            (Some(DAY_MS), Some(2 * DAY_MS))
        );
        assert_eq!(
            of("1970-01-02T00:00:01Z", "1970-01-02T02:00:00+01:00").unwrap(),
            (Some(DAY_MS + 1000), Some(DAY_MS + 3_600_000))
        );
        for wrong in ["", "yesterday", "2026-02-30", "1969-12-31", "9999-12-31T23:59:59"] {
            assert!(of(wrong, "1970-01-02").is_err(), "{wrong}");
        }
    }
}
