"""What a browser may do with our pages: nothing from elsewhere, nothing inline without this request's nonce."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

SELF, NONE = "'self'", "'none'"
YEAR_SECONDS = 31_536_000
WORKER = "/sw.js"
"""The service worker's address; see :mod:`outreach.web.drafts`."""


def init_app(app: Flask, *, over_tls: bool) -> None:
    """``over_tls``: people reach us by https, so browsers are told to never come otherwise."""
    app.jinja_env.globals["csp_nonce"] = nonce
    fixed = Secure(
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(YEAR_SECONDS).include_subdomains() if over_tls else None,
        permissions=PermissionsPolicy().geolocation().camera().microphone(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in fixed.header_items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _policy().header_value)
        if request.path == WORKER:
            response.headers["Cache-Control"] = "no-cache"  # asked for anew at each visit, and held no record ever
        elif not request.path.startswith("/assets/"):
            response.headers["Cache-Control"] = "no-store"  # records of children stay in no cache
        return response


def nonce() -> str:
    """This request's own word, without which no inline script or style runs."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _policy() -> ContentSecurityPolicy:
    allowed = ContentSecurityPolicy.nonce(nonce())
    return (
        ContentSecurityPolicy()
        .default_src(NONE)
        .script_src(SELF, allowed)
        .style_src(SELF, allowed)
        .img_src(SELF, "data:")  # Bootstrap draws its ticks and arrows as data
        .connect_src(SELF)
        .worker_src(SELF)
        .form_action(SELF)
        .frame_ancestors(NONE)
        .base_uri(NONE)
    )
