//! Tests of sealed files.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::read::{open_in_chunks, read_to_end};
use super::write::{Source, write_in_chunks};
use super::*;
use crate::random::SeededRandom;
use std::io::Read;

const ID: BlobId = BlobId(uuid::Uuid::from_bytes([5; 16]));
/// Small chunks, because ciphers are slow in a debug build; one test takes the format's own.
const CHUNK: usize = 4096;
const SEALED: u64 = (CHUNK + TAG) as u64;

/// What somebody does to a file.
type Change = fn(&mut Vec<u8>);

struct Place {
    _dir: tempfile::TempDir,
    home: Home,
    key: BlobKey,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::open(dir.path()).unwrap();
    Place {
        _dir: dir,
        home,
        key: BlobKey::generate(&SeededRandom::new(1)),
    }
}

impl Place {
    fn write(&self, content: &[u8]) -> Result<BlobSize, BlobError> {
        self.write_from(&mut &content[..], 100_000)
    }

    fn write_from(&self, from: &mut dyn Read, most: u64) -> Result<BlobSize, BlobError> {
        let mut source = Source {
            from,
            chunk: CHUNK,
            most,
        };
        write_in_chunks(&self.home, &SeededRandom::new(2), ID, &self.key, &mut source)
    }

    fn read(&self) -> Result<Vec<u8>, BlobError> {
        let reader = self.open()?;
        read_to_end(reader, &self.home, ID, 100_000).map(|content| content.to_vec())
    }

    fn open(&self) -> Result<BlobReader, BlobError> {
        open_in_chunks(&self.home, ID, &self.key, CHUNK)
    }

    fn change(&self, how: impl FnOnce(&mut Vec<u8>)) {
        let path = self.home.blob(ID);
        let mut bytes = fs::read(&path).unwrap();
        how(&mut bytes);
        fs::write(path, bytes).unwrap();
    }
}

/// Bytes in which every place differs from its neighbours.
fn content(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

#[test]
fn every_length_comes_back() {
    for length in [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
        let place = place();
        let size = place.write(&content(length)).unwrap();
        let chunks = length.div_ceil(CHUNK).max(1);
        assert_eq!(
            size,
            BlobSize {
                plain: length as u64,
                sealed: (HEADER + length + chunks * TAG) as u64,
                hash: *blake3::hash(&fs::read(place.home.blob(ID)).unwrap()).as_bytes(),
            }
        );
        assert_eq!(hash_of(&place.home, ID).unwrap(), size.hash);
        assert_eq!(fs::metadata(place.home.blob(ID)).unwrap().len(), size.sealed);
        assert_eq!(place.read().unwrap(), content(length), "{length}");
        assert_eq!(place.open().unwrap().plain_length(), Some(length as u64));
    }
}

#[test]
fn the_format_has_chunks_of_a_mebibyte() {
    let place = place();
    let content = content(super::CHUNK + 1);
    let random = SeededRandom::new(2);
    let size = write(&place.home, &random, ID, &place.key, &mut &content[..], 2_000_000).unwrap();
    assert_eq!(size.sealed, (HEADER + 1_048_576 + TAG + 1 + TAG) as u64);
    assert!(read_all(&place.home, ID, &place.key, 2_000_000).unwrap()[..] == content[..]);
}

#[test]
fn the_format_is_frozen() {
    let place = place();
    place.write(b"a document").unwrap();
    let bytes = fs::read(place.home.blob(ID)).unwrap();
    insta::assert_snapshot!(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
}

#[test]
#[cfg(unix)]
fn only_the_owner_may_read_it_and_nothing_readable_is_in_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.write(&b"Canaryname ".repeat(2_000)).unwrap();
    let path = place.home.blob(ID);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777,
        0o700
    );
    let bytes = fs::read(path).unwrap();
    assert!(!bytes.windows(10).any(|window| window == b"Canaryname"));
}

