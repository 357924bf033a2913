//! Group commit: one thread owns the writing connection. It takes every job that waits, runs them in one transaction, commits once
//! with one fsync, and only then tells each of them. So a hundred devices that push at once cost one fsync, and nobody is told
//! 'stored' before it is.

use crate::store::StoreError;
use rusqlite::Connection;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Jobs that may wait; whoever brings another waits before it enters.
const WAITING: usize = 64;
/// Jobs of one transaction at most.
const GROUP: usize = 64;
/// After so long without a job the write-ahead log is written back and emptied.
const IDLE: Duration = Duration::from_secs(2);

/// What a job leaves to be said once the transaction is durable, or once it is known that it is not.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Gets the connection within a transaction, or why there is none any more.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Answer + Send>;

/// The way to the writing thread.
pub struct Writer {
    jobs: Mutex<Option<mpsc::Sender<(Job, OwnedSemaphorePermit)>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    room: Arc<Semaphore>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || write(&connection, &waiting))
            .map_err(|error| StoreError::Io(error.kind().to_string()))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            room: Arc::new(Semaphore::new(WAITING)),
        })
    }

    /// Runs the work in a transaction, and returns once it is durable. What fails is undone alone.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.room)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = connection.and_then(|connection| in_savepoint(connection, work));
            Box::new(move |committed| {
                // Nobody listens any more when a caller's connection was cut; the work is done all the same.
                let _ = tell.send(committed.and(result));
            })
        });
        {
            let jobs = self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let sender = jobs.as_ref().ok_or(StoreError::Closed)?;
            sender.send((job, permit)).map_err(|_| StoreError::Closed)?;
        }
        told.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Finishes what waits, writes the log back, and ends the thread.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.jobs
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        match thread {
            None => Ok(()),
            Some(thread) => tokio::task::spawn_blocking(move || thread.join())
                .await
                .ok()
                .and_then(Result::ok)
                .ok_or(StoreError::Closed),
        }
    }
}

/// The thread: until no sender is left.
fn write(connection: &Connection, waiting: &mpsc::Receiver<(Job, OwnedSemaphorePermit)>) {
    let mut logged = false;
    loop {
        let first = match waiting.recv_timeout(IDLE) {
            Ok(job) => job,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if logged {
                    empty_log(connection);
                    logged = false;
                }
                continue;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        };
        let mut group = vec![first];
        group.extend(waiting.try_iter().take(GROUP - 1));
        commit(connection, group);
        logged = true;
    }
    empty_log(connection);
}

/// One transaction for all jobs of the group.
fn commit(connection: &Connection, group: Vec<(Job, OwnedSemaphorePermit)>) {
    let mut answers = Vec::with_capacity(group.len());
    let mut state = connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from);
    for (job, permit) in group {
        answers.push((job(state.clone().map(|()| connection)), permit));
        // SQLite gives up the whole transaction by itself on a full disk and the like.
        if state.is_ok() && connection.is_autocommit() {
            state = Err(StoreError::DiskFull);
        }
    }
    if state.is_ok() {
        state = connection.execute_batch("COMMIT").map_err(StoreError::from);
    }
    if let Err(error) = &state {
        tracing::error!(%error, jobs = answers.len(), "nothing of this transaction was kept");
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
    for (answer, _permit) in answers {
        answer(state.clone());
    }
}

/// So that a job that fails takes nothing of the others with it.
fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let run = |statement: &str| -> Result<(), StoreError> {
        connection.prepare_cached(statement)?.execute([])?;
        Ok(())
    };
    run("SAVEPOINT job")?;
    let result = work(connection);
    if connection.is_autocommit() {
        return result.and(Err(StoreError::DiskFull));
    }
    if result.is_err() {
        run("ROLLBACK TO job")?;
    }
    run("RELEASE job")?;
    result
}

/// Writes the log back into the file. Readers may hold it up; then the next time does it.
fn empty_log(connection: &Connection) {
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        let error = StoreError::from(error);
        tracing::warn!(%error, "the write-ahead log could not be written back yet");
    }
}
