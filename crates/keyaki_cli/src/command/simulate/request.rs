//! The request of a simulation: from flags, from a JSON file, or from a line of a batch.

use std::path::{Path, PathBuf};

use keyaki_analyze::{Asked, Checker, Draft};
use keyaki_catalog::Catalog;
use keyaki_eval::{Context, Values};

use crate::exit::Failure;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArguments {
    /// A JSON file with `principal`, `action`, `resource` and `context`; flags override it
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// Who: an ARN, an account id for its root user, a service principal, or `anonymous`
    #[arg(long, value_name = "PRINCIPAL")]
    principal: Option<String>,
    /// What: `s3:GetObject`
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// On what: an ARN, or `*` for an action that works on no resource
    #[arg(long, value_name = "ARN")]
    resource: Option<String>,
    /// The account that owns the resource, where its ARN does not tell
    #[arg(long, value_name = "ACCOUNT")]
    resource_account: Option<String>,
    /// A condition key; given twice, or with `[…]`, it has several values
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    context: Vec<String>,
    /// A condition key that the request must not have
    #[arg(long, value_name = "KEY", num_args = 1..)]
    absent: Vec<String>,
}

/// The request of the flags, with what is odd about it.
pub(crate) fn read(
    arguments: &RequestArguments,
    catalog: &Catalog,
) -> Result<(Asked, Vec<String>), Failure> {
    let mut draft = arguments.request.as_deref().map_or(Ok(Draft::default()), file)?;
    let given = [
        (&mut draft.principal, &arguments.principal),
        (&mut draft.action, &arguments.action),
        (&mut draft.resource, &arguments.resource),
        (&mut draft.resource_account, &arguments.resource_account),
    ];
    for (member, text) in given {
        if text.is_some() {
            member.clone_from(text);
        }
    }
    for text in &arguments.context {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| Failure::new(format!("`{text}` is no KEY=VALUE")))?;
        add(&mut draft.context, key, value);
    }
    draft.absent.extend(arguments.absent.iter().cloned());
    let asked = draft.asked().map_err(Failure::new)?;
    let mut checker = Checker::new(catalog);
    checker.check(&asked.request).map_err(Failure::new)?;
    let notes = checker.odd(&asked.request);
    Ok((asked, notes))
}

fn file(path: &Path) -> Result<Draft, Failure> {
    let name = path.display();
    let bytes =
        keyaki_workspace::read(path).map_err(|reason| Failure::new(format!("{name}: {reason}")))?;
    Draft::read(&bytes).map_err(|(message, line, column)| {
        Failure::new(format!("{name}:{line}:{column}: {message}"))
    })
}

/// Adds a value to a key: a second value makes a list.
fn add(context: &mut Context, key: &str, text: &str) {
    let list = serde_json::from_str::<Vec<String>>(text).ok().filter(|_| text.starts_with('['));
    let values = match (list, context.get(key)) {
        (Some(list), _) => Values::List(list),
        (None, None) => Values::One(text.to_owned()),
        (None, Some(before)) => {
            let mut values = before.as_slice().to_vec();
            values.push(text.to_owned());
            Values::List(values)
        }
    };
    context.set(key, values);
}
