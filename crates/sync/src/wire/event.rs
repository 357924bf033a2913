//! Wake-ups: server-sent events without content. They say that there is something to fetch, never what.

use std::fmt;

/// The data of one server-sent event. A device that understands none of them just fetches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The roster has so many entries now.
    Roster(u32),
    /// Somebody's segments were stored.
    Segments,
    /// Something is in the mailbox of this device.
    Parcels,
    /// A join was asked for, or answered.
    Joins,
    /// A snapshot came, or somebody has signed one.
    Snapshots,
    /// A device has answered an order to wipe it.
    Receipts,
    /// A sealed file has come.
    Blobs,
    /// A sealed file is wanted again: the server has lost it, or it was damaged there.
    Wanted,
}

impl Event {
    /// Reads the data of an event; `None` for what this version does not know.
    pub fn parse(data: &str) -> Option<Self> {
        match data {
            "segments" => Some(Self::Segments),
            "parcels" => Some(Self::Parcels),
            "joins" => Some(Self::Joins),
            "snapshots" => Some(Self::Snapshots),
            "receipts" => Some(Self::Receipts),
            "blobs" => Some(Self::Blobs),
            "wanted" => Some(Self::Wanted),
            _ => {
                let number = data.strip_prefix("roster ")?.parse().ok().map(Self::Roster)?;
                (number.to_string() == data).then_some(number)
            }
        }
    }
}

/// The data of the event.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roster(number) => write!(f, "roster {number}"),
            Self::Segments => f.write_str("segments"),
            Self::Parcels => f.write_str("parcels"),
            Self::Joins => f.write_str("joins"),
            Self::Snapshots => f.write_str("snapshots"),
            Self::Receipts => f.write_str("receipts"),
            Self::Blobs => f.write_str("blobs"),
            Self::Wanted => f.write_str("wanted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn one_event_has_one_spelling() {
        for event in [
            Event::Roster(0),
            Event::Roster(u32::MAX),
            Event::Segments,
            Event::Parcels,
            Event::Joins,
            Event::Snapshots,
            Event::Receipts,
            Event::Blobs,
            Event::Wanted,
        ] {
            assert_eq!(Event::parse(&event.to_string()), Some(event));
        }
        for unknown in [
            "",
            "roster",
            "roster +1",
            "roster 01",
            "roster 4294967296",
            "wipe",
            "segments ",
        ] {
            assert_eq!(Event::parse(unknown), None);
        }
    }
}
