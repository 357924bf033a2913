//! What these tests share: a server in a folder of its own, clinics with known keys, a client that speaks as a device does.

pub mod client;
pub mod clinic;
pub mod tls;

pub use client::{Answer, Client};
pub use clinic::{Author, SampleClinic};

use wardkeep_server::clock::Clock;
use wardkeep_server::config::Config;
use wardkeep_server::init::init;
use wardkeep_server::serve::Server;
use wardkeep_server::token::FoundingToken;

/// A running server with its folder.
pub struct Running {
    pub server: Server,
    pub home: tempfile::TempDir,
    pub token: FoundingToken,
}

/// Settings for a free port on this machine.
pub fn settings() -> Config {
    let free = "127.0.0.1:0".parse().unwrap();
    Config {
        listen: free,
        local_listen: free,
        stop_within_s: 2,
        ..Config::default()
    }
}

impl Running {
    /// With the usual limits.
    pub async fn start() -> Self {
        Self::with(settings(), Clock::system()).await
    }

    pub async fn with(settings: Config, clock: Clock) -> Self {
        let home = tempfile::tempdir().unwrap();
        let made = init(home.path(), settings, &clock).await.unwrap();
        let config = Config::load(home.path()).unwrap();
        let server = Server::start(config, clock).await.unwrap();
        assert_eq!(server.pin(), made.pin);
        Self {
            server,
            home,
            token: made.token,
        }
    }

    /// Stops it and starts it again on the same folder, at another port.
    pub async fn restart(self) -> Self {
        self.server.stop().await.unwrap();
        let config = Config::load(self.home.path()).unwrap();
        let server = Server::start(config, Clock::system()).await.unwrap();
        Self { server, ..self }
    }

    /// Founds the clinic with the first token and posts the rest of its roster.
    pub async fn found(&self, clinic: &SampleClinic) -> Client {
        let token = self.token.to_string();
        self.found_with(clinic, &token).await
    }

    pub async fn found_with(&self, clinic: &SampleClinic, token: &str) -> Client {
        let mut founder = self.connect(clinic, clinic.founder_number()).await;
        assert_eq!(founder.found(clinic, token).await.status, 200);
        let entries = clinic.entries();
        if entries.len() > 1 {
            let answer = founder.post_roster(clinic.head_at(1), entries[1..].to_vec()).await;
            assert_eq!(answer.status, 200);
        }
        founder
    }

    /// Connects as the device of this number.
    pub async fn connect(&self, clinic: &SampleClinic, device: u32) -> Client {
        self.try_connect(clinic, device).await.unwrap()
    }

    pub async fn try_connect(&self, clinic: &SampleClinic, device: u32) -> Result<Client, String> {
        Client::connect(self.server.address(), self.server.pin(), &clinic.device_seed(device)).await
    }

    /// Connects with a key that nobody lists.
    pub async fn stranger(&self, seed: u8) -> Client {
        Client::connect(self.server.address(), self.server.pin(), &[seed; 32])
            .await
            .unwrap()
    }
}
