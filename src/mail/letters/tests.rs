//! Each letter in each language against its file in `golden/`; `BLESS=1` writes them anew.

use std::path::Path;
use std::{env, fs};

use super::*;
use crate::domain::organisation::Language;
use crate::domain::user::Role;

const ORGANISATION: &str = "Hotel \"Melati\" & Sons";

fn letters(language: Language) -> [(&'static str, Letter); 6] {
    let (what, why) = match language {
        Language::En => ("Budi commented.", "You get this mail because you reported this."),
        Language::Id => ("Budi berkomentar.", "Anda menerima email ini karena Anda yang melaporkannya."),
    };
    let notice = Notice {
        organisation: ORGANISATION,
        number: Some("MR-000123"),
        title: "AC <script>alert(1)</script> bocor",
        place: Some("Lt. 2"),
        what,
        said: Some("Baris satu\n<b>dua</b> & 'tiga'"),
        url: "https://app.example/requests/abc",
        why,
        unsubscribe: Some("https://app.example/unsubscribe?token=a&kind=comment"),
    };
    let invitation = Invitation {
        organisation: ORGANISATION,
        inviter: "Ani <Admin>",
        role: Role::Technician,
        url: "https://app.example/invitation#secret",
        days: 7,
    };
    let reset = Reset { organisation: ORGANISATION, url: "https://app.example/reset#secret", minutes: 60 };
    let trial = Trial { organisation: ORGANISATION, by: "Ani", url: "https://app.example/" };
    let account = Account {
        organisation: ORGANISATION,
        what,
        advice: Some("<b>advice</b>"),
        url: "https://app.example/me",
        why,
        unsubscribe: None,
    };
    let item = |number: u32, lines: usize| Item {
        heading: format!("MR-00012{number}: AC <script>alert(1)</script> bocor"),
        url: format!("https://app.example/requests/{number}"),
        lines: (1..=lines).map(|line| format!("{what} “<b>{line}</b>”")).collect(),
    };
    let digest = Digest {
        organisation: ORGANISATION,
        items: vec![item(3, 2), item(4, 10)],
        inbox: "https://app.example/inbox",
        choices: "https://app.example/me/notices",
    };
    [
        ("account", account.letter(language)),
        ("digest", digest.letter(language)),
        ("notice", notice.letter(language)),
        ("invitation", invitation.letter(language)),
        ("reset", reset.letter(language)),
        ("test", trial.letter(language)),
    ]
}

#[test]
fn every_letter_is_as_its_file_has_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/letters/golden");
    for language in Language::ALL {
        for (name, letter) in letters(*language) {
            for (end, text) in
                [("txt", format!("Subject: {}\n\n{}", letter.subject, letter.text)), ("html", letter.html.clone())]
            {
                let file = folder.join(format!("{name}.{language}.{end}"));
                if env::var("BLESS").is_ok() {
                    fs::create_dir_all(&folder).unwrap();
                    fs::write(&file, &text).unwrap();
                }
                let kept = fs::read_to_string(&file).unwrap_or_default();
                assert_eq!(text, kept, "{}: BLESS=1 if that is meant", file.display());
            }
        }
    }
}

#[test]
fn nobodys_words_become_markup() {
    for language in Language::ALL {
        for (name, letter) in letters(*language) {
            for markup in ["<script>", "<b>", "<Admin>", "\"Melati\""] {
                assert!(!letter.html.contains(markup), "{name}.{language}: {markup}");
            }
            assert!(!letter.subject.contains('\n'));
        }
    }
}

#[test]
fn text_and_html_lead_to_the_same_places() {
    for language in Language::ALL {
        for (name, letter) in letters(*language) {
            let links: Vec<_> = letter.text.split_whitespace().filter(|word| word.starts_with("https://")).collect();
            assert!(!links.is_empty(), "{name}");
            for link in links {
                let link = link.replace('&', "&amp;");
                assert!(letter.html.contains(&format!("href=\"{link}\"")), "{name}.{language}: {link}");
            }
        }
    }
}
