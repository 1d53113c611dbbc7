"""What comes back from mailboxes: bounces, complaints, notices, and what they mean."""
