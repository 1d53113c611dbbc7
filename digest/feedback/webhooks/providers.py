"""The providers whose webhooks are taken: ``/hooks/<name>``.

To add one, copy a neighbour: a module that checks the signature and reads events into findings, a
setting for its key, and a line here.
"""

from digest.feedback.webhooks.amazon import AMAZON
from digest.feedback.webhooks.hook import Provider
from digest.feedback.webhooks.mailgun import MAILGUN
from digest.feedback.webhooks.postmark import POSTMARK
from digest.feedback.webhooks.sendgrid import SENDGRID

PROVIDERS: dict[str, Provider] = {
    "ses": AMAZON,
    "mailgun": MAILGUN,
    "postmark": POSTMARK,
    "sendgrid": SENDGRID,
}
