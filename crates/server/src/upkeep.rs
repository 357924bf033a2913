//! What the server does by itself: renews and exchanges its certificate, watches the disk, forgets what is over.

use crate::app::App;
use crate::certificate;
use crate::clock::DAY_MS;
use crate::config::Config;
use crate::store::StoreError;
use crate::tls::ShownChain;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

/// How often the disk is looked at.
const DISK_EVERY: Duration = Duration::from_secs(5);
/// How often what is over is forgotten, and a warning repeated.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// Everything that upkeep reaches.
pub struct Upkeep {
    /// The server.
    pub app: Arc<App>,
    /// Its settings.
    pub config: Config,
    /// The certificate that is shown.
    pub shown: Arc<ShownChain>,
    /// Rung to look at the certificate at once.
    pub look: Arc<Notify>,
}

impl Upkeep {
    /// Runs until the server stops.
    pub async fn run(self) {
        let every = |period| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let mut certificate = every(Duration::from_secs(self.config.certificate.look_every_s.max(1)));
        let (mut disk, mut tidy) = (every(DISK_EVERY), every(TIDY_EVERY));
        loop {
            tokio::select! {
                () = self.app.stop.cancelled() => return,
                _ = certificate.tick() => self.look_at_certificate(),
                () = self.look.notified() => self.look_at_certificate(),
                _ = disk.tick() => look_at_disk(&self.app, &self.config),
                _ = tidy.tick() => self.tidy().await,
            }
        }
    }

    /// Renews the certificate when it is time, and shows what lies on disk from the next handshake on.
    fn look_at_certificate(&self) {
        let settings = &self.config.certificate;
        let now_ms = self.app.clock.now_ms();
        let due = now_ms + settings.renew_before_days * DAY_MS >= self.shown.ends_ms();
        if due && settings.chain.is_none() && self.is_still_due(now_ms) {
            match certificate::renew(&self.config, now_ms) {
                Ok(()) => tracing::info!("certificate renewed"),
                Err(error) => tracing::error!(%error, "the certificate could not be renewed"),
            }
        }
        match self.shown.reload(&self.config) {
            Ok(true) => {
                self.app.metrics.certificate_changes.inc();
                tracing::info!(ends_ms = self.shown.ends_ms(), pin = %self.shown.pin(), "certificate exchanged");
            }
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the certificate on disk cannot be used; the former one stays"),
        }
    }

    /// What lies on disk may be newer than what is shown.
    fn is_still_due(&self, now_ms: u64) -> bool {
        // An unreadable file is reported by the reload that follows; making a new one over it is what helps.
        if let Ok(true) = self.shown.reload(&self.config) {
            tracing::info!("certificate exchanged");
        }
        now_ms + self.config.certificate.renew_before_days * DAY_MS >= self.shown.ends_ms()
    }

    async fn tidy(&self) {
        let now_ms = self.app.clock.now_ms();
        let warn_before_ms = self.config.certificate.warn_before_days * DAY_MS;
        if let Some(warning) = certificate_warning(&self.shown, warn_before_ms, now_ms) {
            tracing::warn!("{warning}");
        }
        if let Err(error) = forget(&self.app, now_ms).await {
            tracing::error!(%error, "what is over could not be forgotten");
        }
    }
}

/// What to tell the operator of the certificate, if anything.
pub fn certificate_warning(shown: &ShownChain, warn_before_ms: u64, now_ms: u64) -> Option<String> {
    let ends_ms = shown.ends_ms();
    if ends_ms <= now_ms {
        return Some("the certificate has ended: devices can no longer connect".into());
    }
    let days = (ends_ms - now_ms) / DAY_MS;
    (ends_ms - now_ms <= warn_before_ms).then(|| format!("the certificate ends in {days} days and was not renewed"))
}

/// Expired invitations and tokens, and sealed files that nobody continues.
async fn forget(app: &App, now_ms: u64) -> Result<(), StoreError> {
    app.store.forget_expired(now_ms).await?;
    crate::retain::let_go(app, now_ms).await?;
    let before_ms = now_ms.saturating_sub(app.limits.keep_upload_days * DAY_MS);
    for (clinic, blob) in app.store.stale_uploads(before_ms).await? {
        let Some(_claim) = app.blobs.claim(clinic, blob) else {
            continue;
        };
        app.store.drop_upload(clinic, blob).await?;
        app.blobs.drop_parts(clinic, &blob).await?;
    }
    Ok(())
}

/// Notes whether the disk has room.
pub fn look_at_disk(app: &App, config: &Config) {
    let Some(free) = free_bytes(&config.data) else {
        return;
    };
    let low = free < config.limits.keep_free_bytes;
    if app.set_disk_is_low(low) {
        if low {
            tracing::error!(free, "the disk is nearly full: pushes are refused until there is room");
        } else {
            tracing::info!(free, "the disk has room");
        }
    }
}

/// What an ordinary account may still write there. `None` where the system does not say.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}
