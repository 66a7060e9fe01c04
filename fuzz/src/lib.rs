//! What the targets share: taking an input apart, damaging a text, polling without a runtime, and a limit on memory.
//!
//! A target is a property of what reads bytes from outside, asserted on every input that the fuzzer finds. It knows no
//! clock and no randomness of its own, so that an input that was found once is found again.

pub mod json;

use std::alloc::System;
use std::panic;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cap::Cap;
use cepatedge::domain::{Caller, Person, Refusal, Role, UserId};
use uuid::Uuid;

/// No input makes the product hold more than this at once: a length that a message claims must not decide it.
const MOST_BYTES: usize = 32 * 1024 * 1024;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, MOST_BYTES);

/// Goes before the first input: who tells of a panic needs more memory than an input may take.
pub fn begin() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        // Nobody waits for the answer: the process ends here.
        let _ = MEMORY.set_limit(usize::MAX);
        told(panic);
    }));
}

/// An input, taken apart from the front. What is missing is zero or empty, so that every input means something.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// The next bytes, as many as the byte before them says.
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    /// Everything up to the next NUL, as text.
    pub fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(taken).into_owned()
    }

    /// All that is left, as text.
    pub fn rest(self) -> String {
        String::from_utf8_lossy(self.0).into_owned()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `text` with the damage that the rest of the input describes.
pub fn damaged(text: &str, input: &mut Input<'_>) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    while !input.is_empty() {
        let (kind, place, char) = (input.byte(), usize::from(input.byte()), char::from(input.byte()));
        // A second byte's worth of places, so that all of a long text can be reached.
        let place = (place + 256 * usize::from(kind / 64)).min(chars.len());
        match kind % 4 {
            0 if place < chars.len() => chars[place] = char,
            1 => chars.insert(place, char),
            2 if place < chars.len() => drop(chars.remove(place)),
            3 => chars.truncate(place),
            _ => {}
        }
    }
    chars.into_iter().collect()
}

/// Runs a future whose every wait is over at the next look.
pub fn finish<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(outcome) = work.as_mut().poll(&mut context) {
            return outcome;
        }
    }
    panic!("it waits for something that does not come");
}

/// Somebody with a role.
pub fn caller(number: u128, role: Role) -> Caller {
    Caller { user: Person { id: UserId(Uuid::from_u128(number)), name: "Sari".to_owned() }, role, via: None }
}

/// A refusal says which field and what to do: shortly, and without the client's control characters.
pub fn check_refusal(refusal: &Refusal) {
    if let Refusal::Invalid { field, code, detail } = refusal {
        assert!(!field.is_empty() && !code.is_empty() && !detail.is_empty(), "{refusal:?}");
        assert!(field.len() <= 400 && detail.len() <= 1_000, "a refusal of {} bytes", field.len() + detail.len());
        assert!(!field.chars().chain(detail.chars()).any(char::is_control), "{refusal:?}");
    }
}
