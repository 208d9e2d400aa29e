//! Services.

use keyaki_catalog::Service;

use super::count;

/// What is known of a service.
pub(crate) fn service(service: Service<'_>) -> String {
    let name = display_name(service);
    let actions = count(service.actions().count(), "action");
    let types = count(service.resource_types().count(), "resource type");
    let standing = if service.is_live() {
        String::new()
    } else {
        format!("\nAWS does not list the prefix today: it is {}.\n", service.standing())
    };
    format!("**{name}**\n\n{actions}, {types}.\n{standing}{}", reference_link(service))
}

/// The prefix and the name: `s3 (Amazon S3)`.
pub(crate) fn display_name(service: Service<'_>) -> String {
    match service.name() {
        "" => format!("`{}`", service.prefix()),
        name => format!("`{}` ({name})", service.prefix()),
    }
}

/// A link to the service's page in AWS's authorization reference, whose address is made from the
/// service's name.
pub(crate) fn reference_link(service: Service<'_>) -> String {
    if !service.is_live() || service.name().is_empty() {
        return String::new();
    }
    let letters = service.name().chars().filter(char::is_ascii_alphanumeric);
    let page: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    format!(
        "\n[Service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/list_{page}.html)\n"
    )
}
