//! The package of the simulation. All of it is one test program, `main.rs`; docs/adr/0011-simulation.md says what it holds to and why.
