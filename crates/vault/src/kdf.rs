//! Argon2id (RFC 9106): how hard a password is to guess, calibrated for the machine.
//!
//! Parameters come only from the local slot header. They have a floor, so that a header cannot make guessing cheap, and a
//! ceiling, so that a hostile header cannot make the program ask for a terabyte or an hour.

use crate::clock::Clock;
use crate::key::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

/// Most memory that a header may ask for: 1 GiB, in KiB.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
/// Most memory times passes: six passes over 1 GiB, some 8 seconds on the slowest machine measured.
const MOST_WORK_KIB: u64 = 6 * 1024 * 1024;
/// Most lanes that a header may ask for.
const MOST_LANES: u32 = 16;
/// Memory that calibration asks for at most, in KiB: 256 MiB is there on every laptop that runs the window.
const CALIBRATED_MEMORY_KIB: u32 = 256 * 1024;
/// Passes that calibration asks for at most.
const CALIBRATED_PASSES: u32 = 12;
/// Calibrated memory is a multiple of this, in KiB.
const MEMORY_STEP_KIB: u32 = 16 * 1024;

/// What Argon2id is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KdfParams {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// What this program demands of parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KdfPolicy {
    /// What the first version wrote: a slot below it is none of ours.
    accepted: KdfParams,
    /// What a slot is raised to.
    floor: KdfParams,
    target_ms: u64,
}

/// Why nothing was derived.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KdfError {
    /// The parameters are below the floor or above the ceiling: no program of ours wrote them.
    #[error("the key derivation parameters are out of bounds")]
    OutOfBounds,
    /// The machine could not give the memory.
    #[error("not enough memory to derive the key")]
    NoMemory,
}

impl KdfPolicy {
    /// Never below 64 MiB, three passes, four lanes (RFC 9106 section 4, second recommended option); about half a second.
    pub const fn production() -> Self {
        let floor = KdfParams {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 4,
        };
        Self {
            accepted: floor,
            floor,
            target_ms: 500,
        }
    }

