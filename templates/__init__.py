"""Jinja pages and e-mails; a package so that an installed wheel carries them."""
