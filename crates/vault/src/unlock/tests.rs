//! Tests of making, opening and changing a vault.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::attempts;
use crate::clock::ManualClock;
use crate::env::Env;
use crate::home::Home;
use crate::kdf::{KdfParams, KdfPolicy};
use crate::keychain::{Behaviour, Keychain, KeychainKind};
use crate::password::Password;
use crate::random::SeededRandom;
use crate::slot;
use std::fs;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A machine of the test's own.
pub(crate) struct Machine {
    pub env: Env,
    pub clock: Arc<ManualClock>,
    pub behave: Box<dyn Fn(Behaviour)>,
    pub dir: tempfile::TempDir,
}

pub(crate) const ANNA: UserId = UserId(Uuid::from_bytes([0xa; 16]));
pub(crate) const BEN: UserId = UserId(Uuid::from_bytes([0xb; 16]));

pub(crate) fn password(text: &str) -> Password {
    Password::new(Zeroizing::new(text.to_owned())).ok().unwrap()
}

impl Machine {
    pub(crate) fn bare() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("wardkeep")).unwrap();
        let clock = Arc::new(ManualClock::at(1_790_000_000_000));
        let (keychain, behave) = Keychain::in_memory();
        let env = Env {
            home,
            keychain,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SeededRandom::new(1)),
            kdf: KdfPolicy::cheap_for_tests(),
        };
        Self {
            env,
            clock,
            behave: Box::new(behave),
            dir,
        }
    }

    /// With a vault of Anna, who has every role.
    pub(crate) fn founded() -> (Self, Unlocked) {
        let machine = Self::bare();
        let anna = machine.found().unwrap();
        (machine, anna)
    }

    fn found(&self) -> Result<Unlocked, UnlockError> {
        let password = password("a password of Anna's");
        let new = NewVault {
            user: ANNA,
            name: " Anna Åberg ",
            roles: Roles::ALL,
            password: &password,
        };
        create_vault(&self.env, &new, |session| {
            fs::write(self.env.home.office_db(), session.keys.office.expose()).unwrap();
            Ok(())
        })
    }

    pub(crate) fn unlock(&self, user: UserId, text: &str) -> Result<Unlocked, UnlockError> {
        unlock(&self.env, user, &password(text))
    }

    pub(crate) fn add_ben(&self, by: &Unlocked, roles: Roles) -> Result<(), UnlockError> {
        let password = password("a password of Ben's");
        add_user(
            &self.env,
            by,
            &NewUser {
                user: BEN,
                name: "Ben",
                roles,
                password: &password,
            },
        )
    }
}

/// The error of a result whose success cannot be printed.
pub(crate) fn error<T>(result: Result<T, UnlockError>) -> UnlockError {
    match result {
        Ok(_) => panic!("this should not have worked"),
        Err(error) => error,
    }
}

#[test]
fn a_founded_vault_opens_with_the_same_keys() {
    let (machine, anna) = Machine::founded();
    let again = machine.unlock(ANNA, "a password of Anna's").unwrap();
    assert!(again.keys.office.same(&anna.keys.office));
    assert!(
        again
            .keys
            .clinical
            .as_ref()
            .unwrap()
            .same(anna.keys.clinical.as_ref().unwrap())
    );
    assert_eq!(
        (again.name.as_str(), again.roles, again.vault),
        ("Anna Åberg", Roles::ALL, anna.vault)
    );
    assert!(again.failures.is_empty());
    let listed = list_users(&machine.env).unwrap();
    assert_eq!(
        listed,
        [UserEntry {
            id: ANNA,
            name: Some("Anna Åberg".to_owned())
        }]
    );
}

#[test]
fn nothing_is_ever_made_over_a_vault() {
    let (machine, anna) = Machine::founded();
    assert!(matches!(error(machine.found()), UnlockError::VaultExists));
    fs::remove_file(machine.env.home.slot(ANNA)).unwrap();
    assert!(
        matches!(error(machine.found()), UnlockError::VaultExists),
        "a database without slots is a vault"
    );
    assert_eq!(
        fs::read(machine.env.home.office_db()).unwrap(),
        anna.keys.office.expose()
    );
    assert!(matches!(
        error(list_users(&machine.env)),
        UnlockError::SlotDamaged { .. }
    ));
}

