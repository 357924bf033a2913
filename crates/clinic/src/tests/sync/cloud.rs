//! A real server in this process, which can be stopped, started again, and emptied.

pub(super) mod liar;

use super::START_MS;
use liar::Liar;
use std::cell::RefCell;
use wardkeep_server::clock::Clock;
use wardkeep_server::config::Config;
use wardkeep_server::init::init;
use wardkeep_server::serve::Server;
use wardkeep_server::store::sqlite::DatabaseKey;
use wardkeep_server::store::{SqliteStore, Store};
use wardkeep_sync::snapshot::Manifest;

/// A server with its folder.
pub(super) struct Cloud {
    runtime: tokio::runtime::Runtime,
    home: tempfile::TempDir,
    config: RefCell<Config>,
    server: RefCell<Option<Server>>,
    address: String,
    pin: String,
    /// What stands before it.
    pub(super) liar: Liar,
}

impl Cloud {
    /// A new one, running.
    pub(super) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut settings = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            local_listen: "127.0.0.1:0".parse().unwrap(),
            ..Config::default()
        };
        // Its clock stands, so nothing that is counted by time comes back.
        settings.limits.request_burst = 1_000_000;
        let made = runtime.block_on(init(home.path(), settings, &clock())).unwrap();
        let config = Config::load(home.path()).unwrap();
        let mut cloud = Self {
            runtime,
            home,
            config: RefCell::new(config),
            server: RefCell::new(None),
            address: String::new(),
            pin: made.pin.to_string(),
            liar: Liar::default(),
        };
        cloud.start();
        let address = cloud.server.borrow().as_ref().unwrap().address();
        cloud.config.borrow_mut().listen = address;
        cloud.address = address.to_string();
        cloud
    }

    /// The folder of the sealed files of its clinics.
    pub(super) fn blobs(&self) -> std::path::PathBuf {
        self.home.path().join("data/blobs")
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn pin(&self) -> &str {
        &self.pin
    }

    /// A fresh founding token.
    pub(super) fn token(&self) -> String {
        let server = self.server.borrow();
        let token = self.runtime.block_on(server.as_ref().unwrap().make_token()).unwrap();
        token.to_string()
    }

    /// Starts it where it listened before.
    pub(super) fn start(&self) {
        let config = self.config.borrow().clone();
        let before = |routes| self.liar.before(routes);
        let started = Server::start_behind(config, clock(), before);
        let server = self.runtime.block_on(started).unwrap();
        *self.server.borrow_mut() = Some(server);
    }

    /// Stops it: nobody can be reached.
    pub(super) fn stop(&self) {
        if let Some(server) = self.server.borrow_mut().take() {
            self.runtime.block_on(server.stop()).unwrap();
        }
    }

    /// Changes a byte of every chunk of a snapshot on its disk.
    pub(super) fn change_chunks(&self) {
        let mut folders = vec![self.home.path().join("data/blobs")];
        let mut changed = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else if entry.to_string_lossy().contains("snapshots") {
                    let mut bytes = std::fs::read(&entry).unwrap();
                    bytes[0] ^= 1;
                    std::fs::write(&entry, bytes).unwrap();
                    changed += 1;
                }
            }
        }
        assert!(changed > 0);
    }

    /// Lets go of every segment under every snapshot, whoever still needs it.
    pub(super) fn drop_early(&self) {
        self.stop();
        let config = self.config.borrow().clone();
        let key = DatabaseKey::load(&config.database_key).unwrap();
        let store = SqliteStore::open(&config.data.join("server.db"), &key).unwrap();
        self.runtime.block_on(async {
            for clinic in store.clinics().await.unwrap() {
                for row in store.snapshots(clinic.clinic).await.unwrap() {
                    let bytes = store.manifest(clinic.clinic, row.id).await.unwrap().unwrap();
                    let manifest = Manifest::parse(&bytes).unwrap();
                    let upto = manifest.vector.iter().map(|(chain, tip)| (*chain, tip.seq)).collect();
                    store.drop_segments(clinic.clinic, row.id, upto).await.unwrap();
                }
            }
            store.close().await.unwrap();
        });
        self.start();
    }

    /// Starts it again with the same keys and nothing else, as after a disk that was lost.
    pub(super) fn restart_empty(&self) {
        self.stop();
        let fresh = tempfile::tempdir().unwrap();
        let settings = Config {
            local_listen: "127.0.0.1:0".parse().unwrap(),
            ..Config::default()
        };
        self.runtime.block_on(init(fresh.path(), settings, &clock())).unwrap();
        let (old, new) = (self.home.path(), fresh.path());
        for file in ["data", "keys/database.key"] {
            let (from, to) = (new.join(file), old.join(file));
            if to.is_dir() {
                std::fs::remove_dir_all(&to).unwrap();
            }
            std::fs::rename(from, to).unwrap();
        }
        self.start();
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.stop();
    }
}

fn clock() -> Clock {
    Clock::from(|| START_MS + 60_000)
}
