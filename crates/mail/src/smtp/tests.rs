use std::cell::RefCell;

use base::time::Timestamp;
use tokio::io::{DuplexStream, ReadHalf, WriteHalf, duplex, split};

use super::*;
use crate::message::{Address, MailId, Mailbox};

/// A server that says its lines in turn, each after it has heard one of ours; the greeting comes first. `None` hangs up.
struct Script {
    lines: &'static [Option<&'static str>],
    heard: RefCell<Vec<String>>,
    encrypted: RefCell<bool>,
}

impl Script {
    fn new(lines: &'static [Option<&'static str>]) -> Self {
        Self { lines, heard: RefCell::default(), encrypted: RefCell::default() }
    }

    async fn run(&self, mut read: ReadHalf<DuplexStream>, mut write: WriteHalf<DuplexStream>) {
        let mut inbox = BytesMut::new();
        for (turn, line) in self.lines.iter().enumerate() {
            let after_content = turn > 0 && self.lines[turn - 1].is_some_and(|line| line.starts_with("354"));
            if turn > 0 && !self.hear(&mut read, &mut inbox, after_content).await {
                return;
            }
            let Some(line) = line else { return };
            // An empty line: a server that says nothing, and does not hang up.
            if write.write_all(format!("{line}\r\n").replace("^\r\n", "").as_bytes()).await.is_err() {
                return;
            }
        }
        while self.hear(&mut read, &mut inbox, false).await {}
    }

    async fn hear(&self, read: &mut ReadHalf<DuplexStream>, inbox: &mut BytesMut, content: bool) -> bool {
        let end: &[u8] = if content { b"\r\n.\r\n" } else { b"\r\n" };
        loop {
            if let Some(at) = inbox.windows(end.len()).position(|window| window == end) {
                let line = inbox.split_to(at + end.len());
                self.heard.borrow_mut().push(String::from_utf8_lossy(&line).trim_end().to_owned());
                return true;
            }
            if !matches!(read.read_buf(inbox).await, Ok(1..)) {
                return false;
            }
        }
    }
}