#[test]
fn a_founding_cut_short_is_moved_aside_and_begun_anew() {
    let machine = Machine::bare();
    let key = password("a password of Anna's");
    let new = NewVault {
        user: ANNA,
        name: "Anna",
        roles: Roles::ALL,
        password: &key,
    };
    let failed = create_vault(&machine.env, &new, |_| {
        fs::write(machine.env.home.office_db(), b"half a database").unwrap();
        Err(UnlockError::NoMemory)
    });
    assert!(matches!(error(failed), UnlockError::NoMemory));
    assert!(machine.env.keychain.dump().is_empty(), "no secret is left of it");
    assert!(matches!(error(list_users(&machine.env)), UnlockError::NoVault));
    let anna = machine.found().unwrap();
    assert_eq!(
        fs::read(machine.env.home.office_db()).unwrap(),
        anna.keys.office.expose()
    );
    let aside = fs::read_dir(machine.env.home.quarantine_dir()).unwrap();
    let moved: Vec<_> = aside
        .flat_map(|dir| fs::read_dir(dir.unwrap().path()).unwrap())
        .collect();
    assert_eq!(moved.len(), 3, "database, slot and record of attempts are kept");
}

#[test]
fn the_first_user_must_be_able_to_hold_the_clinical_key() {
    let machine = Machine::bare();
    let key = password("a password of Anna's");
    let new = NewVault {
        user: ANNA,
        name: "Anna",
        roles: Roles::ADMIN,
        password: &key,
    };
    assert!(matches!(
        error(create_vault(&machine.env, &new, |_| Ok(()))),
        UnlockError::NotAllowed
    ));
}

#[test]
fn each_thing_that_hinders_has_its_own_answer() {
    let (machine, _) = Machine::founded();
    let unlock = || error(machine.unlock(ANNA, "a password of Anna's"));
    assert!(matches!(
        error(machine.unlock(ANNA, "another")),
        UnlockError::WrongPassword
    ));
    assert!(matches!(error(machine.unlock(BEN, "another")), UnlockError::NoSuchUser));
    (machine.behave)(Behaviour::Absent);
    assert!(matches!(unlock(), UnlockError::KeychainAbsent));
    (machine.behave)(Behaviour::Locked);
    assert!(matches!(unlock(), UnlockError::KeychainLocked));
    (machine.behave)(Behaviour::NeverUnlocked);
    assert!(matches!(unlock(), UnlockError::KeychainLocked));
    (machine.behave)(Behaviour::Hangs);
    assert!(matches!(unlock(), UnlockError::KeychainLocked));
    (machine.behave)(Behaviour::Works);
    assert!(machine.unlock(ANNA, "a password of Anna's").is_ok());

    let (slot, kept) = (
        machine.env.home.slot(ANNA),
        fs::read(machine.env.home.slot(ANNA)).unwrap(),
    );
    let mut damaged = kept.clone();
    damaged[100] ^= 1;
    fs::write(&slot, damaged).unwrap();
    let file = format!("{ANNA}.slot");
    assert!(matches!(unlock(), UnlockError::SlotDamaged { file: f } if f == file));
    let mut newer = kept[..kept.len() - 16].to_vec();
    newer[6] = 9;
    newer.extend_from_slice(&blake3::hash(&newer).as_bytes()[..16]);
    fs::write(&slot, newer).unwrap();
    assert!(matches!(unlock(), UnlockError::SlotNewer { file: f, version: 9 } if f == file));
    fs::write(&slot, kept).unwrap();

    for (name, _) in machine.env.keychain.dump() {
        machine.env.keychain.plant(&name, None);
    }
    assert!(matches!(unlock(), UnlockError::KeychainEntryMissing));
    assert!(matches!(error(Machine::bare().unlock(ANNA, "x")), UnlockError::NoVault));
}

