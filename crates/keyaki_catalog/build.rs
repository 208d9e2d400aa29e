//! Packs the text files of `data` into the blob that the library reads in place.

#[allow(dead_code, unused_imports, unreachable_pub, reason = "shared with the library")]
#[path = "src/source/mod.rs"]
mod source;

use source::text::Files;
use std::path::Path;
use std::{env, error, fs, io};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src/source");
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let data = Path::new(&root).join("data");
    let mut files = Files::new();
    read(&data, "", &mut files)?;
    read(&data.join("services"), "services/", &mut files)?;
    let facts = source::text::read_all(&files)?;
    let blob = source::pack::pack(&facts)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("catalog.bin"), blob)?;
    Ok(())
}

/// Reads the text files of one directory.
fn read(directory: &Path, under: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".txt") || name.ends_with(".toml") {
            files.insert(format!("{under}{name}"), fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
