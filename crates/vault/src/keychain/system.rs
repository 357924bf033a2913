//! The store of each platform.

use super::KeychainKind;
use keyring_core::CredentialStore;
use std::sync::Arc;

#[cfg(target_os = "linux")]
pub(super) const KIND: KeychainKind = KeychainKind::SecretService;
#[cfg(target_os = "macos")]
pub(super) const KIND: KeychainKind = KeychainKind::AppleKeychain;
#[cfg(windows)]
pub(super) const KIND: KeychainKind = KeychainKind::WindowsCredentials;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) const KIND: KeychainKind = KeychainKind::None;

/// Over D-Bus, the secrets encrypted on the way.
#[cfg(target_os = "linux")]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// The login keychain.
#[cfg(target_os = "macos")]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

/// Generic credentials of this user.
#[cfg(windows)]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// No store is known, so the answer is 'absent': a key is never kept in a file instead.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(keyring_core::Error::NoDefaultStore)
}