#[test]
fn another_keychain_or_another_secret_in_it_is_a_changed_keychain() {
    let (machine, anna) = Machine::founded();
    let entry = format!("{}/device", anna.vault);
    machine.env.keychain.plant(&entry, Some(vec![7; 32]));
    assert!(matches!(
        error(machine.unlock(ANNA, "a password of Anna's")),
        UnlockError::KeychainChanged
    ));
    let other = Env {
        keychain: Keychain::of_system(),
        ..machine.env.clone()
    };
    assert_ne!(other.keychain.kind(), KeychainKind::Memory);
    let unlocked = unlock(&other, ANNA, &password("a password of Anna's"));
    assert!(
        matches!(error(unlocked), UnlockError::KeychainChanged),
        "known without asking it"
    );
}

#[test]
fn one_users_slot_under_another_name_is_damage() {
    let (machine, anna) = Machine::founded();
    machine.add_ben(&anna, Roles::FRONT_DESK).unwrap();
    fs::copy(machine.env.home.slot(ANNA), machine.env.home.slot(BEN)).unwrap();
    assert!(matches!(
        error(machine.unlock(BEN, "a password of Anna's")),
        UnlockError::SlotDamaged { .. }
    ));
}

#[test]
fn a_hostile_header_is_refused_before_anything_is_derived() {
    let (machine, _) = Machine::founded();
    let path = machine.env.home.slot(ANNA);
    let kept = fs::read(&path).unwrap();
    // The floor of the cheap policy is memory 64, 1 pass, 1 lane: CBOR 83 18 40 01 01.
    let at = kept.windows(5).position(|w| w == [0x83, 0x18, 0x40, 1, 1]).unwrap();
    let mut bytes = kept[..kept.len() - 16].to_vec();
    bytes.splice(at..at + 5, [0x83, 0x18, 0x40, 0x17, 0x01]);
    bytes.extend_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(slot::decode(&bytes).unwrap().header().kdf.passes, 0x17);
    assert!(matches!(
        error(machine.unlock(ANNA, "a password of Anna's")),
        UnlockError::SlotDamaged { .. }
    ));
}

#[test]
fn passwords_change_and_the_old_one_is_dead() {
    let (machine, anna) = Machine::founded();
    let (current, new) = (password("a password of Anna's"), password("another one of Anna's"));
    let wrong = change_password(&machine.env, ANNA, &new, &current);
    assert!(matches!(error(wrong), UnlockError::WrongPassword));
    let before = fs::read(machine.env.home.slot(ANNA)).unwrap();
    let after = change_password(&machine.env, ANNA, &current, &new).unwrap();
    assert!(
        after.keys.office.same(&anna.keys.office),
        "the databases are not touched"
    );
    assert!(matches!(
        error(machine.unlock(ANNA, "a password of Anna's")),
        UnlockError::WrongPassword
    ));
    let (before, after) = (slot::decode(&before).unwrap(), read_slot(&machine.env, ANNA).unwrap());
    assert_ne!(before.header().salt, after.header().salt);
    assert!(machine.unlock(ANNA, "another one of Anna's").is_ok());
}

#[test]
fn parameters_rise_with_the_policy_at_the_next_unlock() {
    let (mut machine, anna) = Machine::founded();
    let floor = KdfParams {
        memory_kib: 128,
        passes: 2,
        lanes: 1,
    };
    machine.env.kdf = KdfPolicy::with_floor(floor);
    let raised = machine.unlock(ANNA, "a password of Anna's").unwrap();
    assert_eq!(read_slot(&machine.env, ANNA).unwrap().header().kdf, floor);
    assert!(!raised.unlock_key().same(anna.unlock_key()));
    let again = machine.unlock(ANNA, "a password of Anna's").unwrap();
    assert!(again.unlock_key().same(raised.unlock_key()), "once is enough");
    machine.env.kdf = KdfPolicy::cheap_for_tests();
    machine.unlock(ANNA, "a password of Anna's").unwrap();
    assert_eq!(
        read_slot(&machine.env, ANNA).unwrap().header().kdf,
        floor,
        "never lowered"
    );
}

