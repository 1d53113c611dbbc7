"""Staff: passwords, how long a session lives, what a role allows, how many tries there are."""
