//! `wardkeep-server`: makes, runs and looks at a sync server. docs/server.md is its page.

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use wardkeep_server::clock::Clock;
use wardkeep_server::config::{Certificate, Config};
use wardkeep_server::init::{TOKEN_DAYS, init};
use wardkeep_server::serve::Server;
use wardkeep_server::store::sqlite::rekey::rekey;
use wardkeep_server::{certificate, log, status, token};

/// Names the file with the database's key, over the settings: for a key service that mounts it.
const KEY_VARIABLE: &str = "WARDKEEP_SERVER_DATABASE_KEY_FILE";

#[derive(Parser)]
#[command(
    name = "wardkeep-server",
    version,
    about = "The sync server of Wardkeep: it keeps what it cannot read"
)]
struct Cli {
    /// Folder of the server: settings, and by default keys and data
    #[arg(long, global = true, default_value = "/var/lib/wardkeep-server")]
    home: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new server: settings, keys, certificate, database; print its pin and a founding token
    Init(Init),
    /// Run the server
    Serve,
    /// Say what the server is and whether it runs
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a founding token for one more clinic
    Token,
    /// Make a new certificate now; a running server takes it up by itself
    Renew,
    /// Give the database of a stopped server a new key
    Rekey,
}

#[derive(Args)]
struct Init {
    /// A name or address by which devices reach the server; may be repeated
    #[arg(long = "name", default_value = "localhost")]
    names: Vec<String>,
    /// Where devices connect
    #[arg(long, default_value = "0.0.0.0:8443")]
    listen: SocketAddr,
    /// Where this machine asks for health and metrics
    #[arg(long, default_value = "127.0.0.1:9464")]
    local_listen: SocketAddr,
    /// Folder of database and sealed files, instead of HOME/data
    #[arg(long)]
    data: Option<PathBuf>,
    /// Folder of private keys, instead of HOME/keys
    #[arg(long)]
    keys: Option<PathBuf>,
    /// File with the database's key, instead of KEYS/database.key; made if it is not there
    #[arg(long)]
    database_key: Option<PathBuf>,
}

impl Init {
    fn settings(self) -> Config {
        let usual = Config::default();
        let keys = self.keys.unwrap_or(usual.keys);
        Config {
            listen: self.listen,
            local_listen: self.local_listen,
            data: self.data.unwrap_or(usual.data),
            database_key: self.database_key.unwrap_or_else(|| keys.join("database.key")),
            keys,
            certificate: Certificate {
                names: self.names,
                ..usual.certificate
            },
            ..Config::default()
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this stream is closed.
            let _ = writeln!(std::io::stderr(), "wardkeep-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    // Few threads, few heaps: the work is the disk's and the cipher's.
    let threads = std::thread::available_parallelism()
        .map_or(2, std::num::NonZero::get)
        .clamp(2, 4);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .context("no threads")?;
    runtime.block_on(command(cli))
}

async fn command(cli: Cli) -> Result<()> {
    let clock = Clock::system();
    if let Command::Init(options) = cli.command {
        let made = init(&cli.home, options.settings(), &clock).await?;
        return say(&format!(
            "The server is ready: wardkeep-server --home {} serve\npin             {}\nfounding token  {}\n\
             The token founds one clinic, within {TOKEN_DAYS} days; it is not kept here.\n",
            cli.home.display(),
            made.pin,
            made.token
        ));
    }
    let config = load(&cli.home)?;
    match cli.command {
        Command::Init(_) => Ok(()),
        Command::Serve => serve(config, clock).await,
        Command::Status { json } => {
            let found = status::status(&config, clock.now_ms()).await?;
            if json {
                return say(&format!("{}\n", serde_json::to_string_pretty(&found.report)?));
            }
            say(&found.to_text(clock.now_ms()))
        }
        Command::Token => {
            let token = token::make_in_store(&config, &clock).await?;
            say(&format!("founding token  {token}\n"))
        }
        Command::Rekey => {
            rekey(&config.database(), &config.database_key)?;
            say("The database has a new key; copies of it from before still open with the old one.\n")
        }
        Command::Renew => {
            certificate::renew(&config, clock.now_ms())?;
            say("A new certificate lies ready; a running server shows it from the next connection on.\n")
        }
    }
}

/// The settings, with what the environment says over them.
#[allow(clippy::disallowed_methods, reason = "the program begins here")]
fn load(home: &std::path::Path) -> Result<Config> {
    let mut config = Config::load(home)?;
    if let Some(file) = std::env::var_os(KEY_VARIABLE) {
        config.database_key = file.into();
    }
    Ok(config)
}

async fn serve(config: Config, clock: Clock) -> Result<()> {
    log::start(&config.log);
    raise_open_files();
    let server = Server::start(config, clock).await?;
    wait(&server).await?;
    server.stop().await?;
    Ok(())
}

/// Each connection is an open file: as many as the system lets this account have, instead of the usual 1,024.
#[cfg(unix)]
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

#[cfg(not(unix))]
fn raise_open_files() {}

/// Until a signal says to stop. SIGHUP looks at the certificate.
#[cfg(unix)]
async fn wait(server: &Server) -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hang_up.recv() => server.look_at_certificate(),
        }
    }
}

#[cfg(not(unix))]
async fn wait(_: &Server) -> Result<()> {
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn say(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).context("nobody listens")
}
