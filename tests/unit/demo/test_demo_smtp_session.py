import pytest

from digest.demo.inbox.body import MAX_SIZE
from digest.demo.inbox.session import MAX_RECIPIENTS, SmtpSession


class Server:
    """A session whose mails are kept in a list."""

    def __init__(self, refusal=lambda _address: None):
        self.mails = []
        self.session = SmtpSession("inbox.example", refusal, self.keep)

    def keep(self, mail_from, rcpt_to, message):
        self.mails.append((mail_from, rcpt_to, message))
        return f"250 2.0.0 Mail {len(self.mails)}."

    def say(self, *lines):
        return self.send("".join(f"{line}\r\n" for line in lines).encode())

    def send(self, octets):
        return self.session.feed(octets).decode().splitlines()


@pytest.fixture
def server():
    server = Server()
    server.say("EHLO me.example")
    return server


def codes(lines):
    return [line[:3] for line in lines]


def send_body(server, octets):
    assert codes(server.say("MAIL FROM:<a@x.example>", "RCPT TO:<b@y.example>", "DATA")) == [
        "250",
        "250",
        "354",
    ]
    return server.send(octets)


def test_ehlo_names_the_extensions():
    assert Server().say("EHLO me.example") == [
        "250-inbox.example",
        "250-PIPELINING",
        "250-8BITMIME",
        "250-SMTPUTF8",
        f"250-SIZE {MAX_SIZE}",
        "250 ENHANCEDSTATUSCODES",
    ]


def test_mail_before_a_greeting_is_refused():
    assert Server().say("MAIL FROM:<a@x.example>") == ["503 5.5.1 Say EHLO first."]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"One\r\n.\r\n", b"One\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...and\r\nx\r\n..b\r\n.\r\n", b"..and\r\nx\r\n.b\r\n"),
        (b"\r\n\r\n.\r\n", b"\r\n\r\n"),
        (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
        (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
        (b"a\r.\rb\r\n.\r\n", b"a\r.\rb\r\n"),
    ],
)
def test_dots_are_unstuffed_and_only_crlf_dot_crlf_ends(server, sent, kept):
    assert send_body(server, sent) == ["250 2.0.0 Mail 1."]
    assert server.mails == [("a@x.example", ("b@y.example",), kept)]


def test_smuggled_commands_stay_inside_the_message(server):
    smuggled = b"x\n.\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n\r\n.\r\n"
    assert send_body(server, smuggled) == ["250 2.0.0 Mail 1."]
    assert len(server.mails) == 1


def test_a_whole_session_octet_by_octet_gives_the_same(server):
    octets = (
        b"MAIL FROM:<a@x.example> BODY=8BITMIME SIZE=9\r\nRCPT TO:<b@y.example>\r\nDATA\r\n"
        b"..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@y.example>\r\nDATA\r\n\r\n.\r\nQUIT\r\n"
    )
    replies = [line for octet in octets for line in server.send(bytes([octet]))]
    assert codes(replies) == ["250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert [mail[2] for mail in server.mails] == [b".dot\r\n", b"\r\n"]
    assert server.session.is_over


def test_the_next_mail_may_come_with_the_final_dot(server):
    replies = send_body(server, b"x\r\n.\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<c@y.example>\r\n")
    assert codes(replies) == ["250", "250", "250"]


def test_a_refused_recipient_does_not_spoil_the_others():
    server = Server(lambda a: "550 5.1.1 No." if a.startswith("gone") else None)
    server.say("EHLO me.example", "MAIL FROM:<a@x.example>")
    assert codes(server.say("RCPT TO:<gone@y.example>", "DATA")) == ["550", "554"]
    assert codes(server.say("RCPT TO:<b@y.example>", "DATA")) == ["250", "354"]


def test_rset_and_a_second_ehlo_forget_the_mail(server):
    for command in ("RSET", "EHLO again.example"):
        server.say("MAIL FROM:<a@x.example>", "RCPT TO:<b@y.example>", command)
        assert server.say("DATA") == ["503 5.5.1 Say MAIL first."]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MAIL FROM: a@x.example", "501"),
        ("MAIL FROM:<a@x.example> FUTURE=1", "555"),
        (f"MAIL FROM:<a@x.example> SIZE={MAX_SIZE + 1}", "552"),
        ("MAIL FROM:<a@x.example> SIZE=much", "501"),
        ("MAIL FROM:<a@x.example> BODY=BINARYMIME", "501"),
        ("MAIL FROM:<jürgen@x.example>", "553"),
        ("MAIL FROM:<jürgen@x.example> SMTPUTF8", "250"),
        ('MAIL FROM:<"a > b"@x.example>', "250"),
        ("MAIL FROM:<@relay.example:a@x.example>", "250"),
        ("mail from:<a@x.example>", "250"),
        ("RCPT TO:<b@y.example>", "503"),
        ("DATA now", "501"),
        ("STARTTLS", "502"),
        ("HELLO", "500"),
        ("NOOP anything", "250"),
        ("VRFY b", "252"),
    ],
)
def test_each_command_gets_its_code(server, line, code):
    assert codes(server.say(line)) == [code]


def test_there_is_a_limit_to_recipients(server):
    server.say("MAIL FROM:<a@x.example>")
    lines = [f"RCPT TO:<r{n}@y.example>" for n in range(MAX_RECIPIENTS + 1)]
    assert codes(server.say(*lines)) == ["250"] * MAX_RECIPIENTS + ["452"]


def test_an_endless_line_ends_the_session(server):
    assert server.send(b"x" * 3000) == ["500 5.5.2 The line is too long."]
    assert server.session.is_over


def test_a_command_with_a_bare_lf_is_one_wrong_command(server):
    assert codes(server.send(b"NOOP\nMAIL FROM:<a@x.example>\r\n")) == ["500"]


def test_a_message_that_is_too_large_is_refused_after_its_end_and_not_kept(server):
    piece = b"x" * 998 + b"\r\n"
    assert send_body(server, b"") == []
    for _ in range(MAX_SIZE // len(piece) // 64 + 2):
        assert server.send(piece * 64) == []
    assert codes(server.send(b".\r\n")) == ["552"]
    assert server.mails == []
    assert codes(server.say("MAIL FROM:<a@x.example>")) == ["250"]