struct Machine(RefCell<Option<DuplexStream>>, &'static Script);

impl Platform for Machine {
    type Stream = DuplexStream;

    async fn open(&self, _url: &SmtpUrl) -> io::Result<DuplexStream> {
        self.0.borrow_mut().take().ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }

    async fn encrypt(&self, stream: DuplexStream, _url: &SmtpUrl) -> io::Result<DuplexStream> {
        *self.1.encrypted.borrow_mut() = true;
        Ok(stream)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

async fn told(url: &str, lines: &'static [Option<&'static str>]) -> (Outcome, Vec<String>) {
    let script: &'static Script = Box::leak(Box::new(Script::new(lines)));
    let (ours, theirs) = duplex(64 * 1024);
    let (read, write) = split(theirs);
    let url = SmtpUrl::parse(url).unwrap();
    let machine = Machine(RefCell::new(Some(ours)), script);
    let (limits, mail) = (Limits::BEHIND, mail());
    let sent = async {
        let outcome = send(&machine, &url, &limits, &mail).await;
        drop(machine);
        outcome
    };
    let (outcome, ()) = tokio::join!(sent, script.run(read, write));
    (outcome, script.heard.borrow().clone())
}

fn mail() -> Mail {
    Mail {
        id: MailId::parse("event-1").unwrap(),
        at: Timestamp::from_ms(0),
        from: Mailbox { name: "Desk".into(), address: Address::parse("desk@cepat.example").unwrap() },
        to: Mailbox { name: String::new(), address: Address::parse("ani@hotel.example").unwrap() },
        subject: "A tap drips".into(),
        text: ".\nIt drips.".into(),
        html: String::new(),
        thread: None,
        unsubscribe: None,
    }
}

const PLAIN: &str = "smtp://localhost";
const SIGNED: &str = "smtp://me:hunter2@mail.example";

#[tokio::test(start_paused = true)]
async fn a_mail_is_taken_when_the_server_says_so() {
    let lines = &[
        Some("220 mx"),
        Some("250-mx\r\n250-STARTTLS\r\n250 AUTH CRAM-MD5"),
        Some("220 go"),
        Some("250-mx\r\n250 AUTH LOGIN PLAIN"),
        Some("235 2.7.0 welcome"),
        Some("250 ok"),
        Some("250 ok"),
        Some("354 go"),
        Some("250-2.0.0 Ok:\r\n250 2.0.0 queued as 4F1"),
    ];
    let (outcome, heard) = told(SIGNED, lines).await;
    assert_eq!(outcome, Outcome::Taken { answer: "250 2.0.0 Ok: queued as 4F1".into() });
    let commands: Vec<_> = heard.iter().map(|line| line.lines().next().unwrap()).collect();
    assert_eq!(
        commands,
        [
            "EHLO cepat.example",
            "STARTTLS",
            "EHLO cepat.example",
            "AUTH PLAIN AG1lAGh1bnRlcjI=",
            "MAIL FROM:<desk@cepat.example>",
            "RCPT TO:<ani@hotel.example>",
            "DATA",
            "Date: Thu, 1 Jan 1970 00:00:00 +0000",
            "QUIT"
        ]
    );
    assert!(heard[7].ends_with("--=_cepatedge--\r\n."), "{}", heard[7]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_knows_login_alone_is_signed_in_to() {
    let lines = &[
        Some("220 mx"),
        Some("250-mx\r\n250-STARTTLS\r\n250 AUTH=LOGIN"),
        Some("220 go"),
        Some("250-mx\r\n250 AUTH LOGIN"),
        Some("334 VXNlcm5hbWU6"),
        Some("334 UGFzc3dvcmQ6"),
        Some("235 ok"),
        Some("550 no"),
    ];
    let (_, heard) = told(SIGNED, lines).await;
    assert_eq!(heard[3..6], ["AUTH LOGIN", "bWU=", "aHVudGVyMg=="]);
}

#[tokio::test(start_paused = true)]
async fn no_password_and_no_mail_leave_without_encryption() {
    let (outcome, heard) = told(SIGNED, &[Some("220 mx"), Some("250-mx\r\n250 AUTH PLAIN")]).await;
    assert!(matches!(&outcome, Outcome::Refused(failure) if failure.step == Step::Encrypt), "{outcome:?}");
    assert_eq!(heard, ["EHLO cepat.example"]);

    let injected = &[Some("220 mx"), Some("250-mx\r\n250 STARTTLS"), Some("220 go\r\n250-mx\r\n250 AUTH PLAIN")];
    let (outcome, heard) = told(SIGNED, injected).await;
    assert!(matches!(&outcome, Outcome::Later(failure) if failure.step == Step::Encrypt), "{outcome:?}");
    assert_eq!(heard.len(), 2, "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_at_which_step_and_whether_for_good() {
    const OK: Option<&str> = Some("250 ok");
    let at = async |lines: &'static [Option<&'static str>]| told(PLAIN, lines).await.0;
    let refused = at(&[Some("220 mx"), Some("250 ok"), Some("250 ok"), Some("550 5.1.1 Nobody here")]).await;
    let failure = Failure {
        step: Step::Recipient,
        code: Some(550),
        enhanced: Some("5.1.1".into()),
        detail: "Nobody here".into(),
    };
    assert!(failure.blames_recipient());
    assert_eq!(refused, Outcome::Refused(failure));
    let relaying = at(&[Some("220 mx"), OK, OK, Some("554 5.7.1 Relaying denied")]).await;
    assert!(!relaying.failure().unwrap().blames_recipient());

    let step = |outcome: &Outcome| match outcome {
        Outcome::Later(failure) => failure.step,
        other => panic!("{other:?}"),
    };
    assert_eq!(step(&at(&[Some("421 busy")]).await), Step::Greeting);
    assert_eq!(step(&at(&[Some("220 mx"), OK, Some("451 later")]).await), Step::Sender);
    assert_eq!(step(&at(&[Some("220 mx"), OK, OK, OK, Some("354 go"), Some("452 full")]).await), Step::Content);
    // Out of step: what follows would be commands.
    assert_eq!(step(&at(&[Some("220 mx"), OK, OK, OK, Some("250 ok")]).await), Step::Data);
    assert_eq!(step(&at(&[Some("HTTP/1.1 400 Bad Request")]).await), Step::Greeting);
    assert!(matches!(at(&[Some("220 mx"), OK, OK, OK, Some("354 go"), Some("554 spam")]).await, Outcome::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn only_behind_the_last_dot_is_the_outcome_unknown() {
    for lines in [
        &[None][..],
        &[Some("220 mx"), None],
        &[Some("220 mx"), Some("250 ok"), Some("250 ok"), Some("250 ok"), None],
        // Silence at each step.
        &[Some("^")],
        &[Some("220 mx"), Some("^")],
        &[Some("220 mx"), Some("250 ok"), Some("250 ok"), Some("250 ok"), Some("^")],
    ] {
        let (outcome, _) = told(PLAIN, lines).await;
        assert!(matches!(outcome, Outcome::Later(_)), "{lines:?}: {outcome:?}");
    }
    for last in [None, Some("^"), Some("25")] {
        let lines: Vec<_> =
            [Some("220 mx"), Some("250 ok"), Some("250 ok"), Some("250 ok"), Some("354 go"), last].into();
        let (outcome, heard) = told(PLAIN, lines.leak()).await;
        assert!(
            matches!(&outcome, Outcome::Unknown(failure) if failure.step == Step::Content),
            "{last:?}: {outcome:?}"
        );
        assert!(heard.last().unwrap().ends_with("\r\n."));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_at_home_is_a_reason_to_come_back() {
    let url = SmtpUrl::parse(PLAIN).unwrap();
    let script = Box::leak(Box::new(Script::new(&[])));
    let outcome = send(&Machine(RefCell::new(None), script), &url, &Limits::BEHIND, &mail()).await;
    assert!(matches!(&outcome, Outcome::Later(failure) if failure.step == Step::Connect), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_repeats_what_it_heard_does_not_make_us_tell_the_password() {
    let lines = &[
        Some("220 mx"),
        Some("250-mx\r\n250 AUTH PLAIN"),
        Some("535 5.7.8 I do not like AUTH PLAIN AG1lAGh1bnRlcjI= with hunter2"),
    ];
    let (outcome, _) = told("smtp://me:hunter2@localhost", lines).await;
    assert_eq!(outcome.failure().unwrap().detail, "I do not like AUTH PLAIN … with …");
    assert!(outcome.failure().unwrap().blames_setup());
    assert!(matches!(outcome, Outcome::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_slow_at_every_step_is_left_when_the_whole_takes_too_long() {
    let script: &'static Script = Box::leak(Box::new(Script::new(&[])));
    let (ours, theirs) = duplex(64 * 1024);
    let (mut read, mut write) = split(theirs);
    let slow = async {
        let mut inbox = BytesMut::new();
        for line in ["220 mx", "250 ok", "250 ok", "250 ok"] {
            tokio::time::sleep(Duration::from_secs(4)).await;
            if write.write_all(format!("{line}\r\n").as_bytes()).await.is_err() {
                return;
            }
            script.hear(&mut read, &mut inbox, false).await;
        }
    };
    let began = tokio::time::Instant::now();
    let (url, machine) = (SmtpUrl::parse(PLAIN).unwrap(), Machine(RefCell::new(Some(ours)), script));
    let mail = mail();
    let sent = async {
        let outcome = send(&machine, &url, &Limits::WAITED_FOR, &mail).await;
        drop(machine);
        (outcome, began.elapsed())
    };
    let ((outcome, took), ()) = tokio::join!(sent, slow);
    assert!(matches!(&outcome, Outcome::Later(failure) if failure.step == Step::Sender), "{outcome:?}");
    assert_eq!(took.as_secs(), 11);
}