#[test]
fn only_administrators_add_and_remove_and_give_only_what_they_hold() {
    let (machine, anna) = Machine::founded();
    machine.add_ben(&anna, Roles::FRONT_DESK.and(Roles::ADMIN)).unwrap();
    assert!(matches!(
        error(machine.add_ben(&anna, Roles::FRONT_DESK)),
        UnlockError::UserExists
    ));
    let ben = machine.unlock(BEN, "a password of Ben's").unwrap();
    assert!(ben.keys.clinical.is_none());
    assert_eq!(list_users(&machine.env).unwrap().len(), 2);

    let carol = UserId::from_bytes([0xc; 16]);
    let key = password("a password of Carol's");
    let mut new = NewUser {
        user: carol,
        name: "Carol",
        roles: Roles::CLINICIAN,
        password: &key,
    };
    let refused = add_user(&machine.env, &ben, &new);
    assert!(
        matches!(error(refused), UnlockError::NotAllowed),
        "an admin without the chart cannot give it"
    );
    new.roles = Roles::FRONT_DESK;
    add_user(&machine.env, &ben, &new).unwrap();
    let carol_in = machine.unlock(carol, "a password of Carol's").unwrap();
    assert!(matches!(
        error(remove_user(&machine.env, &carol_in, BEN)),
        UnlockError::NotAllowed
    ));
    assert!(matches!(
        error(rename_user(&machine.env, &carol_in, BEN, "Bob")),
        UnlockError::NotAllowed
    ));
    rename_user(&machine.env, &carol_in, carol, "Carol Ω").unwrap();
    assert!(matches!(
        error(rename_user(&machine.env, &carol_in, carol, "  ")),
        UnlockError::BadName
    ));
    assert_eq!(machine.unlock(carol, "a password of Carol's").unwrap().name, "Carol Ω");

    assert!(matches!(
        error(remove_user(&machine.env, &ben, BEN)),
        UnlockError::NotAllowed
    ));
    remove_user(&machine.env, &ben, carol).unwrap();
    assert!(matches!(
        error(remove_user(&machine.env, &ben, carol)),
        UnlockError::NoSuchUser
    ));
    assert!(matches!(
        error(machine.unlock(carol, "a password of Carol's")),
        UnlockError::NoSuchUser
    ));
    new.roles = Roles::NONE;
    assert!(matches!(
        error(add_user(&machine.env, &ben, &new)),
        UnlockError::NotAllowed
    ));
}

/// Everything that a front-desk user can know or derive: their password, every entry of the keychain, every file of the home, what their
/// own unlock gives, and every key that this crate derives from any of these. The clinical key is not among it, and no derived
/// value opens the slot of somebody who has it.
#[test]
fn a_user_without_the_clinical_role_cannot_get_the_clinical_key() {
    let (machine, anna) = Machine::founded();
    machine.add_ben(&anna, Roles::FRONT_DESK).unwrap();
    let ben = machine.unlock(BEN, "a password of Ben's").unwrap();
    let clinical = anna.keys.clinical.as_ref().unwrap();

    let mut known: Vec<Vec<u8>> = vec![
        b"a password of Ben's".to_vec(),
        ben.keys.office.expose().to_vec(),
        ben.unlock_key().expose().to_vec(),
        ben.device().expose().to_vec(),
    ];
    known.extend(machine.env.keychain.dump().into_values());
    let slot = read_slot(&machine.env, BEN).unwrap();
    let header = slot.header();
    let hash = crate::kdf::derive(b"a password of Ben's", &header.salt, header.kdf).unwrap();
    known.push(hash.expose().to_vec());
    known.push(header.unlock_commitment.to_vec());
    known.push(header.device_commitment.to_vec());
    for file in files_under(machine.dir.path()) {
        if file.file_name().unwrap() != "office.db" {
            known.push(fs::read(file).unwrap());
        }
    }
    for bytes in &known {
        assert!(
            !bytes.windows(32).any(|window| window == clinical.expose()),
            "the key itself lies open"
        );
    }
    assert!(slot.open(ben.unlock_key()).unwrap().keys.clinical.is_none());

    let secrets: Vec<[u8; 32]> = known
        .iter()
        .filter_map(|bytes| bytes.as_slice().try_into().ok())
        .collect();
    assert!(secrets.len() >= 6);
    let anna_slot = read_slot(&machine.env, ANNA).unwrap();
    nothing_derived_opens(&anna_slot, &secrets, &header.salt, clinical);
    // Nor does Ben's password open it with Anna's salt and the device secret that both share.
    let hash = crate::kdf::derive(b"a password of Ben's", &anna_slot.header().salt, header.kdf).unwrap();
    let derived = slot::unlock_key(anna_slot.header(), &hash, ben.device(), None);
    assert!(!anna_slot.knows_unlock(&derived));
}

