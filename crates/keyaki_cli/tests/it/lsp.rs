//! The language server, as an editor meets it: `keyaki lsp` over standard input and output.

mod bad_input;
mod diagnostics;
mod editor;
mod features;
mod meaning;
mod other_editors;
mod rules;
mod settings;
mod templates;
mod typing;
mod workspace;
