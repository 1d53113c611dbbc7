"""What DNS must say for mail to be accepted: SPF, DKIM, DMARC, MX and PTR, each a module."""
