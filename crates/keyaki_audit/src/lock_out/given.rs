//! Who is shut out only until somebody gives it a tag or a permission.

use keyaki_account::{Kind, Principal};

use super::mending::GIVING;
use super::{Lock, bare, not_found_out};
use crate::asked::Asked;
use crate::finding::Outcome;
use crate::layered::everything;
use crate::reach::{Reach, who_can};

impl Lock<'_> {
    /// Whether somebody could change it with other tags, and somebody can give it those.
    ///
    /// # Errors
    /// Of whom that was not found out, and why.
    pub(super) fn is_open_to_tagged(&self) -> Result<bool, String> {
        let asked = self.asked(true);
        for principal in self.people() {
            let mut found = asked.iter().filter_map(|a| who_can(a, principal, self.auditor));
            if found.any(|c| c.reach.is_yes()) && self.is_taggable(principal)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a user or role of the account can change the tags of another.
    fn is_taggable(&self, of: &Principal) -> Result<bool, String> {
        let action = match of.kind {
            Kind::User => "iam:TagUser",
            Kind::Role => "iam:TagRole",
        };
        Ok(self.changer(of, action)?.is_some())
    }

    /// A user or role of the account that can take an action on another.
    fn changer(&self, of: &Principal, action: &str) -> Result<Option<&Principal>, String> {
        // The trust policy of a role says nothing of its tags and permissions.
        let target = bare(&of.arn, of.kind.name(), Some(of.account.clone()));
        let catalog = self.auditor.catalog;
        let asked = Asked::within(&target, self.owner, action, of.arn.clone(), catalog);
        for principal in self.people() {
            match who_can(&asked, principal, self.auditor).map(|can| can.reach) {
                None | Some(Reach::Never) => {}
                Some(Reach::Always(_) | Reach::When(..)) => return Ok(Some(principal)),
                Some(Reach::Unknown(why)) => return Err(not_found_out(&principal.arn, &why)),
            }
        }
        Ok(None)
    }

    /// What was found, unless somebody who lacks but the permission may be given it.
    ///
    /// # Errors
    /// Who that is.
    pub(super) fn unless_given(&self, found: Outcome) -> Result<Outcome, String> {
        if found.findings.is_empty() {
            return Ok(found);
        }
        let asked = self.asked(false);
        for principal in self.people().filter(|p| self.could_with_permission(&asked, p)) {
            for action in GIVING.iter().filter(|(kind, _)| *kind == principal.kind) {
                if let Some(giver) = self.changer(principal, action.1)? {
                    let (arn, giver) = (&principal.arn, &giver.arn);
                    return Err(format!(
                        "{arn} is excepted from what refuses it, and {giver} may give it permissions"
                    ));
                }
            }
        }
        Ok(found)
    }

    /// Whether somebody could change it, or may be able to, if its own policies allowed everything.
    fn could_with_permission(&self, asked: &[Asked], principal: &Principal) -> bool {
        let (inline, attached, groups) = (vec![everything().clone()], Vec::new(), Vec::new());
        let given = Principal { inline, attached, groups, ..principal.clone() };
        asked.iter().any(|a| who_can(a, &given, self.auditor).is_some())
    }
}
