//! The catalogue before it is packed: vocabularies, owned facts, text files, packer.
//!
//! The library, its build script and the generator include this directory by path, so it depends
//! on nothing outside itself.
//! The file is named `mod.rs` for that reason: only so do its children resolve from anywhere.

pub(crate) mod facts;
pub(crate) mod kinds;
pub(crate) mod layout;
pub(crate) mod managed;
pub(crate) mod pack;
pub(crate) mod slots;
pub(crate) mod text;

#[cfg(test)]
mod tests;
