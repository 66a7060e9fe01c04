//! What is searched: reports and comments as people write them, the same ones on every run and for everybody who is asked.
//!
//! Most words follow Zipf: a few stand in nearly every text, most in few. The words that a search is for are planted, so that it
//! is known how many requests have each, and none is a part of another word: who finds whole words finds the same requests as
//! who finds words anywhere.

use serde_json::json;

/// Comments of a request.
const COMMENTS: i64 = 10;
/// So many requests have the rare word, however many there are.
const RARE: u64 = 20;
const FIRST_MS: u64 = 1_700_000_000_000;

/// In the order of how often they are written.
const STEMS: [&str; 112] = [
    "the",
    "di",
    "yang",
    "room",
    "is",
    "lampu",
    "rusak",
    "and",
    "water",
    "tidak",
    "pintu",
    "not",
    "bocor",
    "on",
    "air",
    "leak",
    "ruang",
    "door",
    "light",
    "dan",
    "mati",
    "floor",
    "lantai",
    "pump",
    "sudah",
    "noise",
    "ganti",
    "broken",
    "pompa",
    "kamar",
    "since",
    "listrik",
    "power",
    "kabel",
    "valve",
    "toilet",
    "panas",
    "hot",
    "cold",
    "dingin",
    "filter",
    "motor",
    "fan",
    "kipas",
    "switch",
    "saklar",
    "panel",
    "sensor",
    "alarm",
    "kunci",
    "lock",
    "window",
    "jendela",
    "ceiling",
    "plafon",
    "roof",
    "atap",
    "pipe",
    "pipa",
    "drain",
    "saluran",
    "tank",
    "tangki",
    "pressure",
    "tekanan",
    "oil",
    "oli",
    "belt",
    "sabuk",
    "bearing",
    "bantalan",
    "seal",
    "gasket",
    "paint",
    "cat",
    "crack",
    "retak",
    "smell",
    "bau",
    "smoke",
    "asap",
    "burnt",
    "hangus",
    "replace",
    "order",
    "pesan",
    "part",
    "suku",
    "technician",
    "teknisi",
    "monday",
    "senin",
    "morning",
    "pagi",
    "stairs",
    "tangga",
    "kitchen",
    "dapur",
    "printer",
    "network",
    "jaringan",
    "camera",
    "kamera",
    "fire",
    "hydrant",
    "chiller",
    "boiler",
    "condenser",
    "duct",
    "insulation",
    "isolasi",
    "battery",
];
/// How a stem is written, mostly as it is.
const FORMS: [(&str, &str); 12] = [
    ("", ""),
    ("", ""),
    ("", ""),
    ("", ""),
    ("", "s"),
    ("", "nya"),
    ("", "ing"),
    ("ke", "an"),
    ("mem", "kan"),
    ("pe", "an"),
    ("ter", ""),
    ("re", "ed"),
];

/// A search, and how many of a hundred thousand requests have each of its words.
pub struct Question {
    /// What it is called in the results.
    pub name: &'static str,
    /// Its words.
    pub words: &'static str,
}

/// A word that leads, and one that is led; words that too many requests have; and two of these that few have together.
pub const QUESTIONS: [Question; 5] = [
    Question { name: "rare", words: "kompresor" },
    Question { name: "middling", words: "genset" },
    Question { name: "common", words: "elevator" },
    Question { name: "two", words: "elevator genset" },
    Question { name: "apart", words: "trafo sprinkler" },
];

/// The planted words that a share of all requests has, in thousandths.
const PLANTED: [(&str, u64); 4] = [("genset", 10), ("elevator", 300), ("trafo", 40), ("sprinkler", 40)];

/// A request, as each side keeps it.
pub struct Row {
    /// Its number.
    pub number: u64,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: u64,
    /// The texts of it that are searched, a line each, folded.
    pub search: String,
    /// What a list shows.
    pub json: String,
    /// What was said about it: whether everybody may read it, and the text.
    pub said: Vec<(bool, String)>,
}

