//! Why somebody is not let in: what the app says, and what the log is told beside.

use base::refusal::Refusal;

use super::client::Fault;
use crate::domain::identity::SignInProblem;
use crate::domain::identity::token::TokenFault;

/// Why somebody is not let in, and what the log is told beside.
pub(super) struct Trouble {
    /// As the app says it.
    pub(super) problem: SignInProblem,
    /// As the log tells it.
    pub(super) why: String,
}

impl From<SignInProblem> for Trouble {
    fn from(problem: SignInProblem) -> Self {
        Trouble { problem, why: String::new() }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        let problem = match &fault {
            Fault::Away => SignInProblem::ProviderAway,
            Fault::Status(_) | Fault::Provider(_) | Fault::Client => SignInProblem::Misconfigured,
            Fault::Code => SignInProblem::Expired,
            Fault::Token(TokenFault::NoAuthTime) => SignInProblem::NoProof,
            Fault::Token(TokenFault::OldAuthTime) => SignInProblem::NotProved,
            Fault::Token(_) => SignInProblem::BadToken,
        };
        Trouble { problem, why: fault.to_string() }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let problem = match &refusal {
            Refusal::TooManyAttempts { .. } => SignInProblem::TooMany,
            // The account was changed while they were at the provider: another attempt reads it as it is now.
            Refusal::InvalidCredentials | Refusal::Invalid { .. } => SignInProblem::Expired,
            _ => SignInProblem::Later,
        };
        Trouble { problem, why: refusal.code().to_owned() }
    }
}
