//! A few reading connections with small caches. Reads run on threads of their own, so that a slow disk holds up no connection.

use super::open::{self, DatabaseKey};
use crate::store::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// Readers at once: as many as a small machine has use for.
const READERS: usize = 3;

/// Connections that nobody uses at the moment.
pub struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    free: Arc<Semaphore>,
}

impl Readers {
    /// Opens them all.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let connections: Result<Vec<_>, _> = (0..READERS).map(|_| open::for_reading(path, key)).collect();
        Ok(Self {
            idle: Arc::new(Mutex::new(connections?)),
            free: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// Runs the work on one of them.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.free)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let idle = Arc::clone(&self.idle);
        let read = move || {
            let _permit = permit;
            let connection = lock(&idle).pop().ok_or(StoreError::Closed)?;
            let result = work(&connection);
            lock(&idle).push(connection);
            result
        };
        tokio::task::spawn_blocking(read)
            .await
            .unwrap_or(Err(StoreError::Closed))
    }

    /// Waits for those that read, then lets go of all.
    pub async fn close(&self) {
        if let Ok(_all) = self.free.acquire_many(READERS as u32).await {
            self.free.close();
            lock(&self.idle).clear();
        }
    }
}

fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
