//! What files say of variables: `terraform.tfvars` and its like.
//!
//! Which value a deployment takes is not known, whatever these files say: `-var` and `-var-file` go
//! before them, and of a folder that another module calls they are not read at all. So variables
//! are holes. What is said of one tells whether it is the same in two revisions, and an example of
//! what it may be.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/values/variables>.

use std::path::Path;

use hcl_edit::expr::Expression;

use super::attached::range_of;
use super::file::File;
use super::module::name_of;

/// The files of a folder with values, in the order in which Terraform reads those that it reads by
/// itself: what is said later counts.
#[derive(Debug, Default)]
pub(super) struct Variables(Vec<Values>);

/// A file with values.
#[derive(Debug)]
struct Values {
    name: String,
    /// The text; none if it is not there.
    text: Option<String>,
    /// The values; none if the text cannot be read.
    file: Option<File>,
}

impl Variables {
    /// Adds a file.
    pub(super) fn add(&mut self, path: &Path, text: Option<String>) {
        let file = text.as_ref().and_then(|text| File::of_values(path, text).ok());
        let file = file.filter(|file| file.problem().is_none());
        self.0.push(Values { name: name_of(path), text, file });
        self.0.sort_by_cached_key(|own| (rank(&own.name), own.name.clone()));
    }

    /// All that is said of a variable, as a text: what counts of what Terraform reads by itself, and
    /// what each other file says. None if a file is not there.
    pub(super) fn said_of(&self, name: &str) -> Option<String> {
        let (mut counts, mut others) = (String::new(), String::new());
        for own in &self.0 {
            let said = own.said_of(name)?;
            match said {
                None => {}
                Some(said) if own.file.is_some() && rank(&own.name).is_some() => counts = said,
                Some(said) => others += &format!("{}={}:{said}\n", own.name, said.len()),
            }
        }
        Some(format!("{}:{counts}{others}", counts.len()))
    }

    /// The value that Terraform reads by itself for a variable.
    pub(super) fn value_of(&self, name: &str) -> Option<&Expression> {
        let own = self.0.iter().rev().filter(|own| rank(&own.name).is_some());
        let mut files = own.filter_map(|own| own.file.as_ref());
        files.find_map(|file| Some(&file.body.get_attribute(name)?.value))
    }
}

impl Values {
    /// What is said of a variable, if something is; all where that is not known.
    fn said_of(&self, name: &str) -> Option<Option<String>> {
        let Some(file) = &self.file else { return Some(Some(self.text.clone()?)) };
        let attribute = file.body.get_attribute(name);
        Some(attribute.map(|own| range_of(&own.value).slice(&file.text).to_owned()))
    }
}

/// A plain text, a number, `true` or `false`.
pub(super) fn plain(value: &Expression) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    let number = || value.as_number().map(ToString::to_string);
    text.or_else(number).or_else(|| value.as_bool().map(|own| own.to_string()))
}

/// When Terraform reads a file; none if it does only where it is asked to.
fn rank(name: &str) -> Option<u8> {
    match name {
        "terraform.tfvars" => Some(0),
        "terraform.tfvars.json" => Some(1),
        _ if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") => Some(2),
        _ => None,
    }
}

/// Whether a file may set variables: on its own, or where it is asked for.
pub(super) fn is_of_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}
