"""Thin pages: parse, authorize, call one verb, commit, render. One blueprint a page family."""
