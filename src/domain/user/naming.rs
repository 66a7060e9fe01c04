//! Whose name nobody else may take.

use base::ids::UserId;
use base::refusal::Refusal;

use crate::domain::user::{Person, PersonName};

/// Whether `who` may be called so, among the technicians, managers and admins in `staff`. Whoever has the name already
/// keeps it: the caller does not ask then.
///
/// # Errors
/// [`Refusal::Invalid`] naming `name`: `reserved` for what reads as the system's, `taken` for what reads as the name of
/// somebody else in `staff`.
pub fn check(name: &PersonName, who: UserId, staff: &[Person]) -> Result<(), Refusal> {
    let name = name.as_str();
    if ::text::is_reserved(name) {
        return Err(Refusal::invalid(PersonName::FIELD, "reserved", "This name is kept for the system."));
    }
    if staff.iter().any(|person| person.id != who && ::text::impersonates(name, &person.name)) {
        let message = "Somebody in the organisation has this name, or one that looks like it.";
        return Err(Refusal::invalid(PersonName::FIELD, "taken", message));
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn staff() -> Vec<Person> {
        let names = ["Maya Cooper", "René Dubois", "Елена", "Ελένη", "admin 34"];
        (1..).zip(names).map(|(n, name)| Person { id: id(n), name: name.into() }).collect()
    }

    /// The code of the refusal, if it is one.
    fn refusal(name: &str, who: u128) -> Option<String> {
        match check(&PersonName::parse(name).unwrap(), id(who), &staff()) {
            Ok(()) => None,
            Err(Refusal::Invalid { field, code, .. }) => {
                assert_eq!(field, "name");
                Some(code)
            }
            Err(other) => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn what_reads_as_the_name_of_somebody_on_the_staff_is_taken() {
        for name in [
            "Maya Cooper",
            "maya COOPER",
            "  Maya   Cooper ",
            "MayaCooper",
            "Maya-Cooper.",
            "Máyá Cooper",
            "Ｍａｙａ Ｃｏｏｐｅｒ",
            // Nothing to be seen: a joiner, a soft hyphen, a space without width.
            "Ma\u{200d}ya Co\u{ad}oper\u{200b}",
            // Cyrillic М, а, у, С, о, р, е; Greek Μ, ο.
            "\u{41c}\u{430}\u{443}\u{430} \u{421}\u{43e}\u{43e}\u{440}\u{435}r",
            "\u{39c}aya C\u{3bf}\u{3bf}per",
            "Maya C00per",
            // Composed, decomposed, and without the accent.
            "Ren\u{e9} Dubois",
            "Rene\u{301} Dubois",
            "Rene Dub\u{43e}is",
            "ЕЛЕНА",
            "Ел\u{200b}ена",
            "ΕΛΕΝΗ",
            "Ελενη",
            "Admin 34",
        ] {
            assert_eq!(refusal(name, 99).as_deref(), Some("taken"), "{name:?}");
        }
    }

    #[test]
    fn one_may_write_the_own_name_differently() {
        assert_eq!(refusal("MAYA COOPER", 1), None);
        assert_eq!(refusal("Rene Dubois", 2), None);
        assert_eq!(refusal("Maya Cooper", 2).as_deref(), Some("taken"));
    }

    #[test]
    fn what_reads_as_the_system_is_reserved_for_the_staff_too() {
        for name in ["system", "System", "CepatEdge Support", "s\u{443}stem", "Sy\u{200b}stem", "ＡＤＭＩＮ", "ad-min"]
        {
            for who in [1, 99] {
                assert_eq!(refusal(name, who).as_deref(), Some("reserved"), "{name:?}");
            }
        }
    }

    #[test]
    fn other_names_are_free() {
        for name in ["Maya", "Maya Coopers", "Nadia Kusuma", "requester 5", "admin 3", "admin 341", "Систем", "李小龍"]
        {
            assert_eq!(refusal(name, 99), None, "{name:?}");
        }
    }
}
