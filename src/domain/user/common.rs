//! Passwords that whoever guesses tries first (NIST SP 800-63B, section 3.1.1.2): the most common ones, and what everybody knows of
//! their owner. Nothing is said about what a password has to be made of.
//!
//! `common_passwords.txt` has 3,894 of the most common with at least 8 characters, in lower case and sorted: by rank from the lists of
//! zxcvbn (Dropbox, MIT licence) and of Django (Royce Williams, BSD licence), and some that are common in Indonesia.

/// One password a line, sorted by its bytes.
const COMMON: &str = include_str!("common_passwords.txt");

/// What everybody knows of a product that the login page names.
const PRODUCT: &str = "cepatedge";

/// Shorter words say nothing about anybody.
const SHORTEST_WORD: usize = 4;

/// Whether a password is one of the most common, in any case, or no more than one or two characters repeated.
#[must_use]
pub fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() <= 2 || COMMON.lines().any(|common| common == password)
}

/// Whether a password is a word of what everybody knows of its owner (`known`: name, address, user name) or of the product, whatever
/// digits and signs are added to it.
#[must_use]
pub fn is_personal(password: &str, known: &[&str]) -> bool {
    let password = password.to_lowercase();
    let bare = letters(&password);
    let is_word = |word: &str| word.chars().count() >= SHORTEST_WORD && word == bare;
    let mut texts = known.iter().map(|text| text.to_lowercase());
    is_word(PRODUCT)
        || texts.any(|text| {
            let words = text.split(|c: char| c.is_whitespace() || c == '@' || c == '.');
            text == password || is_word(&letters(&text)) || words.map(letters).any(|word| is_word(&word))
        })
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphabetic() || !c.is_ascii()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_what_a_rule_about_it_needs() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.windows(2).all(|two| two[0] < two[1]), "sorted, none twice");
        assert!(lines.len() > 3_500, "{}", lines.len());
        for line in lines {
            assert!(line.chars().count() >= super::super::password::MIN_CHARS && line == line.to_lowercase(), "{line}");
        }
    }

    #[test]
    fn the_most_common_are_refused_in_any_case_and_others_are_not() {
        for password in
            ["password", "PassWord", "12345678", "qwertyuiop", "bismillah", "sayangku", "aaaaaaaa", "abababab"]
        {
            assert!(is_common(password), "{password}");
        }
        for password in
            ["kata sandi yang panjang", "cepatedge-demo", "passwort lang", "hujan di atap", "12 angsa putih"]
        {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn what_everybody_knows_of_somebody_is_refused() {
        let known = ["Sari Dewi", "sari.dewi@melati.test", "sdewi77"];
        for password in
            ["sari.dewi@melati.test", "SariDewi2026!", "sdewi77", "Sdewi1234", "melati-1234", "Cepatedge1!", "saridewi"]
        {
            assert!(is_personal(password, &known), "{password}");
        }
        for password in ["sari likes mangos", "cepatedge-demo", "dew on the lawn", "1234-5678-90", "éééé ñññ"] {
            assert!(!is_personal(password, &known), "{password}");
        }
        assert!(!is_personal("ann 1234567", &["Ann Li", "ann@x.example"]), "a short word says nothing");
    }
}
