//! Where a server is: host and port, as a person types them or an invitation names them.

use std::fmt;
use std::str::FromStr;

/// The port of a server that names none.
pub const USUAL_PORT: u16 = 8443;
/// Characters of an address at most.
const LIMIT: usize = 255;

/// Host and port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// A name or an IP address; IPv6 without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// The text is no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the address of a server")]
pub struct NotAnAddress;

impl FromStr for Address {
    type Err = NotAnAddress;

    /// Takes `host`, `host:port`, `[v6]:port`, and the same behind `https://`.
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let text = text.strip_prefix("https://").unwrap_or(text);
        let text = text.strip_suffix('/').unwrap_or(text);
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or(NotAnAddress)?)),
            None => match text.rsplit_once(':') {
                // More than one colon is an IPv6 address without brackets and port.
                Some((host, _)) if host.contains(':') => (text, None),
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or(NotAnAddress)?,
            None => USUAL_PORT,
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
        if host.is_empty() || host.len() > LIMIT || !host.chars().all(plain) {
            return Err(NotAnAddress);
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        for (text, shown) in [
            ("clinic.example", "clinic.example:8443"),
            (" https://Clinic.Example:443/ ", "clinic.example:443"),
            ("127.0.0.1:9", "127.0.0.1:9"),
            ("::1", "[::1]:8443"),
            ("[::1]", "[::1]:8443"),
            ("[fe80::1]:7", "[fe80::1]:7"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(shown.parse(), Ok(address));
        }
        for text in [
            "",
            ":1",
            "a b",
            "host:0",
            "host:99999",
            "host/path",
            "[::1]x",
            "user@host",
            "ö.example",
        ] {
            assert_eq!(text.parse::<Address>(), Err(NotAnAddress), "{text}");
        }
    }
}
