"""What a server's words mean."""

import pytest

from digest.domain.feedback import FeedbackClass, Reason
from digest.feedback.reasons import Stage, class_of, code_in, reason_of, stage_of, status_in


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 5.1.1 <ana@port.example>: User unknown", Reason.USER_UNKNOWN),
        ("550 No such user here (in reply to RCPT TO command)", Reason.USER_UNKNOWN),
        ("550 5.1.1 unknown or illegal alias: ana@port.example", Reason.USER_UNKNOWN),
        ("552 5.2.2 over quota", Reason.MAILBOX_FULL),
        ("452 4.2.2 The email account is over quota", Reason.MAILBOX_FULL),
        ("550 5.7.1 blocked by SpamCop", Reason.BLOCKED),
        ("550 5.7.26 This mail is unauthenticated", Reason.AUTHENTICATION),
        ("450 4.7.1 Client host rejected: cannot find your reverse hostname", Reason.REVERSE_DNS),
        ("421 4.7.28 unusual rate of mail from your IP", Reason.RATE),
        ("554 5.7.1 Relay access denied", Reason.RELAYING_DENIED),
        ("550 5.1.8 Sender address rejected: Domain not found", Reason.SENDER_REJECTED),
        ("525 5.7.13 User account disabled", Reason.DISABLED),
        ("552 5.3.4 Message too large", Reason.TOO_BIG),
        ("556 5.1.10 Domain does not accept mail", Reason.NO_MAIL_HERE),
        ("451 4.3.0 Temporary lookup failure", Reason.SYSTEM),
        ("550 5.4.4 nothing said", Reason.HOST_UNKNOWN),
        ("and so on", Reason.UNDEFINED),
    ],
)
def test_words_come_before_numbers(reply, reason):
    stage = stage_of(reply) if "RCPT" in reply else Stage.RECIPIENT
    assert reason_of(reply, stage=stage) is reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        # Nobody is there, in the words of many countries.
        ("550 Adressat unbekannt oder Mailbox deaktiviert", Reason.USER_UNKNOWN),
        ("550 Empfaenger existiert nicht", Reason.USER_UNKNOWN),
        ("550 Das Postfach wurde nicht gefunden", Reason.USER_UNKNOWN),
        ("550 Utilisateur inexistant", Reason.USER_UNKNOWN),
        ("550 Utente sconosciuto", Reason.USER_UNKNOWN),
        ("550 Indirizzo non valido", Reason.USER_UNKNOWN),
        ("550 Dirección de correo inexistente", Reason.USER_UNKNOWN),
        ("550 Destinatário não encontrado", Reason.USER_UNKNOWN),
        ("550 Gebruiker bestaat niet", Reason.USER_UNKNOWN),
        ("550 Nie ma takiego konta", Reason.USER_UNKNOWN),
        ("550 Uživatel neexistuje", Reason.USER_UNKNOWN),
        ("550 收件人邮件地址（ana@port.example）不存在", Reason.USER_UNKNOWN),
        # By filters in front of mailboxes, which asked these.
        ("550 non-local recipient verification failed", Reason.USER_UNKNOWN),
        ("550 The recipient cannot be verified", Reason.USER_UNKNOWN),
        ("550 #5.1.0 Address rejected.", Reason.USER_UNKNOWN),
        ("550 User not a member of domain: <ana@port.example>", Reason.USER_UNKNOWN),
        ("550 The mailbox you are trying to reach was not found", Reason.USER_UNKNOWN),
        ("554 5.4.4 [internal] Domain Lookup Failed", Reason.HOST_UNKNOWN),
        ("450 4.1.2 <ana@port.example>: Recipient address rejected: Domain not found",
         Reason.HOST_UNKNOWN),
        # Full.
        ("552 Casilla de correo llena", Reason.MAILBOX_FULL),
        ("552 Skrzynka odbiorcy jest przepelniona", Reason.MAILBOX_FULL),
        ("550 Benutzer hat zuviele Mails auf dem Server", Reason.MAILBOX_FULL),
        ("552 OverQuotaPerm", Reason.MAILBOX_FULL),
        # What sounds alike, and is about us.
        ("554 Nemesis ESMTP Service not available No SMTP service IP address is block listed",
         Reason.BLOCKED),
        ("554 mx.port.example No SMTP service here", Reason.NO_MAIL_HERE),
        ("554 IP=192.0.2.1 - A problem occurred. Ask your postmaster for help", Reason.BLOCKED),
        ("554 Blocked - see https://lookup.port.example/?ip=192.0.2.1", Reason.BLOCKED),
        ("550 Sender harbour.example has no A, AAAA, or MX DNS records", Reason.SENDER_REJECTED),
        ("550 user unknown attempts exceeded", Reason.RATE),
        ("554 MI:SPB 163 mx14", Reason.SPAM),
        ("554 HL:ITC mx", Reason.POLICY),
    ],
)  # fmt: skip
def test_words_are_known_from_many_places(reply, reason):
    assert reason_of(reply, stage=Stage.RECIPIENT) is reason


def test_who_is_unknown_only_after_the_message_is_filtered():
    reply = "550 unknown user ana@port.example"
    assert reason_of(reply, stage=Stage.MESSAGE) is Reason.FILTERED
    assert reason_of(reply, stage=Stage.RECIPIENT) is Reason.USER_UNKNOWN
    assert stage_of(f"{reply} (in reply to end of DATA command)") is Stage.MESSAGE


@pytest.mark.parametrize(
    ("told", "stage"),
    [
        (">>> RCPT To:<ana@port.example>\n<<< 550 no", Stage.RECIPIENT),
        ("--> RCPT To:<ana@port.example>\n Tue 06:30:11: <-- 550 no", Stage.RECIPIENT),
        ("Sent <<< RCPT TO:<ana@port.example>\nReceived >>> 550 no", Stage.RECIPIENT),
        ("rejected command 'RCPT TO:<ana@port.example>' with code 550", Stage.RECIPIENT),
        ("192.0.2.3 does not like recipient.\nRemote host said: 550 no", Stage.RECIPIENT),
        ("192.0.2.3 failed after I sent the message.\nRemote host said: 550 no", Stage.MESSAGE),
        (">>> RCPT To:<ana@port.example>\n<<< 250 ok\n>>> DATA\n<<< 550 no", Stage.MESSAGE),
        ("550 no", Stage.UNKNOWN),
    ],
)
def test_servers_tell_in_many_ways_which_command_they_refused(told, stage):
    assert stage_of(told) is stage


def test_an_address_that_spells_a_reason_means_nothing():
    assert reason_of("550 5.1.1 spam-blocked@port.example: user unknown") is Reason.USER_UNKNOWN


def test_a_link_means_nothing():
    said = "452 try later, see https://port.example/help/user-unknown-spam"
    assert reason_of(said) is not Reason.USER_UNKNOWN


def test_a_domain_that_can_not_be_found_now_may_be_found_later():
    assert class_of(Reason.HOST_UNKNOWN) is FeedbackClass.HARD
    assert class_of(Reason.HOST_UNKNOWN, transient=True) is FeedbackClass.SOFT
    assert class_of(Reason.USER_UNKNOWN, transient=True) is FeedbackClass.HARD


def test_numbers_are_told_from_addresses_of_machines():
    assert status_in("192.5.1.1 said 550 5.2.2 full") == "5.2.2"
    assert status_in("5.0.0 then 5.1.1") == "5.1.1"
    assert status_in("2.1.0 sender ok, 5.1.1 no") == "5.1.1"
    assert code_in("mx [192.0.2.250]: 550-5.1.1 no") == "550"
    assert code_in("10.250.1.1 is away") is None
