//! How contested points are read.

use keyaki_eval::{Point, Profile, Reading};

use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArguments {
    /// How to read what AWS leaves open: documented, conservative-allow or conservative-deny
    #[arg(long, default_value = "documented", value_name = "NAME")]
    profile: String,
    /// Set one contested point, such as `D5=alternative` or `arn-colon=alternative`
    #[arg(long, value_name = "POINT=READING")]
    point: Vec<String>,
}

impl ProfileArguments {
    pub(crate) fn read(&self) -> Result<Profile, Failure> {
        let name = &self.profile;
        let mut profile = Profile::named(name).ok_or_else(|| {
            let names = Profile::NAMES.join(", ");
            Failure::new(format!("there is no profile `{name}`; the profiles are {names}"))
        })?;
        for text in &self.point {
            let (point, reading) = text.split_once('=').unwrap_or((text, ""));
            let known = Point::parse(point)
                .ok_or_else(|| Failure::new(format!("there is no contested point `{point}`")))?;
            let reading = match reading {
                "documented" => Reading::Documented,
                "alternative" => Reading::Alternative,
                _ => {
                    let message = format!("`{point}` can be `documented` or `alternative`");
                    return Err(Failure::new(message));
                }
            };
            profile = profile.with(known, reading);
        }
        Ok(profile)
    }
}
