//! Short texts that people enter.

use crate::error::{CommandError, ErrorCode};

/// Characters of a reason or another short text.
const LIMIT: usize = 1_000;

/// A text without surrounding space; refused when empty, too long, or with control characters in it.
pub(crate) fn checked(text: &str, field: &'static str) -> Result<String, CommandError> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(CommandError::invalid(field));
    }
    if text.chars().count() > LIMIT {
        return Err(CommandError::new(ErrorCode::TooLarge).at(field));
    }
    Ok(text.to_owned())
}
