//! One file for each action of the command line.

pub mod about;
pub mod agent;
pub mod audit;
pub mod batch;
pub mod break_glass;
pub mod clinic;
pub mod conflicts;
pub mod devices;
pub mod doctor;
pub mod document;
pub mod export;
pub mod import;
pub mod incident;
pub mod init;
pub mod keys;
pub mod patient;
pub mod policy;
pub mod quarantine;
pub mod raw;
pub mod recovery;
pub mod status;
pub mod sync;
pub mod user;