/// Every secret alone and with every other, through every derivation with every salt and context, tried on a slot and as the key itself.
fn nothing_derived_opens(slot: &slot::Slot, secrets: &[[u8; 32]], own_salt: &[u8], clinical: &crate::key::VaultKey) {
    let vault = slot.header().vault;
    let salts = [own_salt, &slot.header().salt, vault.as_bytes(), &[]];
    let contexts = [
        &[][..],
        BEN.as_bytes(),
        ANNA.as_bytes(),
        &[&vault.as_bytes()[..], ANNA.as_bytes()].concat(),
    ];
    let labels = [
        "wardkeep unlock key v1",
        "wardkeep unlock key with lease v1",
        "wardkeep slot payload v1",
        "wardkeep slot name v1",
        "wardkeep slot commitment v1",
        "wardkeep device commitment v1",
        "wardkeep attempts v1",
        "wardkeep resume v1",
    ];
    for first in secrets {
        for second in secrets.iter().map(Some).chain([None]) {
            let parts: Vec<&[u8; 32]> = [Some(first), second].into_iter().flatten().collect();
            for (salt, context) in salts
                .iter()
                .flat_map(|salt| contexts.iter().map(move |context| (salt, context)))
            {
                for label in labels {
                    let derived = UnlockKey::derive(&parts, salt, label, context);
                    assert!(!slot.knows_unlock(&derived) && slot.open(&derived).is_err(), "{label}");
                    assert_ne!(derived.expose(), clinical.expose(), "{label}");
                }
            }
        }
    }
}

#[test]
fn nothing_about_users_or_keys_lies_in_the_home_in_clear() {
    let (machine, anna) = Machine::founded();
    machine.add_ben(&anna, Roles::FRONT_DESK).unwrap();
    let _ = machine.unlock(BEN, "wrong password of Ben's");
    crate::resume::keep(&machine.env, &anna, 60_000).unwrap();
    let secrets: [&[u8]; 7] = [
        b"Anna",
        b"Ben",
        b"a password of",
        anna.keys.clinical.as_ref().unwrap().expose(),
        anna.device().expose(),
        anna.unlock_key().expose(),
        b"password",
    ];
    for file in files_under(machine.dir.path()) {
        let bytes = fs::read(&file).unwrap();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{file:?}");
        }
    }
    for (name, bytes) in machine.env.keychain.dump() {
        assert!(
            !bytes.windows(32).any(|window| window == anna.unlock_key().expose()),
            "{name}"
        );
    }
}

#[test]
fn failures_are_reported_at_the_next_unlock_until_they_are_forgotten() {
    let (machine, _) = Machine::founded();
    let at_ms = 1_790_000_000_000;
    let _ = machine.unlock(ANNA, "wrong");
    machine.clock.advance_ms(5);
    let _ = machine.unlock(ANNA, "wrong again");
    let expected = [
        FailedAttempt::WrongPassword { user: ANNA, at_ms },
        FailedAttempt::WrongPassword {
            user: ANNA,
            at_ms: at_ms + 5,
        },
    ];
    assert_eq!(machine.unlock(ANNA, "a password of Anna's").unwrap().failures, expected);
    let anna = machine.unlock(ANNA, "a password of Anna's").unwrap();
    assert_eq!(anna.failures, expected, "a crash before the audit entry loses none");
    attempts::forget(&machine.env, &anna).unwrap();
    assert!(
        machine
            .unlock(ANNA, "a password of Anna's")
            .unwrap()
            .failures
            .is_empty()
    );
}

fn files_under(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_under(&path))
        } else {
            found.push(path)
        }
    }
    found
}
