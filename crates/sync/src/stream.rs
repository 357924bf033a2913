//! Many items in one body: each with its length (u32, big-endian) in front. Read as the bytes come, within limits.

/// Bytes in front of an item.
pub const LENGTH_BYTES: usize = 4;

/// Why a stream was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StreamError {
    /// An item claims more bytes than an item may have.
    #[error("an item is too long")]
    TooLong,
    /// An item of no bytes.
    #[error("an empty item")]
    Empty,
    /// The stream ended inside an item.
    #[error("cut short")]
    Cut,
}

/// Appends one item. Items have 1 to 2^32 - 1 bytes; the kinds of items here have far lower limits of their own.
pub fn write_item(out: &mut Vec<u8>, item: &[u8]) -> Result<(), StreamError> {
    if item.is_empty() {
        return Err(StreamError::Empty);
    }
    let length = u32::try_from(item.len()).map_err(|_| StreamError::TooLong)?;
    out.reserve(LENGTH_BYTES + item.len());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(item);
    Ok(())
}

/// Takes items out of pieces of a body. Holds at most what was pushed and not yet taken.
pub struct ItemReader {
    buffer: Vec<u8>,
    taken: usize,
    max_item: usize,
}

impl ItemReader {
    /// For items of at most `max_item` bytes.
    pub fn new(max_item: usize) -> Self {
        Self {
            buffer: Vec::new(),
            taken: 0,
            max_item,
        }
    }

    /// The next piece of the body. Take every whole item before pushing another piece, so that no more than one unfinished item
    /// waits.
    pub fn push(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(piece);
    }

    /// The next whole item, if it is there.
    pub fn take(&mut self) -> Result<Option<&[u8]>, StreamError> {
        let waiting = &self.buffer[self.taken..];
        let Some((length, rest)) = waiting.split_first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 {
            return Err(StreamError::Empty);
        }
        if length > self.max_item {
            return Err(StreamError::TooLong);
        }
        if rest.len() < length {
            return Ok(None);
        }
        let start = self.taken + LENGTH_BYTES;
        self.taken = start + length;
        Ok(Some(&self.buffer[start..start + length]))
    }

    /// Whether the body may end here.
    pub fn finish(&self) -> Result<(), StreamError> {
        if self.taken == self.buffer.len() {
            Ok(())
        } else {
            Err(StreamError::Cut)
        }
    }
}

/// All items of a body that is there as a whole, at most `max_items` of them.
pub fn split_items(body: &[u8], max_item: usize, max_items: usize) -> Result<Vec<&[u8]>, StreamError> {
    let (mut items, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or(StreamError::Cut)?;
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 {
            return Err(StreamError::Empty);
        }
        if length > max_item || items.len() == max_items {
            return Err(StreamError::TooLong);
        }
        let (item, behind) = behind.split_at_checked(length).ok_or(StreamError::Cut)?;
        items.push(item);
        rest = behind;
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn its_bytes_are_frozen() {
        let mut body = Vec::new();
        write_item(&mut body, b"one").unwrap();
        write_item(&mut body, b"three").unwrap();
        assert_eq!(body, b"\0\0\0\x03one\0\0\0\x05three");
        assert_eq!(write_item(&mut body, b""), Err(StreamError::Empty));
    }

    #[test]
    fn a_claimed_length_is_refused_before_its_bytes_come() {
        let mut reader = ItemReader::new(10);
        reader.push(&[0, 0, 0, 11]);
        assert_eq!(reader.take(), Err(StreamError::TooLong));
        assert_eq!(split_items(&[0, 0, 0, 11], 10, 9), Err(StreamError::TooLong));
        assert_eq!(
            split_items(&[0, 0, 0, 1, 7, 0, 0, 0, 1, 7], 10, 1),
            Err(StreamError::TooLong)
        );
        let mut reader = ItemReader::new(10);
        reader.push(&[0; 4]);
        assert_eq!(reader.take(), Err(StreamError::Empty));
    }

    proptest! {
        #[test]
        fn items_come_back_however_the_body_is_cut(items in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 0..20), piece in 1usize..64) {
            let mut body = Vec::new();
            items.iter().for_each(|item| write_item(&mut body, item).unwrap());
            prop_assert_eq!(split_items(&body, 50, 20).unwrap(), items.iter().map(|item| &item[..]).collect::<Vec<_>>());
            let (mut reader, mut read) = (ItemReader::new(50), Vec::new());
            for piece in body.chunks(piece) {
                reader.push(piece);
                while let Some(item) = reader.take().unwrap() {
                    read.push(item.to_vec());
                }
            }
            prop_assert_eq!(reader.finish(), Ok(()));
            prop_assert_eq!(read, items);
            if !body.is_empty() {
                reader.push(&body[..1]);
                prop_assert_eq!(reader.finish(), Err(StreamError::Cut));
                prop_assert_eq!(split_items(&body[..body.len() - 1], 50, 20), Err(StreamError::Cut));
            }
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = split_items(&bytes, 50, 20);
            let mut reader = ItemReader::new(50);
            reader.push(&bytes);
            while let Ok(Some(_)) = reader.take() {}
        }
    }
}
