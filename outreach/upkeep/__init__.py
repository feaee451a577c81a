"""What keeps an installation sound: its checks, its calendars and people, what came in and what ran by itself."""
