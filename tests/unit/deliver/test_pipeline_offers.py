"""What a relay offers, read from its reply to EHLO."""

from digest.deliver.offers import Offers, read_offers


def test_each_extension_is_known_by_its_first_word_in_any_case():
    said = b"relay.example greets\npipelining\nSIZE 1000\n8bitmime\nSMTPUTF8\nSTARTTLS\nAUTH PLAIN"
    assert read_offers(said) == Offers(
        pipelining=True, size=True, smtputf8=True, starttls=True, mechanisms=("PLAIN",)
    )


def test_the_greeting_itself_offers_nothing():
    assert read_offers(b"PIPELINING\n\nX-SIZE 3") == Offers()


def test_internationalised_addresses_need_both_extensions():
    assert not read_offers(b"relay\nSMTPUTF8").smtputf8
    assert not read_offers(b"relay\n8BITMIME").smtputf8


def test_the_old_way_to_offer_auth_counts_too():
    assert read_offers(b"relay\nAUTH=LOGIN PLAIN\nAUTH CRAM-MD5").mechanisms == (
        "LOGIN",
        "PLAIN",
        "CRAM-MD5",
    )
