//! What a server says on a live socket: the response to the handshake, and frames (RFC 6455; a server masks nothing).

pub const TEXT: u8 = 1;
pub const CLOSE: u8 = 8;

/// A frame, whole.
pub struct Frame<'a> {
    pub opcode: u8,
    pub payload: &'a [u8],
    /// With its head.
    pub length: usize,
}

/// The frame at the beginning, if it is there to its end.
pub fn frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (head, size): (usize, usize) = match second & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let length = head.checked_add(size)?;
    Some(Frame { opcode: first & 0x0f, payload: bytes.get(head..length)?, length })
}

/// The status of an HTTP response and the length of its head, if that is there to its end.
pub fn response(bytes: &[u8]) -> Option<(u16, usize)> {
    let length = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let line = std::str::from_utf8(bytes.get(..length)?).ok()?.lines().next()?;
    Some((line.split(' ').nth(1)?.parse().ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_when_it_is_whole() {
        let two = [0x81, 2, b'h', b'i', 0x88, 0];
        let first = frame(&two).unwrap();
        assert_eq!((first.opcode, first.payload, first.length), (TEXT, &b"hi"[..], 4));
        assert_eq!(frame(&two[first.length..]).unwrap().opcode, CLOSE);
        assert!(frame(&two[..3]).is_none());
        let long: Vec<u8> = [0x81, 126, 1, 0].into_iter().chain([7; 256]).collect();
        assert_eq!(frame(&long).unwrap().payload, [7; 256]);
        assert!(frame(&long[..200]).is_none());
    }

    #[test]
    fn a_response_is_taken_when_its_head_is_whole() {
        let head = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n\x81\x00";
        assert_eq!(response(head), Some((101, head.len() - 2)));
        assert_eq!(response(&head[..30]), None);
    }
}