#[test]
fn any_changed_byte_is_damage() {
    let (small, large) = (place(), place());
    small.write(&content(40)).unwrap();
    large.write(&content(CHUNK + 40)).unwrap();
    let end = HEADER + SEALED as usize + 40 + TAG;
    let places = (0..HEADER + 40 + TAG).map(|at| (&small, at));
    for (place, at) in places.chain([HEADER, CHUNK, HEADER + CHUNK, end - 41, end - 1].map(|at| (&large, at))) {
        place.change(|bytes| bytes[at] ^= 1);
        let error = place.read().unwrap_err();
        match at {
            6 => assert!(
                matches!(error, BlobError::Damaged | BlobError::Newer(_)),
                "{at}: {error}"
            ),
            0..HEADER => assert!(
                matches!(error, BlobError::Damaged | BlobError::WrongKey),
                "{at}: {error}"
            ),
            _ => assert!(matches!(error, BlobError::Damaged), "{at}: {error}"),
        }
        place.change(|bytes| bytes[at] ^= 1);
    }
    assert_eq!(
        (small.read().unwrap(), large.read().unwrap()),
        (content(40), content(CHUNK + 40))
    );
}

#[test]
fn cut_extended_and_swapped_files_are_damage() {
    let whole = SEALED as usize;
    let changes: [(&str, Change); 7] = [
        ("cut inside a chunk", |bytes| bytes.truncate(HEADER + 10)),
        ("cut behind a chunk", |bytes| bytes.truncate(HEADER + SEALED as usize)),
        ("cut behind the header", |bytes| bytes.truncate(HEADER)),
        ("cut inside the header", |bytes| bytes.truncate(20)),
        ("extended by a byte", |bytes| bytes.push(0)),
        ("extended by a chunk", |bytes| {
            bytes.extend_from_within(HEADER..HEADER + SEALED as usize)
        }),
        ("two chunks swapped", |bytes| {
            let (first, second) = bytes[HEADER..].split_at_mut(SEALED as usize);
            first.swap_with_slice(&mut second[..SEALED as usize]);
        }),
    ];
    for (what, change) in changes {
        let place = place();
        place.write(&content(2 * CHUNK + 5)).unwrap();
        place.change(change);
        assert!(matches!(place.read().unwrap_err(), BlobError::Damaged), "{what}");
    }
    // What comes before the damage has proved itself and is given; behind it comes nothing.
    let place = place();
    place.write(&content(2 * CHUNK)).unwrap();
    place.change(|bytes| bytes[HEADER + whole + 9] ^= 1);
    let mut reader = place.open().unwrap();
    let mut got = vec![0; CHUNK];
    reader.read_exact(&mut got).unwrap();
    assert_eq!(got, content(CHUNK));
    assert!(reader.read(&mut got).is_err() && reader.read(&mut got).is_err());
}

#[test]
fn another_key_or_another_id_opens_nothing() {
    let place = place();
    place.write(b"a document").unwrap();
    let other = BlobKey::generate(&SeededRandom::new(3));
    assert!(matches!(
        open(&place.home, ID, &other).err().unwrap(),
        BlobError::WrongKey
    ));
    let elsewhere = BlobId(uuid::Uuid::from_bytes([6; 16]));
    fs::create_dir_all(place.home.blob(elsewhere).parent().unwrap()).unwrap();
    fs::copy(place.home.blob(ID), place.home.blob(elsewhere)).unwrap();
    assert!(matches!(
        open(&place.home, elsewhere, &place.key).err().unwrap(),
        BlobError::WrongKey
    ));
}