    /// A toy that derives in a millisecond. Not in any program: the feature is for tests alone.
    #[cfg(any(test, feature = "test-support"))]
    pub const fn cheap_for_tests() -> Self {
        let floor = KdfParams {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        Self {
            accepted: floor,
            floor,
            target_ms: 0,
        }
    }

    /// A cheap policy with a floor of the test's own, to see it rise.
    #[cfg(test)]
    pub(crate) const fn with_floor(floor: KdfParams) -> Self {
        Self {
            floor,
            ..Self::cheap_for_tests()
        }
    }

    /// The least that is accepted.
    pub fn floor(&self) -> KdfParams {
        self.floor
    }

    /// Parameters for a new slot: the floor is measured once, then memory and passes are raised towards the target time.
    pub fn calibrate(&self, clock: &dyn Clock) -> Result<KdfParams, KdfError> {
        if self.target_ms == 0 {
            return Ok(self.floor);
        }
        let started = clock.monotonic_ms();
        derive(b"calibration", &[0; 32], self.floor)?;
        Ok(self.scaled(self.floor, clock.monotonic_ms().saturating_sub(started)))
    }

    /// Stronger parameters for a slot whose derivation took this long, or `None` where it is strong enough: raised to the
    /// floor, and towards the target when it took less than half of it. Never weaker in any respect.
    pub fn raised(&self, params: KdfParams, took_ms: u64) -> Option<KdfParams> {
        let wanted = if took_ms.saturating_mul(2) < self.target_ms {
            self.scaled(params, took_ms)
        } else {
            params
        };
        let raised = KdfParams {
            memory_kib: wanted.memory_kib.max(params.memory_kib).max(self.floor.memory_kib),
            passes: wanted.passes.max(params.passes).max(self.floor.passes),
            lanes: wanted.lanes.max(params.lanes).max(self.floor.lanes),
        };
        (raised != params).then_some(raised)
    }

    /// More memory first, because memory is what a guessing machine lacks; then more passes.
    fn scaled(&self, params: KdfParams, took_ms: u64) -> KdfParams {
        if took_ms == 0 || took_ms >= self.target_ms {
            return params;
        }
        let fitting = u64::from(params.memory_kib) * self.target_ms / took_ms / u64::from(MEMORY_STEP_KIB);
        let memory_kib = u32::try_from(fitting)
            .unwrap_or(u32::MAX)
            .saturating_mul(MEMORY_STEP_KIB)
            .clamp(params.memory_kib, CALIBRATED_MEMORY_KIB.max(params.memory_kib));
        let expected_ms = (took_ms * u64::from(memory_kib) / u64::from(params.memory_kib)).max(1);
        let fitting = u64::from(params.passes) * self.target_ms / expected_ms;
        let passes = u32::try_from(fitting).unwrap_or(u32::MAX);
        KdfParams {
            memory_kib,
            passes: passes.clamp(params.passes, CALIBRATED_PASSES.max(params.passes)),
            ..params
        }
    }
}

impl KdfParams {
    /// Whether a slot of ours could carry them. One that an older version wrote under a lower floor is still opened, and then raised.
    pub fn within_bounds(&self, policy: &KdfPolicy) -> bool {
        let least = &policy.accepted;
        self.memory_kib >= least.memory_kib
            && self.passes >= least.passes
            && self.lanes >= least.lanes
            && self.memory_kib <= MOST_MEMORY_KIB
            && self.lanes <= MOST_LANES
            && u64::from(self.memory_kib) * u64::from(self.passes) <= MOST_WORK_KIB
    }
}

/// Argon2id version 0x13 with 32 bytes of output. The caller has checked the bounds.
pub(crate) fn derive(password: &[u8], salt: &[u8; 32], params: KdfParams) -> Result<PasswordHash, KdfError> {
    let params = Params::new(params.memory_kib, params.passes, params.lanes, Some(crate::key::LENGTH))
        .map_err(|_| KdfError::OutOfBounds)?;
    let mut out = Zeroizing::new([0; crate::key::LENGTH]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, salt, &mut out[..])
        .map_err(|error| match error {
            argon2::Error::OutOfMemory => KdfError::NoMemory,
            _ => KdfError::OutOfBounds,
        })?;
    Ok(PasswordHash::from_slice(&out[..]).expect("the output was asked for in the length of a key"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;

    const FLOOR: KdfParams = KdfParams {
        memory_kib: 65_536,
        passes: 3,
        lanes: 4,
    };

    #[test]
    fn the_production_floor_is_what_is_promised() {
        assert_eq!(KdfPolicy::production().floor(), FLOOR);
    }

    #[test]
    fn parameters_outside_the_bounds_are_refused() {
        let policy = KdfPolicy::production();
        assert!(FLOOR.within_bounds(&policy));
        let bad = [
            KdfParams {
                memory_kib: 65_535,
                ..FLOOR
            },
            KdfParams { passes: 2, ..FLOOR },
            KdfParams { lanes: 3, ..FLOOR },
            KdfParams {
                memory_kib: 1024 * 1024 * 1024,
                ..FLOOR
            },
            KdfParams {
                memory_kib: u32::MAX,
                ..FLOOR
            },
            KdfParams {
                passes: 1_000_000,
                ..FLOOR
            },
            KdfParams { lanes: 17, ..FLOOR },
        ];
        for params in bad {
            assert!(!params.within_bounds(&policy), "{params:?}");
        }
    }

    #[test]
    fn calibration_raises_memory_first_then_passes_and_stays_within_bounds() {
        let policy = KdfPolicy::production();
        assert_eq!(
            policy.scaled(FLOOR, 250),
            KdfParams {
                memory_kib: 131_072,
                ..FLOOR
            }
        );
        assert_eq!(policy.scaled(FLOOR, 600), FLOOR, "a slow machine gets the floor");
        assert_eq!(policy.scaled(FLOOR, 0), FLOOR, "what cannot be measured is not raised");
        let fast = policy.scaled(FLOOR, 50);
        assert_eq!(
            fast,
            KdfParams {
                memory_kib: CALIBRATED_MEMORY_KIB,
                passes: 7,
                lanes: 4
            }
        );
        for took in 1..700 {
            assert!(policy.scaled(FLOOR, took).within_bounds(&policy), "{took}");
        }
    }

    #[test]
    fn raising_never_weakens() {
        let policy = KdfPolicy::production();
        let strong = KdfParams {
            memory_kib: 512 * 1024,
            passes: 4,
            lanes: 8,
        };
        assert_eq!(policy.raised(strong, 900), None);
        let raised = policy.raised(strong, 100).unwrap();
        assert!(raised.memory_kib >= strong.memory_kib && raised.passes > strong.passes && raised.lanes == 8);
        let weak = KdfParams {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
        };
        assert_eq!(
            policy.raised(weak, 10_000),
            Some(FLOOR),
            "the floor holds however slow the machine is"
        );
    }

    #[test]
    fn the_hash_is_argon2id_version_19() {
        // Made with the reference implementation: `printf password | argon2 somesaltsomesaltsomesaltsomesalt -id -k 64 -t 1 -p 1 -l 32 -r`
        // is checked against the crate's own PHC verifier here, so that a change of algorithm or version is seen.
        use argon2::PasswordVerifier;
        use argon2::password_hash::phc::PasswordHash as Phc;
        let salt = b"somesaltsomesaltsomesaltsomesalt";
        let params = KdfParams {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        let hash = derive(b"password", salt, params).unwrap();
        let text = format!("$argon2id$v=19$m=64,t=1,p=1${}${}", base64(salt), base64(hash.expose()));
        let phc = Phc::new(&text).unwrap();
        assert!(Argon2::default().verify_password(b"password", &phc).is_ok());
        assert!(Argon2::default().verify_password(b"Password", &phc).is_err());
    }

    /// Base64 without padding (RFC 4648 section 4).
    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for group in bytes.chunks(3) {
            let mut word = [0; 3];
            word[..group.len()].copy_from_slice(group);
            let word = u32::from_be_bytes([0, word[0], word[1], word[2]]);
            for n in 0..=group.len() {
                out.push(char::from(LETTERS[(word >> (18 - 6 * n) & 63) as usize]));
            }
        }
        out
    }
}
