//! The ways in which a resource policy can name a caller.

/// Which ways of naming the caller count when a statement of a resource policy is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Forms(u16);

impl Forms {
    /// No way.
    pub const NONE: Forms = Forms(0);
    /// `"*"`, and `NotPrincipal` with `Allow`.
    pub const EVERYBODY: Forms = Forms(1);
    /// The caller's account.
    pub const ACCOUNT: Forms = Forms(1 << 1);
    /// The ARN of the user; for a federated user, of the user that made the session.
    pub const USER: Forms = Forms(1 << 2);
    /// The ARN of the role.
    pub const ROLE: Forms = Forms(1 << 3);
    /// The ARN of the session, of a role or of a federated user.
    pub const SESSION: Forms = Forms(1 << 4);
    /// The service principal.
    pub const SERVICE: Forms = Forms(1 << 5);
    /// The identity provider.
    pub const PROVIDER: Forms = Forms(1 << 6);
    /// The canonical user id.
    pub const CANONICAL: Forms = Forms(1 << 7);
    /// Every way.
    pub const ALL: Forms = Forms(0xFF);
    /// The ways that grant by themselves, whatever the caller's own policies say: naming the account
    /// leaves it to these.
    pub const DIRECT: Forms = Forms(0xFF & !Forms::ACCOUNT.0);
    /// The ways that grant beyond boundaries and session policies as well: a grant to a role is
    /// limited by them.
    pub const UNLIMITED: Forms = Forms(Forms::DIRECT.0 & !Forms::ROLE.0);
    /// The principal element is not asked: the statement has none, or does not depend on it.
    pub const REGARDLESS: Forms = Forms(1 << 15);

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Forms) -> Forms {
        Forms(self.0 | other.0)
    }

    /// Whether a way is among them.
    pub const fn has(self, other: Forms) -> bool {
        self.0 & other.0 != 0
    }
}
