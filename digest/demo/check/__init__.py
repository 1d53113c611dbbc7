"""A strict reader of mails that were sent."""

from digest.demo.check.mail import check_mail as check_mail
from digest.demo.check.whole_inbox import check_inbox as check_inbox
from digest.demo.check.whole_inbox import leave_parts as leave_parts
