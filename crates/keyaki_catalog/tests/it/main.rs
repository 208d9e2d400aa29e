//! What the catalogue promises, checked on the data that is compiled in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panic")]

mod data;
mod expand;
mod hostile;
mod lookup;
mod managed;
mod service_reference;
mod suggest;

use keyaki_catalog::{Catalog, embedded};

/// The bytes of the embedded catalogue.
fn packed() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"))
}

fn catalog() -> &'static Catalog {
    embedded()
}
