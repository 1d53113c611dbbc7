"""A strict reader of mails that were sent."""

from digest.demo.check.mail import check_mail as check_mail