#[test]
fn limits_hold_and_nothing_half_written_stays() {
    let place = place();
    let mut endless = std::io::repeat(7);
    let most = CHUNK as u64;
    let refused = place.write_from(&mut endless, most);
    assert!(matches!(refused.unwrap_err(), BlobError::TooLarge { .. }));
    assert!(matches!(place.read().unwrap_err(), BlobError::Missing));
    assert_eq!(
        remove_unfinished(&place.home).unwrap(),
        0,
        "the temporary file went with the error"
    );
    place.write(&content(10)).unwrap();
    assert!(matches!(place.write(b"again").unwrap_err(), BlobError::Exists));
    assert!(matches!(
        read_all(&place.home, ID, &place.key, 9).unwrap_err(),
        BlobError::TooLarge { most: 9 }
    ));
    fs::write(place.home.blob(ID).with_extension("new"), b"half").unwrap();
    assert_eq!(remove_unfinished(&place.home).unwrap(), 1);
    assert_eq!(place.read().unwrap(), content(10));
    remove(&place.home, ID).unwrap();
    remove(&place.home, ID).unwrap();
    assert!(matches!(place.read().unwrap_err(), BlobError::Missing));
}

#[test]
fn a_sealed_file_is_padded_and_read_from_any_chunk() {
    let place = place();
    let content = content(2_200_001);
    let sealed = seal(&place.home, &SeededRandom::new(4), ID, &mut &content[..], 3_000_000).unwrap();
    assert_eq!(
        (sealed.size, sealed.digest),
        (2_200_001, *blake3::hash(&content).as_bytes())
    );
    assert_eq!(sealed.length, sealed_length(padded(2_200_001)));
    assert!(padded(2_200_001) > 2_200_001);
    assert_eq!(fs::metadata(place.home.blob(ID)).unwrap().len(), sealed.length);
    for chunk in 0..3 {
        let mut read = Vec::new();
        sealed
            .open_at(&place.home, chunk)
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        assert!(read[..] == content[chunk as usize * super::CHUNK..], "{chunk}");
    }
    assert!(sealed.open_at(&place.home, 3).is_err());
    assert_eq!(
        Sealed::parse(&sealed.to_json()).unwrap().hash,
        hash_of(&place.home, ID).unwrap()
    );
}

#[test]
fn content_above_the_limit_leaves_nothing() {
    let place = place();
    let refused = seal(&place.home, &SeededRandom::new(4), ID, &mut &content(1001)[..], 1000);
    assert!(matches!(refused, Err(BlobError::TooLarge { most: 1000 })));
    assert!(!place.home.blob(ID).exists());
    assert!(seal(&place.home, &SeededRandom::new(4), ID, &mut &content(1000)[..], 1000).is_ok());
}

/// Gathers a file in pieces of this size, as a fetch that is cut after each.
fn gather(home: &Home, bytes: &[u8], piece: usize) {
    for (number, part) in bytes.chunks(piece).enumerate() {
        assert_eq!(partial_length(home, ID), (number * piece) as u64);
        append_partial(home, ID, (number * piece) as u64, part).unwrap();
    }
}

#[test]
fn a_fetched_file_counts_only_when_it_is_the_one_that_was_named() {
    let from = place();
    from.write(&content(3 * CHUNK + 7)).unwrap();
    let hash = hash_of(&from.home, ID).unwrap();
    let good = read_sealed(&from.home, ID, 0, usize::MAX).unwrap();
    let to = place();
    for piece in [1000, 4097, good.len()] {
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        gather(&to.home, &bad, piece);
        assert_eq!(finish_partial(&to.home, ID, &hash).unwrap(), Finished::Other);
        assert_eq!(partial_length(&to.home, ID), 0, "it begins anew");
        assert!(!to.home.blob(ID).exists());
    }
    gather(&to.home, &good, 999);
    assert!(append_partial(&to.home, ID, 5, b"elsewhere").is_err());
    assert_eq!(finish_partial(&to.home, ID, &hash).unwrap(), Finished::Whole);
    assert_eq!(to.read().unwrap(), content(3 * CHUNK + 7));
    assert!(
        finish_partial(&to.home, ID, &hash).is_err(),
        "what is there is not replaced"
    );
}