/// Request `number`. `small` is the smaller of the two sizes, in which the rare word's requests are.
pub fn row(number: u64, small: u64) -> Row {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let title = sentence(&mut random, 6);
    let mut description = sentence(&mut random, 34);
    let mut said: Vec<(bool, String)> = (0..COMMENTS).map(|at| (at % 10 != 9, sentence(&mut random, 15))).collect();
    let is_rare = number <= small && number % (small / RARE) == 2;
    let shared =
        PLANTED.iter().filter(|(_, share)| random.below(1_000) < *share).map(|(word, _)| *word).collect::<Vec<_>>();
    for word in shared.into_iter().chain(is_rare.then_some("kompresor")) {
        // Every other one stands in a comment alone.
        let text = match said.get_mut(random.below(20) as usize) {
            Some((_, text)) => text,
            None => &mut description,
        };
        text.extend([" ", word]);
    }
    let created_ms = FIRST_MS + number * 60_000;
    let name = format!("MR-{number:06}");
    let category = format!("category {}", number % 12);
    let (id, requester) = (id(number), format!("{:08x}-0000-4000-8000-000000000001", number % 500));
    let json = json!({
        "id": id, "number": name, "title": title, "category": category, "priority": "high", "hazard": false, "status": "submitted",
        "requester": { "id": requester, "name": "Eka Putri" }, "assignee": null, "due_at": "2026-01-01T00:00:00.000Z", "version": 11,
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
    });
    let search = format!("{}\n{title}\n{category}\neka putri\n{description}", name.to_lowercase());
    Row { number, created_ms, search, json: json.to_string(), said }
}

/// The rows as SQL for the object's file: the tables' own triggers fill what a search finds by.
pub fn insert(rows: &[Row]) -> String {
    let requests = rows.iter().map(|row| {
        let Row { number, created_ms, search, json, .. } = row;
        let (id, category) = (id(*number), number % 12);
        format!(
            "({number}, '{id}', 0, 11, 'submitted', 'high', 'category {category}', printf('%08x-0000-4000-8000-000000000001', {number} % 500), \
             NULL, {created_ms}, {created_ms}, {created_ms}, 11, 2, '{search}', '{json}')"
        )
    });
    let said = rows.iter().flat_map(|row| {
        row.said
            .iter()
            .enumerate()
            .map(|(at, (public, text))| format!("({}, {}, {}, '{text}')", row.number, at + 2, u8::from(*public)))
    });
    format!(
        "BEGIN;
         INSERT INTO request (number, id, epoch, version, status, priority, category, requester_id, assignee_id, created_ms,
                              updated_ms, public_ms, public_version, folding, search, json)
         VALUES {};
         INSERT INTO said (request, seq, public, text) VALUES {};
         UPDATE counter SET last_number = (SELECT max(number) FROM request);
         DELETE FROM tally;
         INSERT INTO tally SELECT status, count(*) FROM request GROUP BY status;
         COMMIT;",
        requests.collect::<Vec<_>>().join(",\n"),
        said.collect::<Vec<_>>().join(",\n")
    )
}

fn id(number: u64) -> String {
    format!("{number:08x}-0000-8000-8000-{:012x}", number * 7_919)
}

/// So many words. None has a sign that SQL reads otherwise.
fn sentence(random: &mut Random, length: usize) -> String {
    (0..length).map(|_| word(random)).collect::<Vec<_>>().join(" ")
}

fn word(random: &mut Random) -> String {
    // One of nine is a number or a code, of which there are many.
    if random.below(9) == 0 {
        return format!("{}{}", ["", "ahu-", "lt", "r."][random.below(4) as usize], random.below(3_000));
    }
    let rank = (STEMS.len() as f64).powf(random.share()) as usize;
    let stem = STEMS[rank.clamp(1, STEMS.len()) - 1];
    let (before, behind) = FORMS[random.below(FORMS.len() as u64) as usize];
    format!("{before}{stem}{behind}")
}

/// SplitMix64: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_that_is_sought_is_a_part_of_another() {
        let sought = || QUESTIONS.iter().flat_map(|question| question.words.split(' '));
        let forms = STEMS.iter().flat_map(|stem| FORMS.map(|(before, behind)| format!("{before}{stem}{behind}")));
        for form in forms {
            assert!(sought().all(|word| !form.contains(word)), "{form}");
        }
    }

    #[test]
    fn the_rare_word_is_in_twenty_requests_and_the_middling_in_one_of_a_hundred() {
        let has = |word: &str| {
            let rows = (1..=3_000).map(|number| row(number, 1_000));
            rows.filter(|row| row.search.contains(word) || row.said.iter().any(|(_, text)| text.contains(word))).count()
        };
        assert_eq!(has("kompresor"), 20);
        assert!((15..=50).contains(&has("genset")), "{}", has("genset"));
        assert!((800..=1_000).contains(&has("elevator")), "{}", has("elevator"));
    }
}
